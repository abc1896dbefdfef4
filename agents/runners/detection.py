"""Which commands run a repository's tests, told from its files; nothing of it is run for that.

`find_runners` asks the Pythons at hand whether they have pytest, isolated from the repository.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from agents.runners.runner import Form, Runner, Runners
from agents.tools.process import Ran
from agents.tools.tree import Tree

QUIET = ("-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider")
"""Leaves nothing behind in the repository."""

TELLING = (
    *("-m", "pytest", "-v", "--tb=short", "-p", "no:cacheprovider", "--rootdir=."),
    *("--continue-on-collection-errors", "-o", "junit_family=xunit1", "-o", "junit_logging=no"),
    "--junitxml=/dev/stderr",
)
"""The report goes through a pipe, so that no file is left and none must come out of a sandbox."""

HAS_PYTEST = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pytest') is None)"

OWN = (".venv/bin/python", "venv/bin/python", ".venv/Scripts/python.exe")
"""The repository's own environment knows its dependencies."""

SCRIPT_TESTS = ("*.test.js", "*.test.mjs", "*.test.cjs", "*-test.js", "*_test.mjs", "test-*.js")


async def find_runners(tree: Tree) -> Runners:
    """All that were recognised."""
    python, remarks = await _python(tree)
    return Runners((*python, *_others(tree)), (*remarks, *_hints(tree)))


async def _python(tree: Tree) -> tuple[list[Runner], list[str]]:
    files = tree.own("test_*.py", "*_test.py")
    if not files:
        return [], []
    why = _uses_pytest(tree, files)
    interpreter = await _interpreter(tree)
    plain = _all_unittest(tree, files)
    if interpreter and (why or not plain):
        return [_pytest(interpreter, why or "test functions without a class")], []
    if plain:
        argv = _discover(tree, files)
        verbose = (*argv[:4], "-v", *argv[4:])
        why = "all tests are unittest's"
        return [Runner("unittest", argv, why, verbose, Form.UNITTEST)], []
    wanted = why or "test functions"
    return [], [f"The tests want pytest ({wanted}), but no Python here has it"]


def _pytest(interpreter: str, why: str) -> Runner:
    return Runner("pytest", (interpreter, *QUIET), why, (interpreter, *TELLING), Form.JUNIT)


def _uses_pytest(tree: Tree, files: list[str]) -> str:
    for name, mark in (
        ("pyproject.toml", "[tool.pytest.ini_options]"),
        ("pytest.ini", "[pytest]"),
        ("setup.cfg", "[tool:pytest]"),
        ("tox.ini", "[pytest]"),
    ):
        if mark in (tree.text(name) or ""):
            return f"{mark} in {name}"
    if tree.own("conftest.py"):
        return "conftest.py"
    uses = (
        n for n in files[:200] if re.search(r"^(import|from) pytest\b", tree.text(n) or "", re.M)
    )
    return next((f"imported in {name}" for name in uses), "")


def _all_unittest(tree: Tree, files: list[str]) -> bool:
    return all("unittest" in (tree.text(name) or "") for name in files[:200])


def _discover(tree: Tree, files: list[str]) -> tuple[str, ...]:
    """unittest's own discovery, from the folder of the tests where that is not a package."""
    folder = files[0].rpartition("/")[0]
    start = () if not folder or tree.has(f"{folder}/__init__.py") else ("-s", folder, "-t", ".")
    known = next((own for own in OWN if tree.has(own)), None)
    python = known or next(filter(shutil.which, ("python3", "python")), sys.executable)
    if start and any(not n.startswith(f"{folder}/") for n in files):
        start = ()
    return (python, "-m", "unittest", "discover", *start)


async def _interpreter(tree: Tree) -> str | None:
    """A Python that has pytest: the repository's own, then the user's, then Cadre's."""
    for name in OWN:
        if tree.has(name) and tree.has(name.replace("python", "pytest")):
            return name
    for name in ("python", "python3"):
        if (await _ask(tree, name)).exit_code == 0:
            return name
    return sys.executable if find_spec("pytest") else None


