"""Cases out of what runners print; the texts are theirs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.runners.case import Status
from agents.runners.gotest import read_events, read_text
from agents.runners.jest import read_jest, read_jest_text
from agents.runners.junit import find_junit, read_junit
from agents.runners.runner import Form
from agents.runners.tally import Tally
from agents.runners.trial import pick, read
from tests.agents.runners import printed

Row = tuple[str, str, str | None, str]
"""The test, how it went, its line or the deepest one, what it said."""


@dataclass(frozen=True)
class Sample:
    name: str
    tally: Callable[[], Tally | None]
    rows: tuple[Row, ...]
    unnamed: int = 0


SAMPLES = (
    Sample(
        "pytest",
        lambda: read_junit(printed.PYTEST_XML),
        (
            ("tests/test_a.py::test_ok", "passed", "tests/test_a.py:4", ""),
            (
                "tests/test_a.py::TestC::test_bad[a b]",
                "failed",
                "tests/test_a.py:5",
                "AssertionError: why (assert 1 == 2)",
            ),
            ("tests/test_a.py::test_key", "failed", "tests/test_a.py:9", "KeyError: 'zone'"),
            ("tests/test_a.py::test_f", "error", "tests/test_a.py:13", "RuntimeError: no database"),
            ("tests/test_a.py::test_skip", "skipped", "tests/test_a.py:16", ""),
        ),
    ),
    Sample(
        "pytest that cannot collect",
        lambda: read_junit(printed.UNCOLLECTED_XML),
        (
            (
                "tests/test_b.py",
                "error",
                "tests/test_b.py:1",
                "ModuleNotFoundError: No module named 'nothere'",
            ),
        ),
    ),
    Sample(
        "node",
        lambda: read_junit(printed.NODE_XML),
        (
            (
                "adds",
                "failed",
                "a.test.mjs:2",
                "Expected values to be strictly equal:2 !== 3",
            ),
            ("group > inner <x>", "passed", None, ""),
            ("group > later", "skipped", None, ""),
        ),
    ),
    Sample(
        "unittest",
        lambda: read(Form.UNITTEST, "", printed.UNITTEST),
        (
            ("test_u.T.test_ok", "passed", None, ""),
            ("test_u.T.test_skip", "skipped", None, ""),
            (
                "test_u.T.test_us",
                "failed",
                None,
                "it passed, but is marked as an expected failure",
            ),
            ("test_u.T.test_xf", "passed", None, ""),
            ("test_u.S.setUpClass", "error", "test_u.py:20", "OSError: nope"),
            ("test_u.T.test_err", "failed", "test_u.py:12", "KeyError: 'x'"),
            ("test_u.T.test_bad", "failed", "test_u.py:6", "AssertionError: 1 != 2 : why"),
            ("test_u.T.test_sub", "failed", "test_u.py:9", "AssertionError: 0 != 1"),
        ),
    ),
    Sample(
        "cargo",
        lambda: read(Form.CARGO, printed.CARGO, "error: test failed"),
        (
            ("tests::ig", "skipped", None, ""),
            ("tests::ok", "passed", None, ""),
            ("tests::sp", "failed", "src/lib.rs:14", "test did not panic as expected"),
            (
                "tests::bad",
                "failed",
                "src/lib.rs:10",
                "assertion `left == right` failed: why 1, left: 2, right: 3",
            ),
            (
                "tests::un",
                "failed",
                "src/lib.rs:11",
                "called `Option::unwrap()` on a `None` value",
            ),
            (
                "src/lib.rs - add (line 2)",
                "failed",
                "src/lib.rs:2",
                "assertion `left == right` failed, left: 2, right: 3",
            ),
        ),
    ),
    Sample(
        "cargo that cannot compile",
        lambda: read(Form.CARGO, "", printed.UNCOMPILED),
        (
            (
                "src/lib.rs (does not compile)",
                "error",
                "src/lib.rs:5",
                "error[E0425]: cannot find value `y` in this scope",
            ),
        ),
    ),
    Sample(
        "go",
        lambda: read_events(printed.GO_EVENTS),
        (
            (
                "example.com/shop/cart.TestTotal/empty",
                "failed",
                "cart_test.go:12",
                "total = 1, want 0",
            ),
            ("example.com/shop/cart.TestAdd", "passed", None, ""),
            ("example.com/shop/cart.TestLater", "skipped", None, ""),
            ("example.com/shop/web", "error", "web/web.go:7", "undefined: serve"),
        ),
    ),
    Sample(
        "go, plain",
        lambda: read_text(printed.GO_TEXT),
        (
            ("TestTotal", "failed", "cart_test.go:12", "total = 1, want 0"),
            ("TestAdd", "passed", None, ""),
        ),
    ),
    Sample(
        "jest",
        lambda: read_jest(f"warning\n{printed.JEST}"),
        (
            (
                "cart > adds",
                "failed",
                "src/cart.test.js:5",
                "Error: expect(received).toBe(expected) // Object.is equality; "
                "Expected: 3; Received: 2",
            ),
            ("cart > is empty", "passed", None, ""),
            ("later", "skipped", None, ""),
            (
                "src/web.test.js",
                "error",
                "src/web.test.js:1",
                "Cannot find module './gone' from 'src/web.test.js'",
            ),
        ),
    ),
    Sample(
        "jest, plain",
        lambda: read_jest_text(printed.JEST_TEXT),
        (
            (
                "cart › adds",
                "failed",
                "src/cart.test.js:5",
                "expect(received).toBe(expected) // Object.is equality; Expected: 3; Received: 2",
            ),
        ),
        unnamed=1,
    ),
)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_what_is_printed_becomes_cases(sample: Sample) -> None:
    tally = sample.tally()
    assert tally is not None
    rows = tuple(
        (c.test, str(c.status), str(c.where) if c.where else None, c.said) for c in tally.cases
    )
    assert rows == sample.rows
    assert tally.unnamed == sample.unnamed


def test_the_deepest_own_line_is_the_codes_and_not_the_tests() -> None:
    tally = read_junit(printed.PYTEST_XML)
    assert tally is not None
    assert [str(case.frame) for case in tally.failures] == [
        "tests/test_a.py:5",
        "shop/price.py:3",
        "tests/test_a.py:13",
    ]


def test_a_report_is_found_among_other_words() -> None:
    tally = find_junit(f"noise <testsuites>\n{printed.PYTEST_XML}\nERROR: more noise")
    assert tally is not None
    assert tally.total == 5
    assert str(tally) == "2 failed, 1 could not run, 1 passed, 1 skipped"


def test_of_a_make_target_the_known_words_are_picked() -> None:
    tally = pick(f"make[1]: entering\n{printed.CARGO}{printed.GO_TEXT}{printed.JEST_TEXT}")
    assert (len(tally.failures), tally.passed) == (6, 3)


def test_a_report_with_entities_is_refused() -> None:
    bomb = '<!DOCTYPE testsuite [<!ENTITY a "aaaa">]><testsuite><testcase name="&a;"/></testsuite>'
    assert read_junit(bomb) is None
    assert read_junit(f"<!-- <a --> {bomb}") is None
    assert read_junit(f'<?xml version="1.0"?>\n{bomb}') is None


def test_a_doctype_that_a_failure_shows_is_only_text() -> None:
    shown = (
        "<testsuite><testcase name='a'><failure><![CDATA[<!DOCTYPE html>]]></failure>"
        "</testcase></testsuite>"
    )
    tally = read_junit(shown)
    assert tally is not None
    assert tally.failures[0].said == "<!DOCTYPE html>"


def test_suites_within_suites_a_thousand_deep_are_read() -> None:
    deep = "<testsuite>" * 1000 + '<testcase name="x"/>' + "</testsuite>" * 1000
    tally = read_junit(deep)
    assert tally is not None
    assert tally.total == 1


texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=20)


@given(
    st.lists(
        st.tuples(
            texts.filter(str.strip), st.sampled_from(["", "failure", "error", "skipped"]), texts
        )
    )
)
def test_every_case_of_a_report_is_counted_once(cases: list[tuple[str, str, str]]) -> None:
    xml = "".join(
        f"<testcase name={quoteattr(name)}>"
        + (f"<{how} message={quoteattr(said)}>{escape(said)}</{how}>" if how else "")
        + "</testcase>"
        for name, how, said in cases
    )
    tally = find_junit(
        f"<?xml version='1.0'?><testsuites><testsuite>{xml}</testsuite></testsuites>"
    )
    assert tally is not None
    assert tally.total == len(cases)
    expected = {"": Status.PASSED, "failure": Status.FAILED, "error": Status.ERROR}
    assert [c.status for c in tally.cases] == [
        expected.get(how, Status.SKIPPED) for _, how, _ in cases
    ]


PIECES = [
    *(
        line
        for name in dir(printed)
        if name.isupper()
        for line in getattr(printed, name).split("\n")
    ),
    *(
        "=" * 70,
        "-" * 70,
        "\0",
        "\x1b[31m",
        "<testsuites>",
        "</testsuites>",
        '{"num',
        "---- x stdout ----",
    ),
]


@given(
    st.lists(st.one_of(st.sampled_from(PIECES), texts), max_size=30), st.sampled_from(list(Form))
)
def test_no_output_makes_a_reader_fail(pieces: list[str], form: Form) -> None:
    text = "\n".join(pieces)
    tally = read(form, text, text)
    assert tally.total >= len(tally.failures) >= 0
    assert all(len(case.said) <= 200 and len(case.detail) <= 1600 for case in tally.cases)
    assert all(not (case.path or "").startswith("/") for case in tally.cases)


HOSTILE = (
    *("\n", "=" * 70 + "\n", "FAILED a.py::x\n", "FAILED a.py::x - y\n____ x ____\n", "1 passed, "),
    *("---- a stdout ----\n", "  ● a › b\n\n", '{"num\n', "<testsuite>", "--- FAIL: a (0.0s)\n"),
    *(" ", "test_a (b.c)\n", "    at a (b.js:1:2)\n", "E\n", "<?xml ", "_ "),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_output_holds_a_reader_up(piece: str) -> None:
    """What took quadratic time took minutes for this much; now it is some tenths of a second."""
    text = piece * (80_000 // len(piece))
    began = time.process_time()
    for form in Form:
        read(form, text, text)
    assert time.process_time() - began < 10
