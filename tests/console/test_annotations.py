"""What a code host shows of findings; and that no finding can command a runner."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.finding import Finding, Identified, identified
from agents.report import Report
from console.annotations import annotations, summary
from console.clean import one_line
from console.compared import Baseline, compare
from console.options import Output
from console.output_files import Format, OutputFile, check, parse_output, rendered
from models.errors import UsageError
from tests.console.story import FINDINGS, REPORT
from tests.console.test_sarif import FOUND, finding

HOSTILE = (
    "::add-path::/tmp/x",
    "a\n::set-env name=A::b",
    "a\r::error::b",
    "a\r\n::stop-commands::x",
    "a\u2028::debug::b\u2029::debug::c\x85::debug::d\x0b::debug::e\x0c::debug::f",
    "%0A::add-mask::x",
    "100%",
    "a,line=9::b",
    "x::y",
    "##[add-path]/tmp/x",
    "\x1b[2K::warning::x",
)


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands that a runner would obey: one a line, whatever ends its lines."""
    found = []
    for line in text.splitlines():
        if match := re.match(r"\s*::([a-z-]+)(?: (.*?))?::(.*)", line):
            given = [part.partition("=") for part in (match[2] or "").split(",") if part]
            found.append(
                (match[1], {name: _read(text) for name, _, text in given}, _read(match[3]))
            )
    return found


def _read(text: str) -> str:
    for escape, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, plain)
    return text


def told(*findings: Finding) -> list[Identified]:
    return identified(findings)


def test_a_finding_is_a_command_at_its_line() -> None:
    assert annotations(told(FINDINGS[0])) == (
        "::notice file=Dockerfile,line=1,title=DL3007 (hadolint)"
        "::The image has no fixed version Fix: write python%3A3.11\n".replace("%3A", ":")
    )


def test_the_worst_come_first() -> None:
    kinds = [kind for kind, _, _ in commands(annotations(told(*FINDINGS)))]
    assert kinds == ["error", "warning", "notice"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["message", "path", "rule", "tool", "fix"])
def test_no_finding_starts_a_command_of_its_own(field: str, text: str) -> None:
    printed = annotations(told(finding(**{"line": 3, field: text})))
    [(kind, properties, _)] = commands(printed)
    assert printed.count("\n") == 1
    assert kind == "notice"
    assert properties.keys() == {"file", "line", "title"}
    assert properties["line"] == "3"


@settings(deadline=None)
@given(st.lists(FOUND, max_size=5))
def test_whatever_it_says_it_is_read_as_it_was_meant(findings: list[Finding]) -> None:
    printed = annotations(told(*findings))
    read = commands(printed)
    assert len(read) == len(printed.splitlines()) == len(findings)
    assert sorted(properties.get("file", "") for _, properties, _ in read) == sorted(
        one_line(one.path or "") for one in findings
    )


def test_of_each_kind_only_as_many_as_are_shown() -> None:
    many = [finding(message=f"m{n}", severity="error") for n in range(13)]
    lines = annotations(told(*many, FINDINGS[0])).splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert lines[10] == "3 more errors in the summary and the report"
    assert lines[11].startswith("::notice ")


def test_without_findings_nothing_is_printed() -> None:
    assert annotations([]) == ""


def test_a_summary_counts_and_tells_what_is_new() -> None:
    before = Baseline(dict(identified([FINDINGS[0], finding(message="gone")])), exact=True)
    text = summary(REPORT, compare(identified(REPORT.findings), before))
    first = text.splitlines()[0]
    assert first == "**1 error, 1 warning, 1 note** (2 new, 1 fixed since the earlier run)"
    assert "| DL3007 |" in text


def test_a_summary_of_nothing_says_so() -> None:
    assert summary(Report(answer="Fine."), compare([], None)).startswith("**Nothing found**\n")


def test_a_summary_is_never_longer_than_it_may_be() -> None:
    many = tuple(finding(message="ü" * 2000, path=f"{n}.py") for n in range(400))
    text = summary(Report(answer="\ud800", findings=many), compare(identified(many), None))
    assert 900_000 < len(text.encode()) <= 1_000_000
    assert "its end is left out" in text.splitlines()[2]
    assert text.endswith("|\n")


def test_gitlab_gets_what_it_asks_for() -> None:
    text = rendered(Format.CODE_QUALITY, REPORT, compare(identified(REPORT.findings), None))
    worst, note = json.loads(text)
    assert worst["location"] == {"path": "tests/test_app.py", "lines": {"begin": 12}}
    assert worst["severity"] == "major"
    assert note["check_name"] == "DL3007"
    assert note["fingerprint"] == FINDINGS[0].id
    assert note["description"] == "The image has no fixed version"


@pytest.mark.parametrize("format", Format)
def test_every_format_can_be_written(format: Format) -> None:
    odd = finding(path="f\udcff.py", message="\ud800 \x1b[2J", line=0)
    report = Report(answer="", findings=(odd, *FINDINGS))
    compared = compare(identified(report.findings), None)
    text = rendered(format, report, compared, "session", "1.2.3")
    assert "Dockerfile" in text
    assert "\x1b" not in text
    text.encode()


def test_an_output_is_a_format_and_a_file() -> None:
    assert parse_output("sarif=a=b") == OutputFile(Format.SARIF, Path("a=b"), "--output sarif")


@pytest.mark.parametrize("text", ["", "sarif", "sarif=", "=file", "pdf=file", "file.sarif"])
def test_any_other_output_is_refused_with_the_formats(text: str) -> None:
    with pytest.raises(UsageError, match="expected FORMAT=FILE") as caught:
        parse_output(text)
    assert "code-quality" in caught.value.hint


@pytest.mark.parametrize(
    ("option", "output"),
    [
        ("--sarif", Output(sarif=Path("no-such-folder/file"))),
        ("--report", Output(report=Path("no-such-folder/file"))),
        ("--output summary", Output(files=["summary=no-such-folder/file"])),
    ],
)
def test_a_file_that_cannot_be_written_is_known_before_the_run(option: str, output: Output) -> None:
    with pytest.raises(UsageError, match=f"^{option}: cannot write"):
        check(output)


def test_trying_a_file_neither_leaves_one_nor_harms_one(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("kept")
    check(Output(files=[f"json={tmp_path}/old", f"json={tmp_path}/new"]))
    assert (tmp_path / "old").read_text() == "kept"
    assert not (tmp_path / "new").exists()


def test_a_baseline_that_is_none_is_known_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("{}")
    with pytest.raises(UsageError, match=r"^--baseline: "):
        check(Output(baseline=tmp_path / "old"))
