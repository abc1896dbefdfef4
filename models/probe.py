"""What llama.cpp says of itself and of this machine: run as a script, it prints one JSON object.

`cadre doctor` runs it in a process of its own, since a broken build may not raise but die.
"""

import json
from importlib.metadata import version
from typing import Any


def probe() -> dict[str, Any]:
    """The version, what was compiled in, and each device with its memory in bytes."""
    import llama_cpp

    from models.llama.backends import backends
    from models.llama.devices import devices

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


if __name__ == "__main__":
    print(json.dumps(probe()))  # noqa: T201  # the answer
