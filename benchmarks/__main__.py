"""`make bench`: every claim as a table on stdout, and as JSON."""

import json
import sys

from benchmarks import arguments, machine, suite
from benchmarks.claim import Claim, table


def main() -> None:
    """Measure one after the other, so that nothing disturbs anything."""
    asked = arguments.parse(sys.argv[1:], suite.NAMES)
    where = machine.describe(asked.bench)
    claims: list[Claim] = []
    for name in asked.names:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        claims += suite.measure(name, asked.bench)
    print("\n".join(f"{key}: {value}" for key, value in where.items()))
    print(f"\n{table(claims)}")
    if asked.json is not None:
        written = {"machine": where, "claims": [claim.as_json() for claim in claims]}
        asked.json.write_text(
            json.dumps(written, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
