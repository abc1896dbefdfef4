"""Coverage out of the reports that the tools write."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.change import Change
from agents.runners.changed_lines import of_changes, parse
from agents.runners.coverage import (
    REPORTS,
    Coverage,
    Told,
    read_cobertura,
    read_coverage,
    read_go,
    read_json,
    read_lcov,
)
from agents.tools.tree import tree_of
from tests.agents.tools.repository import make

CODE = {"src/shop/cart.py": "a\nb\nc\nd\ne\n", "web/app.js": "a\nb\nc\n", "cart/cart.go": "a\nb\n"}

COBERTURA = """\
<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage version="7.6" line-rate="0.6">
<sources><source>/home/ci/build/src/shop</source></sources>
<packages><package name="."><classes>
<class name="cart.py" filename="cart.py"><methods/>
<lines><line number="1" hits="1"/><line number="2" hits="0"/><line number="3" hits="0"/></lines>
</class></classes></package></packages></coverage>
"""

REPORT_TEXTS = {
    "coverage.xml": (COBERTURA, "src/shop/cart.py", {1}, {2, 3}),
    "coverage.json": (
        json.dumps(
            {"files": {"src/shop/cart.py": {"executed_lines": [1, 4], "missing_lines": [2]}}}
        ),
        "src/shop/cart.py",
        {1, 4},
        {2},
    ),
    "lcov.info": (
        "TN:\nSF:/builds/x/web/app.js\nDA:1,5\nDA:2,0\nDA:3,1,hash\nend_of_record\n",
        "web/app.js",
        {1, 3},
        {2},
    ),
    "cover.out": (
        "mode: set\nexample.com/shop/cart/cart.go:1.20,1.30 1 3\n"
        "example.com/shop/cart/cart.go:2.1,2.9 1 0\n",
        "cart/cart.go",
        {1},
        {2},
    ),
    "coverage/coverage-final.json": (
        json.dumps(
            {
                "/builds/x/web/app.js": {
                    "statementMap": {
                        "0": {"start": {"line": 1, "column": 0}, "end": {"line": 1}},
                        "1": {"start": {"line": 2, "column": 0}, "end": {"line": 2}},
                    },
                    "s": {"0": 2, "1": 0},
                }
            }
        ),
        "web/app.js",
        {1},
        {2},
    ),
}


@pytest.mark.parametrize("name", REPORT_TEXTS)
async def test_a_report_is_read_and_its_paths_are_found(tmp_path: Path, name: str) -> None:
    text, path, hit, missed = REPORT_TEXTS[name]
    workplace = make(tmp_path / "repo", {**CODE, name: text})
    coverage = read_coverage(await tree_of(workplace))
    assert coverage is not None
    assert coverage.report == name
    assert {name: set(lines) for name, lines in coverage.hit.items()} == {path: hit}
    assert {name: set(lines) for name, lines in coverage.missed.items()} == {path: missed}
    assert coverage.rate == len(hit) / (len(hit) + len(missed))
    assert coverage.uncovered({path: [1, 2], "other": [2]}) == {path: (2,)}


async def test_what_changed_after_the_report_is_named(tmp_path: Path) -> None:
    text = REPORT_TEXTS["lcov.info"][0]
    workplace = make(tmp_path / "repo", {**CODE, "lcov.info": text})
    os.utime(workplace.root / "lcov.info", (1_000_000, 1_000_000))
    coverage = read_coverage(await tree_of(workplace))
    assert coverage is not None
    assert coverage.stale == ("web/app.js",)


async def test_a_name_that_two_files_have_is_not_guessed_at(tmp_path: Path) -> None:
    files = {"a/x.py": "", "b/x.py": "", "lcov.info": "SF:x.py\nDA:1,1\n"}
    assert read_coverage(await tree_of(make(tmp_path / "repo", files))) is None


@pytest.mark.parametrize("reader", dict.fromkeys(REPORTS.values()))
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1]",
        '{"files": {"a": 1}}',
        '{"a": {"statementMap": {"0": {}}}}',
        "[" * 100_000,
        '<!DOCTYPE coverage [<!ENTITY a "b">]><coverage>&a;</coverage>',
        "SF:a\nDA:x,y\nDA:99999999999999,1\n",
        "mode: set\na:1.1,9999999.1 1 1\n",
        '<coverage><class filename="a"><lines><line number="-1"/></lines></class></coverage>',
    ],
)
def test_a_broken_report_tells_nothing_wrong(reader: Callable[[str], Told], text: str) -> None:
    told = [line for _, line, _ in reader(text) if 0 < line <= 1_000_000]
    assert len(told) <= 5001


@given(st.dictionaries(st.integers(1, 500), st.integers(0, 9), min_size=1))
def test_every_form_tells_the_same_lines(lines: dict[int, int]) -> None:
    rows = sorted(("a.py", line, min(hits, 1)) for line, hits in lines.items())
    lcov = "SF:a.py\n" + "".join(f"DA:{n},{h}\n" for n, h in lines.items())
    go = "mode: count\n" + "".join(f"a.py:{n}.1,{n}.9 1 {h}\n" for n, h in lines.items())
    xml = "".join(f'<line number="{n}" hits="{h}"/>' for n, h in lines.items())
    cobertura = f'<coverage><class filename="a.py"><lines>{xml}</lines></class></coverage>'
    executed = [n for n, h in lines.items() if h]
    missing = [n for n, h in lines.items() if not h]
    data = {"files": {"a.py": {"executed_lines": executed, "missing_lines": missing}}}
    for told in (
        read_lcov(lcov),
        read_go(go),
        read_cobertura(cobertura),
        read_json(json.dumps(data)),
    ):
        assert sorted((path, line, min(hits, 1)) for path, line, hits in told) == rows


def test_the_changed_lines_of_a_change_are_those_of_its_new_text() -> None:
    change = Change("a.py", b"one\ntwo\nthree\n", b"one\n2\nthree\nfour\n")
    gone = Change("b.py", b"x\n", None)
    assert of_changes([change, gone]) == {"a.py": (2, 4)}


def test_a_diff_is_read_by_its_counts_and_not_by_its_looks() -> None:
    diff = (
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1,2 @@ def x\n-old\n"
        "+++ b/other.py\n+new\n@@ -9,2 +10,0 @@\n-x\n-y\n"
        "diff --git a/gone b/gone\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )
    assert parse(diff) == {"a.py": (1, 2)}


@given(
    st.lists(st.sampled_from(["a", "b", "c"]), max_size=12),
    st.lists(st.sampled_from(["a", "b", "d"]), max_size=12),
)
def test_lines_that_did_not_change_are_never_told(old: list[str], new: list[str]) -> None:
    before, after = ("".join(f"{line}\n" for line in lines).encode() for lines in (old, new))
    (numbers,) = of_changes([Change("x", before, after)]).values()
    kept = [line for n, line in enumerate(new, 1) if n not in numbers]
    remaining = iter(old)
    assert all(line in remaining for line in kept)  # a subsequence of the old text


def test_without_a_line_nothing_is_covered() -> None:
    assert Coverage("x", {}, {}).rate == 0.0
