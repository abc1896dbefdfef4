"""`make bench`: every claim as a table on stdout, and in benchmarks/results.json."""

import asyncio
import json
import platform
from pathlib import Path

from benchmarks import command, engine

RESULTS = Path(__file__).with_name("results.json")


async def main() -> None:
    """Measure one after the other, so that nothing disturbs anything."""
    claims = [*await engine.claims(), *await command.claims()]
    print(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}\n")
    print("| work | against | figure | reference | ratio |\n|---|---|---:|---:|---:|")
    print("\n".join(claim.row() for claim in claims))
    RESULTS.write_text(json.dumps([claim.as_json() for claim in claims], indent=2) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
