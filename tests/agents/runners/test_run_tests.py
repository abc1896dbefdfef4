"""The tool that runs tests, on real runners in real repositories."""

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agents.finding import Severity
from agents.runners.detection import find_runners
from agents.runners.proof import fails_for
from agents.runners.run_tests import RUN_TESTS
from agents.tools.sandboxes import find_sandbox
from agents.tools.tool import Result
from agents.tools.toolbox import use
from agents.tools.tree import tree_of
from agents.tools.workplace import Workplace
from tests.agents.tools import repository
from tests.agents.tools.repository import git

INI = "[pytest]\naddopts = --disable-plugin-autoload\n"
"""Plugins of the Python at hand take seconds to import, and none is needed."""

PYTEST = {
    "pytest.ini": INI,
    "shop.py": "def price(order):\n    return order['zone'] * 2\n",
    "tests/test_shop.py": (
        "import pytest\nimport shop\n\n"
        "def test_doubles():\n    assert shop.price({'zone': 2}) == 4\n\n"
        "@pytest.mark.parametrize('key', ['a', 'b'])\n"
        "def test_other(key):\n    assert shop.price({key: 1}) == 2\n\n"
        "def test_wrong():\n    assert shop.price({'zone': 2}) == 5\n"
    ),
    "tests/conftest.py": (
        "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parents[1]))\n"
    ),
}

WRITES = "import pathlib\n\ndef test_writes():\n    pathlib.Path('left.txt').write_text('x')\n"

UNITTEST = {
    "test_u.py": (
        "import unittest\n\nclass T(unittest.TestCase):\n"
        "    def test_ok(self):\n        pass\n\n"
        "    def test_bad(self):\n        self.assertEqual(1, 2)\n"
    )
}

NODE = {
    "package.json": '{"scripts": {"test": "node --test"}}',
    "sum.test.mjs": (
        "import test from 'node:test';\nimport assert from 'node:assert';\n"
        "test('adds (once)', () => assert.strictEqual(1 + 1, 3));\n"
        "test('is fine', () => {});\n"
    ),
}

CARGO = {
    "Cargo.toml": '[package]\nname = "c"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/lib.rs": (
        "pub fn add(a: i32, b: i32) -> i32 { a + b }\n#[cfg(test)]\nmod tests {\n"
        "    #[test]\n    fn ok() { assert_eq!(super::add(1, 1), 2); }\n"
        "    #[test]\n    fn bad() { assert_eq!(super::add(1, 1), 3); }\n}\n"
    ),
}