async def _ask(tree: Tree, python: str) -> Ran:
    """Isolated, so that nothing of the repository is imported."""
    argv = (python, "-I", "-c", HAS_PYTEST)
    return await tree.workplace.run(argv, cwd=tree.workplace.root, timeout=10)


def _others(tree: Tree) -> Iterator[Runner]:
    if script := _npm_test(tree):
        yield _script(tree, script)
    elif _uses_node(tree):
        told = ("node", "--test", "--test-reporter=junit")
        yield Runner("node", ("node", "--test"), "node:test is imported", told, Form.JUNIT)
    if tree.has("go.mod") and tree.own("*_test.go"):
        why, events = "go.mod and _test.go files", ("go", "test", "-json", "./...")
        yield Runner("go", ("go", "test", "./..."), why, events, Form.GO)
    if tree.has("Cargo.toml"):
        whole = ("cargo", "test", "--no-fail-fast", "--color=never")
        yield Runner("cargo", ("cargo", "test"), "Cargo.toml", whole, Form.CARGO)
    for name in ("Makefile", "makefile", "GNUmakefile"):
        if re.search(r"^test\s*:(?!=)", tree.text(name) or "", re.MULTILINE):
            yield Runner("make", ("make", "test"), f"target test in {name}")
            break


def _npm_test(tree: Tree) -> str:
    try:
        package: Any = json.loads(tree.text("package.json") or "{}")
        script = str(package["scripts"]["test"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return "" if "no test specified" in script else script


def _script(tree: Tree, script: str) -> Runner:
    """The package's own script; what it calls last takes the words that make it tell."""
    manager = _package_manager(tree)
    argv, why = _words(manager), f"package.json: {script[:60]}"
    last = re.split(r"&&|\|\||;", script)[-1].split()
    program = last[0].rpartition("/")[2] if last and "|" not in script else ""
    if program == "node" and (told := _node_words(script)):
        return Runner("node", argv, why, told, Form.JUNIT)
    words: dict[str, tuple[tuple[str, ...], Form]] = {
        "jest": (("--json",), Form.JEST),
        "vitest": (("--run", "--reporter=json"), Form.JEST),
        "mocha": (("--reporter", "xunit"), Form.JUNIT),
    }
    if program in words:
        extra, form = words[program]
        return Runner(program, argv, why, (*_silent(manager), *extra), form)
    return Runner("npm", argv, why)


def _silent(manager: str) -> tuple[str, ...]:
    """Runs the script without the manager's own words; those after it reach the script."""
    return ("npm", "test", "--silent", "--") if manager == "npm" else _words(manager)


def _words(manager: str) -> tuple[str, ...]:
    """Of bun, `bun test` would be its own runner and not the script."""
    return ("bun", "run", "test") if manager == "bun" else (manager, "test")


def _node_words(script: str) -> tuple[str, ...]:
    """The script's own words with the reporter in front of the files; () where a shell is meant."""
    try:
        words = shlex.split(script)
    except ValueError:
        return ()
    if "--test" not in words or re.search(r"[&|;<>$`*?()]", script):
        return ()
    return (words[0], "--test-reporter=junit", *words[1:])


def _uses_node(tree: Tree) -> bool:
    pattern = re.compile(r"['\"]node:test['\"]")
    return any(pattern.search(tree.text(n) or "") for n in tree.own(*SCRIPT_TESTS)[:50])


def _package_manager(tree: Tree) -> str:
    locks = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lockb": "bun", "bun.lock": "bun"}
    return next((manager for lock, manager in locks.items() if tree.has(lock)), "npm")


def _hints(tree: Tree) -> Iterator[str]:
    """tox and nox install packages, so they are told and not run."""
    for name, program in (("tox.ini", "tox"), ("noxfile.py", "nox")):
        if tree.has(name):
            yield f"{name} is here: {program} would run the tests in environments of its own"
