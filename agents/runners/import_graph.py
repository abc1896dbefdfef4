"""Which Python file of a repository imports which, told from their text; nothing is imported.

Imports within functions count, names in texts too where they are a module's whole name with a dot
(`mock.patch("shop.cart.total")`, `pytest_plugins`). A conftest.py is imported by all below it.
"""

import ast
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agents.tools.tree import Tree

MAX_FILES = 5000
"""More files take longer than anybody waits; the rest is left out."""


_WARNINGS = threading.Lock()


@dataclass(frozen=True)
class ImportGraph:
    """The graph with its edges turned round."""

    importers: dict[str, tuple[str, ...]]
    """By file: those that import it, sorted."""
    named: dict[str, tuple[str, ...]]
    """By the last part of a data file's name: the Python files in which it stands."""
    unread: tuple[str, ...] = ()
    """Files that are no Python, or are too many."""


def import_graph(tree: Tree) -> ImportGraph:
    """The graph of all Python files."""
    files = tree.named("*.py")
    modules = _Modules(tree, files[:MAX_FILES])
    importers: dict[str, set[str]] = defaultdict(set)
    named: dict[str, set[str]] = defaultdict(set)
    unread = list(files[MAX_FILES:])
    lasts = {name.rpartition("/")[2] for name in tree.names if not name.endswith(".py")}
    for file in files[:MAX_FILES]:
        parsed = _parsed(tree, file)
        if parsed is None:
            unread.append(file)
            continue
        names, texts = _mentioned(file, parsed)
        for imported in modules.imported(file, names, texts):
            importers[imported].add(file)
        for text in texts:
            if (last := text.rpartition("/")[2]) in lasts:
                named[last].add(file)
    return ImportGraph(_sorted(importers), _sorted(named), tuple(unread))


def _parsed(tree: Tree, file: str) -> ast.Module | None:
    text = tree.text(file)
    if text is None:
        return None
    try:
        # Of the repository's own escapes; filters belong to the process, so one at a time.
        with _WARNINGS, warnings.catch_warnings(action="ignore"):
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Modules:
    """Finds the files that an import means."""

    def __init__(self, tree: Tree, files: list[str]) -> None:
        self._files = files
        self._packages = {f.rpartition("/")[0] for f in files if f.endswith("__init__.py")}
        self._by_name: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for file in files:
            for root, name in self._names(file):
                self._by_name[name].append((root, file))

    def imported(self, file: str, names: list[str], texts: list[str]) -> Iterator[str]:
        """The files of the repository that this one imports."""
        for name in names:
            yield from self._found(file, name)
        for text in texts:
            if "." in text and text.replace(".", "").replace("_", "").isalnum():
                yield from self._longest(file, text)
        yield from self._conftests(file)

    def _names(self, file: str) -> Iterator[tuple[str, str]]:
        """A file's dotted names, each with the folder from which it has that name."""
        parts = file.removesuffix(".py").removesuffix("/__init__").split("/")
        for start in range(len(parts)):
            root = "/".join(parts[:start])
            if not root or root not in self._packages:
                yield root, ".".join(parts[start:])

    def _found(self, file: str, name: str) -> list[str]:
        """The module, nearest root first, with the packages above it, which Python runs too."""
        parts = name.split(".")
        found = []
        for end in range(1, len(parts) + 1):
            found += self._nearest(file, ".".join(parts[:end]))
        return [each for each in found if each != file]

    def _nearest(self, file: str, name: str) -> list[str]:
        fits = self._by_name.get(name, [])
        above = [(root, f) for root, f in fits if not root or file.startswith(f"{root}/")]
        # Both the test's own folder and the source folder may be on the path: all of the best.
        return [f for _, f in (above or fits)]

    def _longest(self, file: str, text: str) -> list[str]:
        parts = text.split(".")
        for end in range(len(parts), 1, -1):
            if found := self._nearest(file, ".".join(parts[:end])):
                return [each for each in found if each != file]
        return []

    def _conftests(self, file: str) -> Iterator[str]:
        folder = file
        while folder:
            folder = folder.rpartition("/")[0]
            conftest = f"{folder}/conftest.py".lstrip("/")
            if conftest in self._known and conftest != file:
                yield conftest

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._files)


def _mentioned(file: str, parsed: ast.Module) -> tuple[list[str], list[str]]:
    """Absolute dotted names that are imported, and all short texts."""
    names: list[str] = []
    texts: list[str] = []
    for node in _nodes(parsed):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and len(node.value) < 200:
                texts.append(node.value)
        elif isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names += _from(file, node)
    return names, texts


def _nodes(parsed: ast.Module) -> Iterator[ast.AST]:
    """Every node; several times as fast as `ast.walk`, which looks at each field's name."""
    waiting: list[ast.AST] = [parsed]
    while waiting:
        node = waiting.pop()
        yield node
        for value in node.__dict__.values():
            if isinstance(value, list):
                waiting += (each for each in value if isinstance(each, ast.AST))
            elif isinstance(value, ast.AST):
                waiting.append(value)


def _from(file: str, node: ast.ImportFrom) -> Iterator[str]:
    """Of `from a import b` both `a` and `a.b`, which may be a module."""
    package = file.split("/")[:-1]
    if node.level > len(package) + 1:
        return
    above = package[: len(package) - node.level + 1] if node.level else []
    base = ".".join((*above, *filter(None, [node.module])))
    yield from filter(None, [base])
    yield from (f"{base}.{alias.name}".lstrip(".") for alias in node.names if alias.name != "*")


def _sorted(found: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(files)) for name, files in found.items()}
