"""Reads what `go test -json` prints, and the plain form: one event a line, `--- FAIL:` lines."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.runners.case import Case, Frame, Status
from agents.runners.frames import ending, one_line
from agents.runners.tally import Tally

_STATUS = {"pass": Status.PASSED, "fail": Status.FAILED, "skip": Status.SKIPPED}

_RESULT = re.compile(
    r"^[ \t]*--- (?P<how>FAIL|PASS|SKIP): (?P<test>\S+) \((?P<seconds>\d{1,9}(?:\.\d{1,9})?)s\)$",
    re.MULTILINE,
)

_PLACE = re.compile(r"^\s+(?P<path>[\w./-]+\.go):(?P<line>\d+): ?(?P<said>.*)$", re.MULTILINE)

_PANIC = re.compile(r"^panic: (?P<said>.*?)(?: \[recovered.*)?$", re.MULTILINE)

_BUILD = re.compile(
    r"^(?:vet: )?(?:\./)?(?P<path>[\w./-]+\.go):(?P<line>\d+):(?:\d+:)? (?P<said>.+)$", re.MULTILINE
)


def read_events(text: str) -> Tally | None:
    """The cases of a stream of events; None where there is no event."""
    events = list(_events(text))
    if not events:
        return None
    open_tests: dict[tuple[str, str], _Open] = {}
    for event in events:
        package, test = str(event.get("Package") or ""), str(event.get("Test") or "")
        package = package or str(event.get("ImportPath") or "").partition(" ")[0]
        open_tests.setdefault((package, test), _Open()).take(event)
    return Tally(tuple(_cases(open_tests)))


def read_text(text: str) -> Tally:
    """The failures of the plain form, and of `-v` the other cases too."""
    found = list(_RESULT.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    return Tally(tuple(_told(m, text[m.end() : e]) for m, e in zip(found, ends, strict=False)))


def _told(match: re.Match[str], after: str) -> Case:
    said = re.split(r"^(?:FAIL|PASS|ok|===)\b", after, maxsplit=1, flags=re.MULTILINE)[0]
    status = _STATUS[match["how"].lower()]
    return _case("", match["test"], status, float(match["seconds"]), said)


@dataclass
class _Open:
    """A test of which events are still coming."""

    output: list[str] = field(default_factory=list)
    status: Status | None = None
    seconds: float = 0.0

    def take(self, event: dict[str, object]) -> None:
        action = str(event.get("Action"))
        if action in {"output", "build-output"} and len(self.output) < 2000:
            self.output.append(str(event.get("Output")))
        self.status = _STATUS.get(action, self.status)
        elapsed = event.get("Elapsed")
        if isinstance(elapsed, int | float) and 0 <= elapsed < 1e9:
            self.seconds = float(elapsed)


def _events(text: str) -> Iterator[dict[str, object]]:
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict) and "Action" in event:
            yield event


def _cases(found: dict[tuple[str, str], _Open]) -> Iterator[Case]:
    failed = {key for key, test in found.items() if test.status is Status.FAILED}
    for (package, test), it in found.items():
        if it.status is None or (not test and (package, test) not in failed):
            continue
        # A package fails with its tests, and a test with its subtests; each is told once.
        below = f"{test}/" if test else ""
        if any(p == package and t != test and t.startswith(below) for p, t in failed):
            continue
        yield _case(package, test, it.status, it.seconds, _said(found, package, test))


def _said(found: dict[tuple[str, str], _Open], package: str, test: str) -> str:
    """What it printed; a package that could not be built says so under its own name."""
    return "".join(found[package, test].output)


def _case(package: str, test: str, status: Status, seconds: float, text: str) -> Case:
    name = f"{package}.{test}" if package and test else test or package
    if status is not Status.FAILED:
        return Case(name, status, seconds)
    places = list(_PLACE.finditer(text)) if test else list(_BUILD.finditer(text))
    panic = _PANIC.search(text)
    told = places[-1]["said"] if places else one_line(text)
    frame = Frame(places[-1]["path"], int(places[-1]["line"])) if places else None
    return Case(
        test=name,
        status=Status.FAILED if test else Status.ERROR,
        seconds=seconds,
        path=frame.path if frame else None,
        line=frame.line if frame else None,
        kind="panic" if panic else "" if test else "build",
        said=(f"panic: {panic['said']}" if panic else told)[:200] or "no reason given",
        frame=frame,
        detail=ending(text),
    )
