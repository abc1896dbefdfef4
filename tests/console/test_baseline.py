"""Ids that outlive edits, and what is new, unchanged and fixed beside an earlier run."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.finding import Finding, identified
from agents.report import Report
from agents.role import Role
from console import baseline, findings_json, sarif
from console.baseline import read
from console.compared import Baseline, Compared, compare, too_bad
from console.json_lines import JsonLines
from console.source_lines import SourceLines
from graphs.events import Failed, Reported, Text
from models.errors import UsageError
from tests.console.test_sarif import FOUND, finding


def at(line: int, **more: object) -> Finding:
    return finding(**{"path": "app.py", "line": line, **more})


def ids(*findings: Finding, root: Path | None = None) -> list[str]:
    return [id for id, _ in identified(findings, SourceLines(root) if root else None)]


def test_an_id_is_twelve_hexadecimal_digits() -> None:
    assert len(at(1).id) == 12
    assert int(at(1).id, 16)


@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=20), max_size=30))
def test_lines_that_move_change_no_id(above: list[str]) -> None:
    text = ["import os", "import os", "x = 1"]
    moved = [*above, *text]

    def here(one: Finding) -> str:
        return text[(one.line or 0) - 1]

    def there(one: Finding) -> str:
        return moved[(one.line or 0) - 1]

    before = [at(1), at(2), at(3)]
    after = [at(len(above) + number) for number in (1, 2, 3)]
    assert [i for i, _ in identified(before, here)] == [i for i, _ in identified(after, there)]


def test_lines_in_messages_change_no_id() -> None:
    assert at(3, message="also lines 4, 12").id == at(9, message="also lines 10, 18").id
    assert at(3, message="took 0.31s at 0x7ffd").id == at(3, message="took 12.5s at 0x55aa").id


def test_names_with_numbers_in_them_are_names() -> None:
    assert at(1, message="`x1` is unused").id != at(1, message="`x2` is unused").id
    assert at(1, message="lines 4, 12").id != at(1, message="lines 4, 12, 30").id


def test_the_text_of_a_line_tells_two_alike_apart(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("RUN one\nRUN two\n")
    both = ids(at(1), at(2), root=tmp_path)
    (tmp_path / "app.py").write_text("\n\n    RUN  two\n")
    assert ids(at(3), root=tmp_path) == both[1:]


def test_no_two_findings_have_one_id_and_their_order_stays() -> None:
    found = [at(9), at(2), at(2), at(5)]
    all_of_them = identified(found)
    assert [one for _, one in all_of_them] == found
    assert len({id for id, _ in all_of_them}) == 4
    assert all_of_them[1][0] == at(1).id


def test_the_id_of_a_secret_says_nothing_of_its_line(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("one = 'x'\n")
    secret = at(1, rule="secret/keyword", tool="detect-secrets")
    assert ids(secret, root=tmp_path) == [secret.id]
    assert ids(at(1), root=tmp_path) != [at(1).id]


@pytest.mark.parametrize("name", [".env", "../outside", "link", "no-such-file", "sub", "a\0b"])
def test_lines_are_read_within_the_policy(tmp_path: Path, name: str) -> None:
    root = tmp_path / "repo"
    (root / "sub").mkdir(parents=True)
    (root / ".env").write_text("TOKEN=1\n")
    (tmp_path / "outside").write_text("elsewhere\n")
    (root / "link").symlink_to(tmp_path / "outside")
    assert SourceLines(root)(finding(path=name, line=1)) is None


@given(st.lists(FOUND, max_size=8), st.lists(FOUND, max_size=8), st.booleans())
def test_each_finding_is_told_once(now: list[Finding], before: list[Finding], exact: bool) -> None:
    earlier = Baseline(dict(identified(before)), exact)
    compared = compare(identified(now), earlier)
    assert sorted(compared.new + compared.unchanged) == sorted(identified(now))
    assert len(compared.unchanged) + len(compared.fixed) == len(before)
    assert compare(identified(before), earlier).unchanged == tuple(identified(before))


def test_without_an_earlier_run_all_is_new() -> None:
    assert compare(identified([at(1)]), None) == Compared(((at(1).id, at(1)),))


def test_only_what_is_new_counts_for_fail_on() -> None:
    old, new = at(1, severity="error"), at(2, message="other", severity="warning")
    compared = compare(identified([old, new]), Baseline(dict(identified([old])), exact=True))
    assert not too_bad(compared, "error")
    assert too_bad(compared, "warning")
    assert too_bad(compare(identified([old]), None), "error")
    assert not too_bad(compare(identified([old]), None), "none")


OLD = (at(1, message="stays", fix="mend it"), at(2, message="goes", path=None))
REPORT = Report(answer="", findings=OLD)


def as_sarif(capsys: pytest.CaptureFixture[str]) -> str:
    return json.dumps(sarif.document(REPORT, "1"), indent=2)


def as_json(capsys: pytest.CaptureFixture[str]) -> str:
    return json.dumps(findings_json.document(compare(identified(OLD), None), "1"))


def as_stream(capsys: pytest.CaptureFixture[str]) -> str:
    with JsonLines() as lines:
        lines.see(Text(session="s", seq=1, role=Role.TESTING, text="hello"))
        lines.see(Reported(session="s", seq=2, report=REPORT))
    return capsys.readouterr().out


@pytest.mark.parametrize("write", [as_sarif, as_json, as_stream])
def test_an_earlier_run_is_read_from_whatever_it_wrote(
    write: Callable[[pytest.CaptureFixture[str]], str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    path = tmp_path / "earlier"
    path.write_text(write(capsys))
    moved, new = at(40, message="stays"), at(41, message="comes")
    compared = compare(identified([moved, new]), read(path))
    assert [one.message for _, one in compared.new] == ["comes"]
    assert [one.message for _, one in compared.unchanged] == ["stays"]
    assert [(one.message, one.path) for _, one in compared.fixed] == [("goes", None)]


def test_a_stream_has_no_lines_so_it_is_compared_without(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text("text of the line\n")
    (tmp_path / "earlier").write_text(as_stream(capsys))
    now = identified([OLD[0]], SourceLines(tmp_path))
    assert compare(now, read(tmp_path / "earlier")).unchanged == tuple(now)


def test_what_was_fixed_before_is_not_fixed_again(tmp_path: Path) -> None:
    first = compare(identified([]), Baseline(dict(identified(OLD)), exact=True))
    path = tmp_path / "earlier.sarif"
    path.write_text(json.dumps(sarif.document(Report(answer=""), "1", first)))
    assert read(path).findings == {}


FOREIGN = [
    "",
    "not json",
    "[]",
    "{}",
    "7",
    "null",
    '"runs"',
    '{"runs": 1}',
    '{"runs": [{}]}',
    '{"runs": [{"results": [{"ruleId": "x", "message": {"text": "m"}}]}]}',
    '{"findings": []}',
    '{"cadre": "1", "findings": [{"id": "a"}]}',
    '{"type": "planned"}\n{"type": "text"}',
    '{"type": "reported"}',
    "[" * 100_000,
    '{"a":' * 100_000,
]


@pytest.mark.parametrize("text", FOREIGN, ids=range(len(FOREIGN)))
def test_any_other_file_is_refused_with_a_hint(text: str, tmp_path: Path) -> None:
    path = tmp_path / "foreign"
    path.write_text(text)
    with pytest.raises(UsageError, match="not a report of an earlier run") as caught:
        read(path)
    assert "--sarif" in caught.value.hint


def test_a_run_that_failed_is_no_baseline(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    JsonLines().see(Failed(session="s", seq=1, message="m", hint="", exit_code=4))
    (tmp_path / "failed").write_text(capsys.readouterr().out)
    with pytest.raises(UsageError, match="came to its end"):
        read(tmp_path / "failed")


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--baseline: cannot read"):
        read(tmp_path / name)


def test_a_huge_file_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "MAX_BYTES", 1000)
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(3_000_000_000)
    with pytest.raises(UsageError, match="larger than 1,000 bytes"):
        read(tmp_path / "huge")
