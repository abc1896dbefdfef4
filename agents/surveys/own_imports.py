"""Names that an example takes from the repository's own packages, and that are not there.

Read from the sources, nothing is imported. A module that makes names as it runs has any name.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import PurePosixPath

from agents.tools.tree import Tree

MAX_BYTES = 2_000_000

NO_PACKAGES = frozenset(
    {"tests", "test", "docs", "doc", "examples", "example", "scripts", "benchmarks", "tools"}
)

DYNAMIC = re.compile(
    r"globals\(\)|sys\.modules|setattr\(|vars\(\)|\bexec\(|lazy_loader|__path__|"
    r"import_hook|attach_stub"
)

DELEGATED = re.compile(r"\bgetattr\(|import_module|__import__|__dict__|\[name\]")
"""Signs of a `__getattr__` that gives more names than it writes down."""

MADE = re.compile(r"sys\.modules|__path__|meta_path|import_hook")
"""Signs of modules that no file stands for."""

COMPILED = (".pyx", ".pyd", ".so", ".c", ".cpp", ".rs", ".pyi")


class Packages:
    """The repository's own packages."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.names_of = cache(self._names_of)

    @cached_property
    def roots(self) -> dict[str, str]:
        """Names of packages, and the folder of each."""
        folders = [name.rpartition("/")[0] for name in self._tree.own("__init__.py")]
        found = {}
        for folder in folders:
            package = folder.removeprefix("src/").removeprefix("lib/").removeprefix("python/")
            if package and "/" not in package and package not in NO_PACKAGES:
                found[package] = folder
        return found

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self._tree.names)

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(str(p) for name in self._tree.names for p in PurePosixPath(name).parents)

    def file_of(self, module: str) -> str | None:
        """The file of a module; "" where it may be one that is not read; None where it is none."""
        top, *rest = module.split(".")
        base = "/".join((self.roots[top], *rest))
        for name in (f"{base}.py", f"{base}/__init__.py"):
            if name in self._files and (self._tree.workplace.root / name).is_file():
                return name
        if base in self._folders or any(f"{base}{ending}" in self._files for ending in COMPILED):
            return ""
        above = self.file_of(module.rpartition(".")[0]) if rest else ""
        text = self._tree.text(above, MAX_BYTES) if above else ""
        return "" if not text or MADE.search(text) else None

    def has(self, module: str, name: str) -> bool:
        """Whether a module has, or may have, a name."""
        names = self.names_of(module, 0)
        return names is None or name in names or self.file_of(f"{module}.{name}") is not None

    def _names_of(self, module: str, depth: int) -> frozenset[str] | None:
        file = self.file_of(module)
        text = self._tree.text(file, MAX_BYTES) if file else None
        if not file or text is None or DYNAMIC.search(text) or depth > 5:
            return None
        lazy = "def __getattr__" in text
        if lazy and DELEGATED.search(text):
            return None
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return None
        found = {"__name__", "__file__", "__doc__", "__path__", "__all__"}
        for node in _statements(tree.body):
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                starred = self._starred(node, module, file, depth)
                if starred is None:
                    return None
                found |= starred
            found |= set(_bound(node))
        found |= {n for node in ast.walk(tree) if isinstance(node, ast.Global) for n in node.names}
        return frozenset(found.union(re.findall(r"\w+", text)) if lazy else found)

    def _starred(
        self, node: ast.ImportFrom, module: str, file: str, depth: int
    ) -> frozenset[str] | None:
        """What a star brings in; None where that is another's."""
        source = node.module or ""
        if node.level:
            package = module if file.endswith("__init__.py") else module.rpartition(".")[0]
            parts = package.split(".")
            source = ".".join((*parts[: len(parts) - node.level + 1], *filter(None, [node.module])))
        if source.partition(".")[0] not in self.roots:
            return None
        return self.names_of(source, depth + 1)


def missing_names(source: str, packages: Packages) -> Iterator[tuple[int, str]]:
    """Line, counted from 0, and what is wrong with each import of the repository's own names."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        for module, name in _imported(node):
            if module.partition(".")[0] not in packages.roots:
                continue
            line = getattr(node, "lineno", 1) - 1
            if packages.file_of(module) is None:
                yield line, f"uses the module {module}, which does not exist"
            elif name and not packages.has(module, name):
                yield line, f"uses {module}.{name}, which {module} does not define"
    yield from _missing_attributes(tree, packages)


def _missing_attributes(tree: ast.Module, packages: Packages) -> Iterator[tuple[int, str]]:
    """The same of `package.name`, where the package was imported under a name of its own."""
    nodes = list(ast.walk(tree))
    imports = [a for node in nodes if isinstance(node, ast.Import) for a in node.names]
    known = {a.asname or a.name: a.name for a in imports if a.name in packages.roots}
    known = {name: module for name, module in known.items() if packages.file_of(module)}
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            known.pop(node.id, None)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            for argument in (*node.args.args, *node.args.kwonlyargs):
                known.pop(argument.arg, None)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = known.get(node.value.id)
            if module and not node.attr.startswith("__") and not packages.has(module, node.attr):
                yield node.lineno - 1, f"uses {module}.{node.attr}, which {module} does not define"


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Modules, and the names taken from them."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, "") for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from ((node.module, "" if a.name == "*" else a.name) for a in node.names)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a module that run when it is imported."""
    for node in body:
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for field in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(node, field, []))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from _statements(part.body)


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement binds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    else:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id
