"""Failures with one cause stand together."""

from agents.finding import Severity
from agents.runners.case import Case, Frame, Status
from agents.runners.cause import causes, normal


def case(test: str, said: str, kind: str, frame: str, status: Status = Status.FAILED) -> Case:
    path, _, line = frame.partition(":")
    return Case(test, status, 0.0, f"{test}.py", 9, kind, said, Frame(path, int(line)))


def test_the_same_exception_at_the_same_line_of_code_is_one_cause() -> None:
    (cause,) = causes(
        [
            case("test_a", "KeyError: 'zone'", "KeyError", "shop.py:3"),
            case("test_b", "KeyError: 'city'", "KeyError", "shop.py:3"),
        ]
    )
    assert cause.headline == "2 tests fail: KeyError: 'zone'"
    assert cause.finding("pytest").line == 3
    assert "(test_a, test_b)" in cause.finding("pytest").message


def test_assertions_at_different_lines_are_different_causes() -> None:
    found = causes(
        [
            case("test_a", "assert 1 == 2", "AssertionError", "test_a.py:3"),
            case("test_b", "assert 1 == 2", "AssertionError", "test_b.py:3"),
        ]
    )
    assert len(found) == 2


def test_numbers_and_addresses_do_not_part_a_cause() -> None:
    found = causes(
        case("test_a", f"assert <Cart at 0x7f{n}> == {n}", "AssertionError", "test_a.py:3")
        for n in (1, 22, 333)
    )
    assert len(found) == 1
    assert normal("took 1.25 s at /tmp/x/y") == normal("took 3 s at /var/a")


def test_a_module_that_many_tests_lack_is_one_warning() -> None:
    said = "ModuleNotFoundError: No module named 'flask'"
    (cause,) = causes(
        case(f"test_{n}", said, "ModuleNotFoundError", f"test_{n}.py:{n}", Status.ERROR)
        for n in range(1, 4)
    )
    assert cause.headline == f"3 tests cannot run: {said}"
    assert cause.finding("pytest").severity is Severity.WARNING


def test_the_cause_of_most_failures_comes_first() -> None:
    found = causes(
        [
            case("test_a", "OSError: x", "OSError", "a.py:1"),
            case("test_b", "ValueError: x", "ValueError", "b.py:1"),
            case("test_c", "ValueError: x", "ValueError", "b.py:1"),
        ]
    )
    assert [len(cause.cases) for cause in found] == [2, 1]


def test_what_passed_has_no_cause() -> None:
    assert causes([Case("test_a", Status.PASSED), Case("test_b", Status.SKIPPED)]) == ()
