"""Reads JUnit XML: pytest's (xunit1), node's, mocha's, and what others leave behind.

The text comes from a repository: it may declare no document type, so no entity either, and its
size is the caller's to bound. What is not a report gives None.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

from junitparser import Error, Failure, Skipped, TestCase

from agents.runners.case import Case, Status
from agents.runners.frames import (
    ending,
    exception,
    is_own,
    one_line,
    python_frames,
    script_frames,
)
from agents.runners.safe_xml import parse
from agents.runners.tally import Tally

MAX_CASES = 200_000


def read_junit(text: str) -> Tally | None:
    """The report's cases."""
    root = parse(text)
    if root is None or root.tag not in {"testsuites", "testsuite"}:
        return None
    return Tally(tuple(_case(element, above) for element, above in _elements(root)))


def find_junit(text: str) -> Tally | None:
    """The last report in what a command printed among other things."""
    for opening, closing in (("<testsuites", "</testsuites>"), ("<testsuite", "</testsuite>")):
        end = text.rfind(closing)
        start = text.rfind("<?xml ", 0, end) if end >= 0 else -1
        if start < 0 <= end:
            start = text.rfind(opening, 0, end)
        if 0 <= start < end and (tally := read_junit(text[start : end + len(closing)])):
            return tally
    return None


def without_report(text: str) -> str:
    """What a command printed beside its report."""
    start = text.find("<?xml ")
    ends = (text.rfind(end) + len(end) for end in ("</testsuites>", "</testsuite>"))
    end = max(ends)
    return f"{text[:start]}\n{text[end:]}" if 0 <= start < end else text


def _elements(root: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, tuple[str, ...]]]:
    """Every test case with the suites above it; without recursion, since depth is not ours."""
    waiting: list[tuple[ElementTree.Element, tuple[str, ...]]] = [(root, ())]
    left = MAX_CASES
    while waiting and left:
        element, above = waiting.pop()
        if element.tag == "testcase":
            left -= 1
            yield element, above
        elif element.tag in {"testsuites", "testsuite"}:
            inside = above if element is root else (*above[-8:], element.get("name") or "")
            waiting += ((child, inside) for child in reversed(element))


def _case(element: ElementTree.Element, above: tuple[str, ...]) -> Case:
    case = TestCase.fromelem(element)
    path = _own(element.get("file"))
    begins = element.get("line", "")
    passed = Case(
        test=_name(element, path, above),
        status=Status.PASSED,
        seconds=_seconds(element.get("time", "")),
        path=path,
        line=int(begins) + 1 if re.fullmatch(r"\d{1,8}", begins) else None,
    )
    for result in case.result:
        if isinstance(result, Failure | Error):
            status = Status.ERROR if isinstance(result, Error) else Status.FAILED
            return _failed(passed, status, result.message or "", result.text or "")
    if any(isinstance(result, Skipped) for result in case.result):
        return replace(passed, status=Status.SKIPPED)
    return passed


def _failed(case: Case, status: Status, message: str, text: str) -> Case:
    said = _said(html.unescape(message), text)
    frames = python_frames(text) or script_frames(text)
    path = case.path or (frames[0].path if frames else None)
    in_file = [frame.line for frame in frames if frame.path == path]
    collection = message == "collection failure" and case.path
    return replace(
        case,
        test=case.path if collection and case.path else case.test,
        status=status,
        path=path,
        line=in_file[-1] if in_file else None if collection else case.line,
        kind=exception(said) or _cause(text),
        said=said,
        frame=frames[-1] if frames else None,
        detail=ending(text),
    )


def _name(element: ElementTree.Element, path: str | None, above: tuple[str, ...]) -> str:
    """As its runner takes it: pytest's node id, a dotted name, or the titles above it."""
    name, group = element.get("name") or "", element.get("classname") or ""
    if path and path.endswith(".py"):
        inside = group.removeprefix(path.removesuffix(".py").replace("/", ".")).strip(".")
        return "::".join((path, *filter(None, inside.split(".")), name))
    if path:
        return f"{path}::{name}"
    if group in {"", "test"}:  # node's word for a test of whatever kind
        return " > ".join(filter(None, (*above, name)))
    return f"{group}.{name}"


def _said(message: str, text: str) -> str:
    """The exception in one line, with the assertion that pytest writes below its message."""
    wrapped = re.match(r'failed on (?:setup|teardown) with "(.*)', message, re.DOTALL)
    message = wrapped[1].rstrip('"') if wrapped else message
    if message in {"", "collection failure"}:
        told = re.findall(r"^E[^\S\n]+(\S.*)$", text, re.MULTILINE)
        message = told[-1] if told else text
    first, _, rest = message.strip().partition("\n")
    asserted = one_line(rest)
    if first.startswith("AssertionError") and asserted.startswith("assert "):
        return f"{first} ({asserted})"[:200]
    return first.strip()[:200]


def _cause(text: str) -> str:
    """The type that node names in a stack: `cause: TypeError [Error]: bad`."""
    match = re.search(r"\b(?:cause: )?(\w+(?:Error|Exception))(?: \[\w+\])?: ", text)
    causes = re.search(r"\bcause: (\w+)", text)
    return causes[1] if causes else match[1] if match else ""


def _own(path: str | None) -> str | None:
    path = (path or "").replace("\\", "/").removeprefix("./")
    return path if path and is_own(path) else None


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,9}(?:\.\d{1,12})?", text) else 0.0
