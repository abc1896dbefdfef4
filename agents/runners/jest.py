"""Reads the JSON report of jest and of vitest, which has the same form, and jest's plain text."""

import json
import re
from collections.abc import Iterator
from typing import Any

from agents.runners.case import Case, Status
from agents.runners.frames import ending, exception, is_own, one_line, script_frames
from agents.runners.tally import Tally

_STATUS = {"passed": Status.PASSED, "failed": Status.FAILED}
"""Everything else (pending, todo, skipped, disabled) did not run."""


def read_jest(text: str) -> Tally | None:
    """The report in what was printed; None where there is none."""
    start = re.search(r'^\{"num', text, re.MULTILINE)
    try:
        data = json.JSONDecoder().raw_decode(text, start.start())[0] if start else None
        return Tally(tuple(_cases(data))) if data else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def read_jest_text(text: str) -> Tally:
    """The failures below `● Suite › test`, and how many passed."""
    cases: dict[str, Case] = {}
    for match in re.finditer(
        r"^  ● (?P<test>[^\n]+)\n\n(?P<said>.*?)(?=^  ● |^Test Suites:|^Tests:|\Z)",
        text,
        re.MULTILINE | re.DOTALL,
    ):
        cases.setdefault(match["test"], _failed(match["test"], match["said"], None, 0.0))
    passed = re.search(r"^Tests: .*?(\d{1,9}) passed", text, re.MULTILINE)
    if not re.search(r"^Tests: ", text, re.MULTILINE):
        return Tally()
    return Tally(tuple(cases.values()), int(passed[1]) if passed else 0)


def _cases(data: Any) -> Iterator[Case]:  # Any: JSON as jest writes it
    for file in data["testResults"]:
        path = str(file["name"])
        path = path if is_own(path) else ""
        if not file["assertionResults"] and file.get("status") == "failed":
            text = str(file.get("message") or "")
            yield _failed(path or "a test file", text, path or None, 0.0, Status.ERROR)
        for test in file["assertionResults"]:
            yield _test(test, path or None)


def _test(test: Any, path: str | None) -> Case:  # Any: JSON as jest writes it
    name = " > ".join(map(str, (*test["ancestorTitles"], test["title"])))
    milliseconds = test.get("duration")
    seconds = float(milliseconds) / 1000 if isinstance(milliseconds, int | float) else 0.0
    status = _STATUS.get(test["status"], Status.SKIPPED)
    if status is Status.FAILED:
        return _failed(name, "\n".join(map(str, test["failureMessages"])), path, seconds)
    return Case(name, status, seconds, path)


def _failed(
    name: str, text: str, path: str | None, seconds: float, status: Status = Status.FAILED
) -> Case:
    frames = script_frames(text)
    in_file = [frame.line for frame in frames if frame.path == path or path is None]
    return Case(
        test=name,
        status=status,
        seconds=seconds,
        path=path or (frames[0].path if frames else None),
        line=in_file[0] if in_file else None,
        kind=exception(one_line(text)),
        said=_said(text),
        frame=frames[-1] if frames else None,
        detail=ending(text),
    )


def _said(text: str) -> str:
    """The matcher's line with what it expected and received."""
    sides = re.findall(r"^\s*((?:Expected|Received)\b.*?: .+)$", text, re.MULTILINE)
    text = text.replace("● Test suite failed to run", "")
    return "; ".join((one_line(text), *map(str.strip, sides[:2])))[:200] or "no reason given"
