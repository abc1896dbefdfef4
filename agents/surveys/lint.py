"""ruff over the Python files: what is wrong for certain becomes findings, the rest is counted.

A repository's own ruff configuration is used where it has one (it can run nothing, but it may name
another file to extend: one outside of the repository is not read); otherwise ruff looks only for
errors of pyflakes and of syntax.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from agents.finding import Finding, Severity
from agents.surveys.checker import Check, conclude, failed, run_checker
from agents.surveys.notes import Notes
from agents.tools.tree import Tree, in_tests

MAX_FILES = 2000

ERRORS = frozenset({"F821", "F822", "F823", "F701", "F702", "F706", "F707", "F502", "F632"})
"""Certain to fail, or to mislead, if the line is ever reached."""

WARNINGS = frozenset({"F401", "F811", "F841", "F601", "F402", "F541", "B006", "E722"})


async def lint(notes: Notes) -> None:
    tree = notes.tree
    names = tree.own("*.py")
    checked = [name for name in names[:MAX_FILES] if is_inside(tree, name)]
    if not checked:
        return
    check = await run_ruff(notes, checked)
    if not isinstance(check.data, list):
        failed(notes, check)
        return
    findings = list(_faults(check, tree))
    others = Counter(hit["code"] or "syntax" for hit in check.data)
    told = ", ".join(f"{code} x{count}" for code, count in others.most_common(8))
    id = conclude(notes, check, findings, f"all rules: {told}" if told else "")
    left_out = f" of {len(names):,}" if len(names) > MAX_FILES else ""
    how = "the repository's own rules" if is_configured(tree) else "rules F and E9"
    notes.say(f"ruff, {how}, {len(checked):,}{left_out} files: {told or 'nothing'}", id)


async def run_ruff(notes: Notes, names: Sequence[str]) -> Check:
    """ruff over these files, which `is_inside` holds for; its hits are in the check's `data`."""
    options = () if is_configured(notes.tree) else ("--isolated", "--select", "F,E9")
    return await run_checker(
        notes,
        # A configuration may say `fix = true`; looking changes nothing.
        *("ruff", "check", "--no-fix", "--no-cache", "--force-exclude", "--output-format", "json"),
        *(*options, "--", *names),
    )


def is_inside(tree: Tree, name: str) -> bool:
    """Still there, and no link; ruff would follow one out of the repository."""
    path = tree.workplace.root / name
    try:
        return path.is_file() and tree.workplace.resolve(name) == path
    except (OSError, ValueError):
        return False


def is_configured(tree: Tree) -> bool:
    """Whether the repository has rules of its own, all of which are inside of it."""
    configured = tree.named("ruff.toml", ".ruff.toml")
    configured += [n for n in tree.named("pyproject.toml") if "[tool.ruff" in (tree.text(n) or "")]
    at_top = any("/" not in name for name in configured)
    return at_top and all(_stays_inside(tree, name) for name in configured)


def _stays_inside(tree: Tree, name: str) -> bool:
    """Whether a configuration is no link, and extends none that is outside."""
    try:
        data = tomllib.loads(tree.text(name) or "")
    except (tomllib.TOMLDecodeError, RecursionError):
        return is_inside(tree, name)
    own = data.get("tool", {}).get("ruff", {}) if name.endswith("pyproject.toml") else data
    extended = own.get("extend") if isinstance(own, dict) else None
    if not is_inside(tree, name) or extended is None:
        return is_inside(tree, name)
    folder = PurePath(name).parent
    return (
        isinstance(extended, str)
        and not set("$~") & set(extended)  # ruff would fill these in
        and is_inside(tree, str(folder / extended))
        and tree.text(str(folder / extended)) is not None
    )


def _faults(check: Check, tree: Tree) -> Iterator[Finding]:
    for hit in check.data:
        name = _name(hit, tree)
        if not _certain(hit, name, tree):
            continue
        yield finding_of(hit, tree)


def finding_of(hit: dict[str, Any], tree: Tree) -> Finding:
    """One hit of ruff's as a finding."""
    name = _name(hit, tree)
    return Finding(
        severity=_severity(hit, name),
        message=(hit["message"].splitlines() or ["no message"])[0],
        path=name,
        line=hit["location"]["row"],
        rule=hit["code"] or "syntax",
        tool="ruff",
        fix=(hit.get("fix") or {}).get("message"),
    )


def _name(hit: dict[str, Any], tree: Tree) -> str:
    path = PurePath(hit["filename"])
    root = tree.workplace.root
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _certain(hit: dict[str, Any], name: str, tree: Tree) -> bool:
    """Whether the hit is a fault, whatever a project's habits are."""
    if _severe(hit):
        return not in_tests(name)
    if hit["code"] not in WARNINGS:
        return False
    if hit["code"] == "F401":
        return _unused(hit, name, tree)
    return not in_tests(name)


def _severe(hit: dict[str, Any]) -> bool:
    code = hit["code"] or "invalid-syntax"
    return code in ERRORS or code.startswith("E9") or code == "invalid-syntax"


def _severity(hit: dict[str, Any], name: str) -> Severity:
    if in_tests(name):
        return Severity.NOTE
    return Severity.WARNING if hit["code"] in ERRORS | WARNINGS else Severity.ERROR


def _unused(hit: dict[str, Any], name: str, tree: Tree) -> bool:
    """No re-export, no test for presence, no fixture asked for by name, no data of a test."""
    if name.endswith("__init__.py") or "find_spec" in hit["message"]:
        return False
    imported = hit["message"].partition("`")[2].partition("`")[0]
    last = imported.rpartition(" ")[2].rpartition(".")[2]
    if not in_tests(name):
        return True
    is_test = PurePath(name).name.startswith("test_")
    return is_test and (tree.text(name) or "").count(last) == 1