@pytest.fixture(autouse=True)
def with_this_python_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the pytest which runs is the one that runs this."""
    beside = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{beside}{os.pathsep}{os.environ['PATH']}")


def make(folder: Path, files: Mapping[str, str | bytes]) -> Workplace:
    """A repository whose tests run without a sandbox, which not every machine has."""
    return replace(repository.make(folder, files), unconfined=True)


async def run(workplace: Workplace, **arguments: object) -> Result:
    return await use(RUN_TESTS, arguments, workplace)


def told(result: Result) -> list[tuple[str, str | None, int | None]]:
    return [(finding.rule, finding.path, finding.line) for finding in result.findings]


async def test_failures_come_by_cause_with_their_assertions(tmp_path: Path) -> None:
    result = await run(make(tmp_path / "repo", PYTEST))
    assert result.exit_code == 1
    assert result.text.startswith("pytest: 3 failed, 1 passed in ")
    assert "2 tests fail: KeyError: 'zone'\n  at shop.py:2\n" in result.text
    assert "  tests/test_shop.py::test_other[b]\n" in result.text
    assert "tests/test_shop.py::test_wrong fails: AssertionError: assert 4 == 5" in result.text
    assert told(result) == [
        ("tests/failed", "shop.py", 2),
        ("tests/failed", "tests/test_shop.py", 12),
    ]


async def test_nothing_is_left_in_the_repository(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", PYTEST)
    await run(workplace)
    assert git(workplace.root, "status", "--short", "--ignored") == ""


async def test_only_what_is_named_runs(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", PYTEST)
    by_id = await run(workplace, only=["tests/test_shop.py::test_other[a]"])
    assert by_id.text.startswith("pytest: 1 failed in ")
    by_name = await run(workplace, only="test_doubles")
    assert by_name.text.startswith("pytest: 1 passed in ")
    assert by_name.exit_code == 0


async def test_a_test_that_passes_when_it_runs_again_is_named(tmp_path: Path) -> None:
    leaky = (
        "left = []\n\ndef test_leaves():\n    left.append(1)\n\n"
        "def test_sometimes():\n    assert not left\n\ndef test_never():\n    assert False\n"
    )
    files = {"pytest.ini": INI, "test_f.py": leaky}
    result = await run(make(tmp_path / "repo", files), again=2)
    assert "flaky: test_f.py::test_sometimes failed" in result.text
    assert "passed in rerun 1" in result.text
    rules = [(finding.rule, finding.severity) for finding in result.findings]
    assert rules == [("tests/failed", Severity.ERROR), ("tests/flaky", Severity.WARNING)]


async def test_a_hanging_test_is_named_when_the_time_is_up(tmp_path: Path) -> None:
    files = {
        "pytest.ini": INI,
        "test_h.py": "import time\n\ndef test_ok(): pass\n\ndef test_hangs(): time.sleep(60)\n",
    }
    result = await run(make(tmp_path / "repo", files), seconds=5)
    assert result.exit_code == 124
    assert "stopped after 5 s while test_h.py::test_hangs ran" in result.text


async def test_a_crash_is_said_with_the_test_that_ran(tmp_path: Path) -> None:
    files = {
        "pytest.ini": INI,
        "test_c.py": "import os\n\ndef test_dies():\n    os.abort()\n",
    }
    result = await run(make(tmp_path / "repo", files))
    assert "the runner crashed (SIGABRT, exit code 134) while test_c.py::test_dies ran" in (
        result.text
    )


TROUBLES: dict[str, tuple[dict[str, str], dict[str, object], str]] = {
    "nothing to collect": (
        {"pytest.ini": INI, "test_e.py": "x = 1\n"},
        {},
        "no test was collected",
    ),
    "a file that is not there": (PYTEST, {"only": "tests/gone.py"}, "file or directory not found"),
    "a module that is missing": (
        {"pytest.ini": INI, "test_m.py": "import not_there_at_all\n"},
        {},
        "test_m.py cannot run: ModuleNotFoundError: No module named 'not_there_at_all'",
    ),
    "no runner": ({"a.txt": "x"}, {}, "no test runner was recognised"),
    "another runner": (PYTEST, {"runner": "cargo"}, "no runner 'cargo' here; there is pytest"),
    "an option": (PYTEST, {"only": ["--collect-only"]}, "looks like an option"),
    "a way out": (PYTEST, {"only": ["../other"]}, "leads out of the repository"),
    "a runner that is missing": (
        {"go.mod": "module x\n", "x_test.go": "package x\n"},
        {},
        "go is not installed here",
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
async def test_trouble_is_said_in_a_sentence(tmp_path: Path, name: str) -> None:
    files, arguments, sentence = TROUBLES[name]
    if "go.mod" in files and shutil.which("go"):
        pytest.skip("go is installed")
    result = await run(make(tmp_path / "repo", files), **arguments)
    assert sentence in result.text
    assert result.exit_code != 0


async def test_unittest_is_run_and_read(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", UNITTEST)
    result = await run(workplace, again=1)
    assert result.text.startswith("unittest: 1 failed, 1 passed in ")
    assert told(result) == [("tests/failed", "test_u.py", 8)]
    assert (await run(workplace, only="test_u.T.test_ok")).exit_code == 0


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
async def test_node_is_run_and_read(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", NODE)
    result = await run(workplace)
    assert result.text.startswith("node: 1 failed, 1 passed in ")
    assert told(result) == [("tests/failed", "sum.test.mjs", 3)]
    only = await run(workplace, only=["adds (once)"])
    assert only.text.startswith("node: 1 failed")


@pytest.mark.skipif(not shutil.which("cargo"), reason="cargo is not installed")
async def test_cargo_is_run_and_read(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", CARGO)
    result = await run(workplace, again=1)
    assert result.text.startswith("cargo: 1 failed, 1 passed in ")
    assert told(result) == [("tests/failed", "src/lib.rs", 7)]
    assert (await run(workplace, only=["tests::ok"])).text.startswith("cargo: 1 passed")


async def test_what_a_script_calls_decides_how_it_tells(tmp_path: Path) -> None:
    cases = {
        "tsc && jest --coverage": ("jest", ("npm", "test", "--silent", "--", "--json")),
        "vitest": ("vitest", ("npm", "test", "--silent", "--", "--run", "--reporter=json")),
        "mocha": ("mocha", ("npm", "test", "--silent", "--", "--reporter", "xunit")),
        "node --test lib": ("node", ("node", "--test-reporter=junit", "--test", "lib")),
        "jest | tee log": ("npm", ("npm", "test")),
        "jest && eslint .": ("npm", ("npm", "test")),
    }
    for number, (script, expected) in enumerate(cases.items()):
        package = f'{{"scripts": {{"test": "{script}"}}}}'
        workplace = make(tmp_path / str(number), {"package.json": package})
        (runner,) = (await find_runners(await tree_of(workplace))).found
        assert (runner.name, runner.command) == expected


async def test_tox_is_only_a_hint(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", {"tox.ini": "[tox]\n"})
    runners = await find_runners(await tree_of(workplace))
    assert runners.found == ()
    assert "tox" in runners.remarks[0]


async def test_a_test_proves_a_fault_only_by_failing_for_it(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", PYTEST)
    wrong = await fails_for(workplace, "tests/test_shop.py::test_wrong", "assert 4 == 5")
    assert (wrong.fails, wrong.expected) == (True, True)
    other = await fails_for(workplace, "tests/test_shop.py::test_wrong", "KeyError")
    assert (other.fails, other.expected) == (True, False)
    passes = await fails_for(workplace, "tests/test_shop.py::test_doubles", "")
    assert (passes.fails, passes.expected) == (False, False)
    assert "does not fail" in passes.said
    absent = await fails_for(workplace, "tests/test_shop.py::test_absent", "assert")
    assert (absent.fails, absent.expected) == (False, False)


async def test_tests_run_shut_in_and_tell_as_much(tmp_path: Path) -> None:
    workplace = repository.make(tmp_path / "repo", {**PYTEST, "tests/test_w.py": WRITES})
    found = await find_sandbox(workplace.run)
    if found.sandbox is None:
        pytest.skip(found.text)
    result = await run(replace(workplace, sandbox=found.sandbox))
    assert result.text.startswith("pytest: 3 failed, ")
    assert ("tests/failed", "shop.py", 2) in told(result)
    assert git(workplace.root, "status", "--short", "--ignored") == ""


async def test_without_a_sandbox_nothing_runs(tmp_path: Path) -> None:
    result = await run(repository.make(tmp_path / "repo", PYTEST))
    assert result.exit_code == 126
    assert "the tests could not be started" in result.text
    assert "there is no sandbox" in result.text


async def test_a_run_that_tells_nothing_is_a_finding_and_no_success(tmp_path: Path) -> None:
    files = {"tests/test_a.py": "def test(): pass\n", "conftest.py": "raise SystemExit(3)\n"}
    result = await run(make(tmp_path / "repo", {"pytest.ini": INI, **files}))
    assert result.exit_code != 0
    (finding,) = result.findings
    assert finding.rule == "tests/not-known"
    assert "whether the tests pass is not known: pytest ended with exit code" in finding.message
