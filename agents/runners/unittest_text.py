"""Reads what unittest prints: with `-v` every case, without it the failures and their number."""

import re
from collections.abc import Iterator

from agents.runners.case import Case, Frame, Status
from agents.runners.frames import ending, exception, is_own, python_frames
from agents.runners.tally import Tally

_BLOCK = re.compile(
    r"^={70}\n(?P<how>FAIL|ERROR): (?P<name>\S+) \((?P<where>[\w.]+)\)(?P<sub> [^\n]*)?\n"
    r"(?:[^\n]*\n){0,3}?-{70}\n(?P<said>.*?)(?=^={70}$|^-{70}$)",
    re.MULTILINE | re.DOTALL,
)
_VERBOSE = re.compile(
    r"^(?P<name>\w+) \((?P<where>[\w.]+)\)(?:\n[^\n(=-][^\n]*)? \.\.\. "
    r"(?P<how>(?:[^\n]*\b)?ok|skipped .*|expected failure|unexpected success)$",
    re.MULTILINE,
)


def read_unittest(text: str) -> Tally:
    """The cases that were told, once each: subtests fail with their test."""
    cases = {case.test: case for case in (*_passed(text), *_failed(text))}
    ran = re.search(r"^Ran (\d{1,9}) tests? in [\d.]+s$", text, re.MULTILINE)
    named = sum(not case.test.startswith(("setUp", "tearDown")) for case in cases.values())
    return Tally(tuple(cases.values()), max(0, int(ran[1]) - named) if ran else 0)


def _passed(text: str) -> Iterator[Case]:
    for match in _VERBOSE.finditer(text):
        name = _qualified(match["where"], match["name"])
        if match["how"] == "unexpected success":
            said = "it passed, but is marked as an expected failure"
            yield Case(name, Status.FAILED, kind="unexpected success", said=said)
        elif match["how"].startswith("skipped"):
            yield Case(name, Status.SKIPPED)
        else:
            yield Case(name, Status.PASSED)


def _failed(text: str) -> Iterator[Case]:
    for match in _BLOCK.finditer(text):
        block, name = match["said"], match["name"]
        frames = python_frames(block)
        itself = _itself(block, name) or (frames[0] if frames else None)
        lines = [line for line in block.strip().splitlines() if re.match(r"\w[\w.]*(:|$)", line)]
        said = (lines or ["no reason given"])[-1][:200]
        started = name.startswith("test") and "_FailedTest" not in match["where"]
        yield Case(
            test=_qualified(match["where"], name),
            status=Status.FAILED if started else Status.ERROR,
            path=itself.path if itself else None,
            line=itself.line if itself else None,
            kind=exception(said),
            said=said,
            frame=frames[-1] if frames else None,
            detail=ending(block),
        )


def _itself(block: str, name: str) -> Frame | None:
    """The test's own line in the traceback."""
    found = re.findall(rf'File "([^"\n]+)", line (\d+), in {re.escape(name)}$', block, re.MULTILINE)
    own = [Frame(path, int(line)) for path, line in found if is_own(path)]
    return own[-1] if own else None


def _qualified(where: str, name: str) -> str:
    """`module.Class.test`; older Pythons leave the test's name out of the place."""
    if "_FailedTest" in where:
        return name
    return where if where.endswith(f".{name}") else f"{where}.{name}"
