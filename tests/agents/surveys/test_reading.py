"""Findings out of what test runners and linters print; the texts are theirs."""

from dataclasses import dataclass

import pytest

from agents.evidence import Evidence
from agents.finding import Severity
from agents.surveys import findings_of


def ran(excerpt: str, exit_code: int = 1, tool: str = "run") -> Evidence:
    return Evidence(id="t1.7", tool=tool, arguments={}, exit_code=exit_code, excerpt=excerpt)


PYTEST = """\
F.E                                                                      [100%]
==================================== ERRORS ====================================
__________________________ ERROR at setup of test_db ___________________________
tests/test_db.py:9: in db
    raise RuntimeError("no database")
E   RuntimeError: no database
=================================== FAILURES ===================================
_______________________ TestSum.test_adds[1-2] ________________________
tests/test_sum.py:12: in test_adds
    assert add(a, b) == 4
src/sum.py:3: in add
    return a + b
E   assert 3 == 4
E    +  where 3 = add(1, 2)
=========================== short test summary info ============================
FAILED tests/test_sum.py::TestSum::test_adds[1-2] - assert 3 == 4
ERROR tests/test_db.py::test_db - RuntimeError: no database
1 failed, 1 passed, 1 error in 0.03s
"""

UNCOLLECTED = """\
==================================== ERRORS ====================================
______________________ ERROR collecting tests/test_web.py ______________________
ImportError while importing test module 'tests/test_web.py'.
tests/test_web.py:1: in <module>
    import flask
E   ModuleNotFoundError: No module named 'flask'
=========================== short test summary info ============================
ERROR tests/test_web.py
1 error in 0.05s
"""

UNITTEST = """\
F
======================================================================
FAIL: test_total (tests.test_cart.CartTest.test_total)
The total is rounded.
----------------------------------------------------------------------
Traceback (most recent call last):
  File "tests/test_cart.py", line 21, in test_total
    self.assertEqual(total, 3)
AssertionError: 2 != 3

----------------------------------------------------------------------
Ran 1 test in 0.000s

FAILED (failures=1)
"""

RUFF_CONCISE = """\
src/a.py:1:8: F401 [*] `os` imported but unused
src/a.py:9:5: E722 Do not use bare `except`
Found 2 errors.
"""

RUFF_FULL = """\
F401 [*] `os` imported but unused
 --> src/a.py:1:8
  |
1 | import os
  |        ^^
"""

MYPY = """\
src/a.py:4: error: Incompatible return value type (got "int", expected "str")  [return-value]
src/a.py:5: note: See https://mypy.readthedocs.io
"""


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    findings: tuple[tuple[str, str | None, int | None, str], ...]


CASES = (
    Case(
        "pytest",
        PYTEST,
        (
            (
                "pytest/failed",
                "tests/test_sum.py",
                12,
                "TestSum::test_adds[1-2] fails: assert 3 == 4",
            ),
            (
                "pytest/error",
                "tests/test_db.py",
                9,
                "test_db cannot run: RuntimeError: no database",
            ),
        ),
    ),
    Case(
        "pytest that cannot collect",
        UNCOLLECTED,
        (
            (
                "pytest/collection",
                "tests/test_web.py",
                None,
                "its tests cannot be collected: ModuleNotFoundError: No module named 'flask'",
            ),
        ),
    ),
    Case(
        "unittest",
        UNITTEST,
        (
            (
                "unittest/failed",
                "tests/test_cart.py",
                21,
                "tests.test_cart.CartTest.test_total fails: AssertionError: 2 != 3",
            ),
        ),
    ),
    Case(
        "ruff, concise",
        RUFF_CONCISE,
        (
            ("F401", "src/a.py", 1, "`os` imported but unused"),
            ("E722", "src/a.py", 9, "Do not use bare `except`"),
        ),
    ),
    Case("ruff, full", RUFF_FULL, (("F401", "src/a.py", 1, "`os` imported but unused"),)),
    Case(
        "mypy",
        MYPY,
        (
            (
                "mypy/return-value",
                "src/a.py",
                4,
                'Incompatible return value type (got "int", expected "str")',
            ),
        ),
    ),
    Case("prose", "FAILED to do it\nERROR in the world\n", ()),
    Case("nothing", "", ()),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_printed_becomes_findings(case: Case) -> None:
    found = findings_of(ran(case.text))
    assert tuple((f.rule, f.path, f.line, f.message) for f in found) == case.findings
    assert all(f.evidence == ("t1.7",) for f in found)


def test_a_command_that_went_well_has_no_findings() -> None:
    assert findings_of(ran(PYTEST, exit_code=0)) == ()


def test_other_tools_are_not_read() -> None:
    assert findings_of(ran(PYTEST, tool="read_file")) == ()


def test_what_is_not_installed_is_no_error_of_the_code() -> None:
    (finding,) = findings_of(ran(UNCOLLECTED))
    assert finding.severity is Severity.WARNING
    assert finding.fix is not None
