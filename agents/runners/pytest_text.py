"""Reads what pytest prints: the short summary names the tests, the blocks above it the lines.

With `-v` every case is named as it runs, so that of a run that was stopped the last is known.
"""

import re
from collections.abc import Iterator

from agents.runners.case import Case, Status
from agents.runners.frames import ending, exception, python_frames
from agents.runners.tally import Tally

MAX_LINES = 2000
"""Of one test's block, its end."""

_SUMMARY = re.compile(
    r"^(?P<how>FAILED|ERROR) (?P<node>[^\s:]+\.py(?:::\S.*?)?)(?: - (?P<reason>.*))?$", re.MULTILINE
)
_HEADING = re.compile(r"_+ (?:ERROR collecting |ERROR at (?:setup|teardown) of )?(?P<name>.+) _+")
_RUNNING = re.compile(
    r"^(?P<node>[^\s:]+\.py::.+?) (?:(?P<how>PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b.*)?$",
    re.MULTILINE,
)


def read_pytest(text: str) -> Tally:
    """The failures, and how many passed."""
    cases = tuple(_failed(text))
    passed = re.search(
        r"^(?:=+ )?(?:\d{1,9} \w+, ){0,8}(\d{1,9}) passed\b[^;\n]* in [\d.]+s\b", text, re.MULTILINE
    )
    return Tally(cases, int(passed[1]) if passed else 0)


def running(text: str) -> str:
    """The test that was running when the output of `-v` ended; empty where none was."""
    told = list(_RUNNING.finditer(text))
    return told[-1]["node"] if told and not told[-1]["how"] else ""


def _failed(text: str) -> Iterator[Case]:
    blocks = _blocks(text)
    told = {(match["how"], match["node"]): match for match in _SUMMARY.finditer(text)}
    for match in told.values():
        path, _, name = match["node"].partition("::")
        block = blocks.get(name.replace("::", ".") or path, "")
        said = _asserted(block) or (match["reason"] or "no reason given")[:200]
        frames = python_frames(block)
        in_file = [frame.line for frame in frames if frame.path == path]
        yield Case(
            test=match["node"],
            status=Status.FAILED if match["how"] == "FAILED" else Status.ERROR,
            path=path,
            line=in_file[-1] if in_file and name else None,
            kind=exception(said),
            said=said,
            frame=frames[-1] if frames else None,
            detail=ending(block),
        )


def _blocks(text: str) -> dict[str, str]:
    """By test, what pytest printed of it, between its heading and the next."""
    blocks: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("===") and line.endswith("==="):
            lines = []
        elif (heading := _HEADING.fullmatch(line[:400])) and heading["name"].strip("_ "):
            lines = blocks.setdefault(heading["name"], [])
        else:
            lines.append(line)
    return {name: "\n".join(lines[-MAX_LINES:]) for name, lines in blocks.items()}


def _asserted(block: str) -> str:
    match = re.search(r"^E[^\S\n]+(\S.*)$", block, re.MULTILINE)
    return match[1].strip()[:200] if match else ""
