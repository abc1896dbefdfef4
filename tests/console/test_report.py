"""The report on paper and on a screen, and its findings as SARIF."""

import io
import json

import pytest
from syrupy.assertion import SnapshotAssertion

from agents.finding import Finding, Severity
from agents.report import Report
from console.report import markdown, screen, show
from console.sarif import document
from tests.console.conftest import drawn, stream
from tests.console.story import REPORT, SESSION


def test_the_report_as_markdown(snapshot: SnapshotAssertion) -> None:
    assert markdown(REPORT, SESSION) == snapshot


def test_the_report_on_a_terminal(snapshot: SnapshotAssertion) -> None:
    assert drawn(screen(REPORT, SESSION)) == snapshot


def test_a_report_without_anything_is_its_answer(snapshot: SnapshotAssertion) -> None:
    assert markdown(Report(answer="All is well.")) == snapshot


def test_a_pipe_gets_markdown_without_escapes() -> None:
    file = io.StringIO()
    show(stream(file), REPORT, SESSION)
    assert file.getvalue() == markdown(REPORT, SESSION)
    assert "\x1b" not in file.getvalue()


def test_findings_come_worst_first() -> None:
    text = markdown(REPORT)
    assert text.index("| error |") < text.index("| warning |") < text.index("| note |")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("see ![x](http://example.invalid/?secret)", "see [x](http://example.invalid/?secret)"),
        ("<img src=x>", "&lt;img src=x>"),
        ("< IFRAME src=x>", "&lt; IFRAME src=x>"),
        ("wow! [t1.1] a < b", "wow! [t1.1] a < b"),
    ],
)
def test_a_report_makes_its_viewer_fetch_nothing(answer: str, expected: str) -> None:
    assert markdown(Report(answer=answer)).startswith(expected + "\n")


def test_a_finding_cannot_break_its_table() -> None:
    message = "a | b\nc `d` [x](http://example.invalid) <b> \\"
    hostile = Finding(severity=Severity.NOTE, message=message, rule="r", tool="t")
    rows = markdown(Report(answer="", findings=(hostile,))).splitlines()
    [row] = [line for line in rows if "note" in line]
    escaped = "a \\| b c \\`d\\` \\[x](http://example.invalid) &lt;b> \\\\"
    assert row == f"| note | – | {escaped} | r |  |"


def test_findings_as_sarif(snapshot: SnapshotAssertion) -> None:
    assert json.dumps(document(REPORT, "1.2.3"), indent=1) == snapshot


def test_a_path_in_sarif_is_an_address() -> None:
    finding = Finding(severity=Severity.NOTE, message="m", path="a b/ü.py", rule="r", tool="t")
    [run] = document(Report(answer="", findings=(finding,)), "1")["runs"]
    [place] = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "a%20b/%C3%BC.py"
