"""Which commands run a repository's tests, the most telling one first."""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from agents.surveys.notes import Notes
from agents.surveys.tree import Tree
from agents.tools.process import Ran

QUIET = ("-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider")
"""Leaves nothing behind in the repository."""

HAS_PYTEST = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pytest') is None)"

OWN = (".venv/bin/python", "venv/bin/python", ".venv/Scripts/python.exe")
"""The repository's own environment knows its dependencies."""


@dataclass(frozen=True)
class Runner:
    """A way to run the tests."""

    name: str
    argv: tuple[str, ...]
    why: str
    """What in the repository speaks for it."""


async def runners(notes: Notes) -> list[Runner]:
    """All that were recognised."""
    tree = notes.tree
    python = await _python(notes)
    return [runner for runner in (*python, *_others(tree)) if runner]


async def _python(notes: Notes) -> list[Runner]:
    tree = notes.tree
    files = tree.own("test_*.py", "*_test.py")
    if not files:
        return []
    why = _uses_pytest(tree, files)
    interpreter = await _interpreter(notes)
    if interpreter and (why or not _all_unittest(tree, files)):
        return [Runner("pytest", (interpreter, *QUIET), why or "test functions without a class")]
    if _all_unittest(tree, files):
        return [Runner("unittest", _discover(tree, files), "all tests are unittest's")]
    notes.say(f"The tests want pytest ({why or 'test functions'}), but no Python here has it")
    return []


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


async def _interpreter(notes: Notes) -> str | None:
    """A Python that has pytest: the repository's own, then the user's, then Cadre's."""
    for name in OWN:
        if notes.tree.has(name) and notes.tree.has(name.replace("python", "pytest")):
            return name
    for name in ("python", "python3"):
        if (await _ask(notes, name)).exit_code == 0:
            return name
    return sys.executable if find_spec("pytest") else None


async def _ask(notes: Notes, python: str) -> Ran:
    """Isolated, so that nothing of the repository is imported."""
    argv = (python, "-I", "-c", HAS_PYTEST)
    return await notes.workplace.run(argv, cwd=notes.workplace.root, timeout=10)


def _others(tree: Tree) -> Iterator[Runner]:
    if script := _npm_test(tree):
        yield Runner("npm", (_package_manager(tree), "test"), f"package.json: {script[:60]}")
    if tree.has("go.mod") and tree.own("*_test.go"):
        yield Runner("go", ("go", "test", "./..."), "go.mod and _test.go files")
    if tree.has("Cargo.toml"):
        yield Runner("cargo", ("cargo", "test"), "Cargo.toml")
    for name in ("Makefile", "makefile", "GNUmakefile"):
        if re.search(r"^test\s*:", tree.text(name) or "", re.MULTILINE):
            yield Runner("make", ("make", "test"), f"target test in {name}")
            break


def _npm_test(tree: Tree) -> str:
    try:
        package: Any = json.loads(tree.text("package.json") or "{}")
        script = str(package["scripts"]["test"])
    except (ValueError, KeyError, TypeError):
        return ""
    return "" if "no test specified" in script else script


def _package_manager(tree: Tree) -> str:
    locks = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "bun.lockb": "bun"}
    return next((manager for lock, manager in locks.items() if tree.has(lock)), "npm")
