"""Public functions and classes without a docstring, where most others of the repository have one.

Left alone: tests, private modules, what may take its words from a base class, setters, overloads,
what `__all__` leaves out, and whole repositories that do not write docstrings.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from agents.finding import Finding, Severity
from agents.surveys.notes import Notes
from agents.surveys.own_imports import Packages
from agents.tools.tool import Result
from agents.tools.tree import Tree, in_tests

MAX_FILES = 1500

MOST = 0.9
"""How many of all must have one before another is missed."""

FEW = 15
"""Public names, below which no habit can be told."""

MAX_FINDINGS = 15
"""Files told of; the evidence lists them all."""

QUIET = ("overload", "setter", "deleter", "override", "hookimpl", "fixture")
"""Decorators of functions that are described elsewhere."""


@dataclass(frozen=True)
class Public:
    """A public name."""

    path: str
    name: str
    line: int
    described: bool


async def undescribed_names(notes: Notes) -> None:
    """Public names without a docstring, file by file."""
    roots = tuple(f"{folder}/" for folder in Packages(notes.tree).roots.values())
    files = [n for n in notes.tree.own("*.py") if roots and n.startswith(roots) and _is_public(n)]
    names = [name for file in files[:MAX_FILES] for name in _names(notes.tree, file)]
    missing = [name for name in names if not name.described]
    if len(names) < FEW:
        return
    share = 1 - len(missing) / len(names)
    text = "\n".join(f"{n.path}:{n.line}: {n.name}" for n in missing) or "all have one"
    id = notes.keep("check_docstrings", {"public_names": len(names)}, Result(text))
    notes.say(f"{share:.0%} of {len(names):,} public names have a docstring", id)
    if share < MOST:
        return
    for path in list(dict.fromkeys(name.path for name in missing))[:MAX_FINDINGS]:
        here = [name for name in missing if name.path == path]
        notes.found(_finding(here, share).model_copy(update={"evidence": (id,)}))


def _is_public(file: str) -> bool:
    *folders, last = file.split("/")
    private = any(part.startswith("_") for part in (*folders, last.removeprefix("__init__")))
    return not private and not in_tests(file)


def _names(tree: Tree, file: str) -> Iterator[Public]:
    text = tree.text(file)
    if text is None:
        return
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    exported = _exported(module)
    for node in module.body:
        if exported is not None and getattr(node, "name", "") not in exported:
            continue
        if isinstance(node, ast.ClassDef):
            yield from _class(file, node)
        elif public := _function(file, node, ""):
            yield public


def _exported(module: ast.Module) -> frozenset[str] | None:
    """What the module's `__all__` lists; None where it has none that can be read."""
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            words = node.value.elts if isinstance(node.value, (ast.List, ast.Tuple)) else []
            return frozenset(str(word.value) for word in words if isinstance(word, ast.Constant))
    return None


def _class(file: str, node: ast.ClassDef) -> Iterator[Public]:
    if not node.name.startswith("_") and not node.bases and not node.keywords:
        yield Public(file, node.name, node.lineno, ast.get_docstring(node) is not None)
        yield from _methods(file, node)


def _methods(file: str, owner: ast.ClassDef) -> Iterator[Public]:
    for node in owner.body:
        if public := _function(file, node, f"{owner.name}."):
            yield public


def _function(file: str, node: ast.stmt, owner: str) -> Public | None:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name.startswith("_"):
        return None
    if any(word in ast.unparse(d) for d in node.decorator_list for word in QUIET):
        return None
    return Public(file, owner + node.name, node.lineno, ast.get_docstring(node) is not None)


def _finding(missing: list[Public], share: float) -> Finding:
    names = ", ".join(name.name for name in missing[:5])
    more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
    have = "has no docstring" if len(missing) == 1 else "have no docstring"
    return Finding(
        severity=Severity.NOTE,
        message=f"{names}{more} {have}, as {share:.0%} of the public names do",
        path=missing[0].path,
        line=missing[0].line,
        rule="cadre/no-docstring",
        tool="cadre",
    )
