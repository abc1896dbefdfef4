"""How each runner is told what to run."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.runners.runner import Runner, Runners
from agents.runners.selection import CannotSelect, narrowed

GO = Runner("go", ("go", "test", "./..."), "", ("go", "test", "-json", "./..."))
NODE = Runner("node", ("npm", "test"), "", ("node", "--test-reporter=junit", "--test", "lib"))
PLAIN = {
    name: Runner(name, (name, "test"), "")
    for name in ("pytest", "unittest", "cargo", "jest", "make", "npm", "mocha")
}


@dataclass(frozen=True)
class Case:
    runner: Runner
    only: tuple[str, ...]
    added: tuple[str, ...]


CASES = (
    Case(PLAIN["pytest"], (), ("pytest", "test")),
    Case(PLAIN["pytest"], ("a/test_b.py::T::test_c[x y]",), ("a/test_b.py::T::test_c[x y]",)),
    Case(PLAIN["pytest"], ("tests",), ("-k", "tests")),
    Case(PLAIN["pytest"], ("tests/",), ("tests/",)),
    Case(PLAIN["pytest"], ("T::test_a", "test_b"), ("-k", "T and test_a or test_b")),
    Case(PLAIN["unittest"], ("tests.test_a.T.test_b",), ("-v", "tests.test_a.T.test_b")),
    Case(PLAIN["unittest"], ("tests/test_a.py",), ("-v", "tests/test_a.py")),
    Case(PLAIN["unittest"], ("tests/unit",), ("-v", "-s", "tests/unit", "-t", ".")),
    Case(NODE, ("group > adds (1)",), (r"--test-name-pattern=^adds \(1\)$",)),
    Case(NODE, ("lib/a.test.mjs",), ("node", "--test-reporter=junit", "--test", "lib/a.test.mjs")),
    Case(PLAIN["jest"], ("cart > adds",), ("-t", "cart adds")),
    Case(PLAIN["jest"], ("src/cart.test.ts",), ("src/cart.test.ts",)),
    Case(GO, ("example.com/shop/cart.TestTotal/empty",), ("-run", "^TestTotal$")),
    Case(GO, ("TestAdd",), ("-run", "^TestAdd$", "./...")),
    Case(GO, ("cart/cart_test.go",), ("-json", "./cart")),
    Case(GO, ("./cart",), ("-json", "./cart")),
    Case(PLAIN["cargo"], ("tests::bad", "tests::un"), ("--", "--exact", "tests::bad", "tests::un")),
    Case(PLAIN["cargo"], ("tests/it.rs",), ("--test", "it", "--")),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.runner.name} {case.only}")
def test_the_command_names_what_is_wanted(case: Case) -> None:
    told = narrowed(case.runner, case.only)
    assert " ".join(case.added) in " ".join(told)
    assert case.only == () or len(told) > 1


@pytest.mark.parametrize(
    ("runner", "only"),
    [
        (PLAIN["make"], ("test_a",)),
        (PLAIN["npm"], ("a.test.js",)),
        (PLAIN["mocha"], ("a.test.js",)),
        (PLAIN["pytest"], ("--pdb",)),
        (PLAIN["pytest"], ("a; import os",)),
        (PLAIN["pytest"], ("tests/test_a.py", "test_b")),
        (PLAIN["cargo"], ("src/lib.rs",)),
        (PLAIN["pytest"], tuple(f"a{n}.py" for n in range(500))),
    ],
)
def test_what_cannot_be_selected_is_said(runner: Runner, only: tuple[str, ...]) -> None:
    with pytest.raises(CannotSelect):
        narrowed(runner, only)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_no_name_becomes_an_option(only: list[str]) -> None:
    for runner in (*PLAIN.values(), GO, NODE):
        try:
            told = narrowed(runner, only)
        except CannotSelect:
            continue
        own = {*runner.command, "-k", "-t", "-v", "-m", "-s", "-run", "--", "--exact", "--test"}
        options = [word for word in told if word.startswith("-") and word not in own]
        assert all(word.startswith("--test-name-pattern=^") for word in options)


def test_the_runner_fits_the_language_of_what_is_named() -> None:
    runners = Runners((PLAIN["pytest"], PLAIN["jest"], PLAIN["cargo"]))
    names = {
        "web/a.test.ts": "jest",
        "tests/it.rs": "cargo",
        "tests/test_a.py::test_b": "pytest",
        "anything": "pytest",
    }
    for name, expected in names.items():
        fitting = runners.fitting([name])
        assert fitting is not None
        assert fitting.name == expected
    assert Runners(()).fitting([]) is None
