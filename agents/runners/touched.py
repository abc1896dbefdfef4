"""Which tests a change touches: those that import what changed, nearest first, with the way.

Python by its import graph. Other languages by their custom: the test stands beside the file or in
the tests' folder, and carries its name. That a test is not told here does not prove it untouched.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.runners.import_graph import ImportGraph, import_graph
from agents.tools.tree import Tree, tree_of
from agents.tools.workplace import Workplace

_SCRIPT = frozenset(
    {".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte"}
)

_CODE = _SCRIPT | frozenset(
    {".rs", ".rb", ".dart", ".ex", ".java", ".kt", ".cs", ".php", ".scala", ".groovy", ".swift"}
)


@dataclass(frozen=True)
class Touched:
    """A test file that a change touches."""

    test: str
    way: tuple[str, ...]
    """From the changed file to the test, both included; one entry where the test itself changed."""
    why: str = "imports"
    """How the second entry depends on the first."""

    @property
    def steps(self) -> int:
        """How far it is from the change."""
        return len(self.way) - 1


async def tests_touched(workplace: Workplace, changed: Iterable[str]) -> tuple[Touched, ...]:
    """The tests that the changed files touch, nearest first; OSError where git lists no files."""
    return await asyncio.to_thread(touched, await tree_of(workplace), changed)


def touched(tree: Tree, changed: Iterable[str]) -> tuple[Touched, ...]:
    """The same, of a tree that is at hand."""
    names = list(dict.fromkeys(changed))
    graph = import_graph(tree) if _asks_python(tree, names) else ImportGraph({}, {})
    found: dict[str, Touched] = {}
    for name in names:
        for one in (*_by_graph(graph, name), *_by_name(tree, name)):
            if one.test not in found or one.steps < found[one.test].steps:
                found[one.test] = one
    return tuple(sorted(found.values(), key=lambda one: (one.steps, one.test)))


def is_test(name: str) -> bool:
    """Whether a file holds tests, by the name that its runner looks for."""
    return bool(_TEST_NAME.fullmatch(name.rpartition("/")[2])) or bool(
        re.search(r"(?:^|/)(?:__tests__|tests|spec)/(?:.*/)?[^/]+\.(?:[cm]?[jt]sx?|rs)$", name)
    )


_TEST_NAME = re.compile(
    r"test_.*\.py|.*_test\.(?:py|go|rs|rb|dart|exs)|.*[._-](?:test|spec)\.[cm]?[jt]sx?"
    r"|.*_spec\.rb|test_.*\.rb|.*(?:Test|Tests|IT|Spec)\.(?:java|kt|cs|php|scala|groovy|swift)"
)


def _asks_python(tree: Tree, names: list[str]) -> bool:
    return any(name.endswith(".py") for name in names) or bool(tree.own("test_*.py", "*_test.py"))


def _by_graph(graph: ImportGraph, changed: str) -> Iterator[Touched]:
    """Breadth first, so each test is met on its shortest way."""
    why = "imports"
    ways: dict[str, tuple[str, ...]] = {changed: (changed,)}
    if not changed.endswith(".py"):
        why = "names"
        files = graph.named.get(changed.rpartition("/")[2], ())
        ways |= {file: (changed, file) for file in files}
    waiting = list(ways)
    for file in waiting:
        if file.endswith(".py") and is_test(file):
            yield Touched(file, ways[file], why)
        for importer in graph.importers.get(file, ()):
            if importer not in ways:
                ways[importer] = (*ways[file], importer)
                waiting.append(importer)


def _by_name(tree: Tree, changed: str) -> Iterator[Touched]:
    path = PurePosixPath(changed)
    if path.suffix == ".py":
        return
    if is_test(changed) or (path.suffix == ".rs" and "#[cfg(test)]" in (tree.text(changed) or "")):
        yield Touched(changed, (changed,))
    if path.suffix == ".go":
        folder = str(path.parent)
        beside = (n for n in tree.names if str(PurePosixPath(n).parent) == folder)
        tests = [n for n in beside if n.endswith("_test.go")]
        yield from (Touched(n, (changed, n), "is of the package of") for n in tests if n != changed)
        return
    for test in tree.own(*_patterns(path)) if path.suffix in _CODE else ():
        if test != changed and is_test(test):
            yield Touched(test, (changed, test), "is named after")


def _patterns(path: PurePosixPath) -> list[str]:
    """Names that a test of the file has by custom; `is_test` looks at the folder afterwards."""
    stem = re.sub(r"[][?*]", "?", path.stem)
    if path.suffix in _SCRIPT:
        return [f"{stem}.*", f"{stem}-test.*", f"{stem}-spec.*", f"{stem}_test.*", f"{stem}_spec.*"]
    below = (f"{stem}{end}.*" for end in ("", "_test", "_spec", "Test", "Tests", "IT", "Spec"))
    return [f"test_{stem}.*", *below]
