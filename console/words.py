"""Small phrases that several views share: a call, a place, a number of tokens, a duration."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from pydantic import JsonValue

from console.clean import one_line


def call(tool: str, arguments: Mapping[str, JsonValue], width: int = 72) -> str:
    """A tool call as a person writes it: `run pytest -q`, `read_file path=setup.py`.

    A tool that is a command itself, such as git, is not named twice.
    """
    said = " ".join(_argument(*item) for item in arguments.items())
    named = said if said.split(" ")[0] == tool else f"{tool} {said}"
    return one_line(named.strip(), width)


def place(path: str | None, line: int | None) -> str:
    """`tests/test_x.py:12`, or a dash for the whole repository."""
    if path is None:
        return "–"
    return one_line(path) + (f":{line}" if line else "")


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def count(number: int, noun: str) -> str:
    """`1 tool`, `3 tools`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def size(octets: int) -> str:
    """Bytes as a person reads them, in powers of 1024."""
    amount, units = float(octets), iter(("B", "KiB", "MiB", "GiB", "TiB"))
    unit = next(units)
    while amount >= 1024 and unit != "TiB":
        amount, unit = amount / 1024, next(units)
    return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"


def _argument(name: str, value: JsonValue) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return shlex.join(str(item) for item in value)
    return f"{name}={value if isinstance(value, str) else json.dumps(value)}"
