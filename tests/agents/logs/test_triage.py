"""Logs of many tools and runners: the failing step, the first real error, its cause and place."""

import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.logs import Category, Triage, findings, told, triage, triage_file
from agents.logs.rules import RULES
from agents.logs.words import OPTIONAL, PARTS
from tests.agents.logs.cases import CASES, LOGS, NAMES, Case


def read(text: str | bytes, *names: str) -> Triage:
    return triage(io.BytesIO(text if isinstance(text, bytes) else text.encode()), names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.log)
def test_the_failing_step_the_error_and_its_place_are_found(case: Case) -> None:
    made = triage_file(LOGS / case.log, NAMES)
    assert made.failed
    assert made.step
    assert made.error
    assert (made.step.name, made.error.number) == (case.step, case.number)
    assert made.category == case.category
    assert (made.error.path, made.error.line) == (case.path, case.line)
    assert made.step.first <= made.error.number


def test_every_log_has_its_case() -> None:
    assert {case.log for case in CASES} == {path.name for path in LOGS.iterdir()}


GOOD = """2025-11-03T09:10:00.0000000Z ##[group]Run pytest
2025-11-03T09:10:00.0000000Z \x1b[36;1mpytest || echo "error: it failed"\x1b[0m
2025-11-03T09:10:00.0000000Z ##[endgroup]
2025-11-03T09:10:01.0000000Z tests/test_error.py::test_fails_on_error PASSED [ 50%]
2025-11-03T09:10:01.0000000Z tests/test_error.py::test_known XFAIL
2025-11-03T09:10:01.0000000Z collected 2 items, 0 errors, 0 failed
2025-11-03T09:10:01.0000000Z ##[warning]Node.js 16 actions are deprecated, error-prone
2025-11-03T09:10:01.0000000Z WARNING: Retrying after connection broken by ReadTimeoutError
2025-11-03T09:10:01.0000000Z 2 passed in 0.1s
"""


def test_a_log_without_a_failure_has_none() -> None:
    made = read(GOOD)
    assert not made.failed
    assert findings(made) == ()
    assert "Nothing" in told(made)


def test_what_was_tried_again_counts_only_if_nothing_else_does() -> None:
    once = "fatal: unable to access 'https://x.invalid/': Could not resolve host: x.invalid\n"
    again = "Attempt 1 failed. Retrying...\n"
    other = "src/a.c:3:5: error: expected ';'\nmake: *** [Makefile:2: all] Error 1\n"
    made = read(once + again + other)
    assert (made.category, made.error and made.error.number) == (Category.COMPILE, 3)
    made = read(once + again + once + "Attempt 2 failed. Retrying...\n" + once + "exit code 128\n")
    assert (made.category, made.error and made.error.number) == (Category.NETWORK, 5)


def test_the_exit_code_speaks_where_nothing_else_does() -> None:
    log = "##[group]Run ./go\n##[endgroup]\n##[error]Process completed with exit code {}.\n"
    made = read(log.format(137))
    assert (made.category, made.exit_code) == (Category.MEMORY, 137)
    assert read(log.format(127)).category is Category.DEPENDENCY
    assert read(log.format(3)).category is Category.UNKNOWN


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"])
def test_encodings_of_windows_are_read(encoding: str) -> None:
    log = "Zażółć\r\nsrc\\a.c:3:5: error: ż\r\n" * 20000
    made = read(log.encode(encoding), "src/a.c")
    assert made.error
    assert (made.error.number, made.error.path, made.error.line) == (2, "src/a.c", 3)
    assert made.lines == 40000


def test_progress_bars_and_endless_lines_do_not_hide_the_error() -> None:
    bar = b"".join(b"\r%d%%" % i for i in range(100))
    log = bar + b"\rdone\n" + b"x" * 3_000_000 + b"\n\xff\xfe\nsrc/a.c:3:5: error: no\n"
    made = read(log)
    assert made.error
    assert (made.error.number, made.error.line) == (4, 3)


def test_places_of_runners_become_the_repositorys() -> None:
    for path in (
        "/home/runner/work/x/x/src/main.c",
        "D:\\a\\x\\x\\src\\main.c",
        "/builds/group/sub/project/src/main.c",
        "/var/jenkins_home/workspace/x/src/main.c",
        "./src/main.c",
        "src/main.c",
    ):
        made = read(f"{path}:7:1: error: no\n", "src/main.c", "other/main.c")
        assert made.error
        assert (made.error.path, made.error.line) == ("src/main.c", 7), path
    foreign = read("/usr/include/main.h:7:1: error: no\n", "main.h")
    assert foreign.error
    assert foreign.error.path is None
    assert foreign.error.line is None


def test_findings_and_text_name_the_place_and_the_rule() -> None:
    made = triage_file(LOGS / "github_make_gcc.log", NAMES)
    first, *others = findings(made)
    assert (first.rule, first.path, first.line) == ("ci/compile-error", "src/main.c", 5)
    assert all(other.path for other in others)
    text = told(made)
    assert "failing step: Run make" in text
    assert "src/main.c:5" in text
    assert "exit code 2" in text


def test_every_rule_has_a_word_that_is_searched_for() -> None:
    for rule in RULES:
        searched = (part.decode() for part in (*PARTS, *OPTIONAL))
        assert rule.any_of or any(part in rule.word for part in searched), rule


def test_what_stands_far_away_is_found_in_bounded_pieces() -> None:
    noise = "".join(f"step {n} of the work is done, 0 errors\n" for n in range(60_000))
    made = read(f"{noise}src/a.c:3:5: error: no\n{noise}make: *** [Makefile:1: x] Error 1\n{noise}")
    assert made.error
    assert made.error.number == 60_001
    assert made.lines == 180_002


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_survived(data: bytes) -> None:
    made = read(data)
    assert (
        made.lines >= data.count(b"\n")
        or data.startswith((b"\xff\xfe", b"\xfe\xff"))
        or b"\0" in data
    )
    told(made)
    findings(made)


@settings(max_examples=40, deadline=None)
@given(st.integers())
def test_logs_cut_and_shuffled_are_survived(seed: int) -> None:
    chance = random.Random(seed)
    log = (LOGS / chance.choice(CASES).log).read_bytes().split(b"\n")
    chance.shuffle(log)
    data = b"\n".join(log[: chance.randrange(len(log))])
    made = read(data[chance.randrange(50) :], *NAMES)
    assert made.step is None or made.step.first <= made.step.last
    told(made)
    findings(made)
