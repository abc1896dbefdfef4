"""What llama.cpp says of itself and of this machine: run as a script, it prints one JSON object.

`cadre doctor` runs it in a process of its own, since a broken build may not raise but die. RPC
workers that are named as arguments join first; one that cannot is told as `refused`, with a hint.
"""

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any


def probe(workers: Sequence[str] = ()) -> dict[str, Any]:
    """The version, what was compiled in, and each device with its memory in bytes. `workers`:
    addresses of RPC workers whose devices take part; a ModelError where one does not answer."""
    import llama_cpp

    from models.llama.backends import backends
    from models.llama.devices import devices
    from models.workers import join_workers

    join_workers(workers)
    return {
        "version": version("llama-cpp-python"),
        "features": llama_cpp.llama_print_system_info().decode(errors="replace"),
        "backends": backends(),
        "devices": [
            {
                "name": device.name,
                "description": device.description,
                "kind": device.kind,
                "free": device.free,
                "total": device.total,
            }
            for device in devices()
        ],
    }


def main() -> None:
    """Print it."""
    from models.errors import ModelError

    try:
        told = probe(sys.argv[1:])
    except ModelError as error:
        told = {"refused": error.message, "hint": error.hint}
    print(json.dumps(told))  # noqa: T201  # the answer


if __name__ == "__main__":
    main()
