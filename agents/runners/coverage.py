"""Which lines the tests ran through, as the last report says: it is read, never made.

Reads coverage.py's JSON, Cobertura's XML, LCOV, Go's profile and istanbul's JSON. Paths in a
report are matched to the repository's own; what has no match is left out.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agents.runners.safe_xml import parse
from agents.tools.tree import Tree

MAX_BYTES = 30_000_000

MAX_LINE = 1_000_000
"""No source file is longer; larger numbers in a report are no lines."""

Told = Iterator[tuple[str, int, int]]
"""Path, line, and how often it ran."""


@dataclass(frozen=True)
class Coverage:
    """A report's lines of the repository's files."""

    report: str
    """The report's own file."""
    hit: Mapping[str, frozenset[int]]
    missed: Mapping[str, frozenset[int]]
    stale: tuple[str, ...] = ()
    """Files that were changed after the report was written; what it says of them may be wrong."""

    @property
    def rate(self) -> float:
        """The part of the lines that ran, of 1."""
        hit, missed = (sum(map(len, lines.values())) for lines in (self.hit, self.missed))
        return hit / (hit + missed) if hit + missed else 0.0

    def uncovered(self, lines: Mapping[str, Iterable[int]]) -> dict[str, tuple[int, ...]]:
        """Those of the lines that could run and did not, by file."""
        found = {
            path: tuple(sorted(self.missed.get(path, frozenset()) & set(numbers)))
            for path, numbers in lines.items()
        }
        return {path: numbers for path, numbers in found.items() if numbers}


def read_coverage(tree: Tree) -> Coverage | None:
    """The first report that is there and can be read."""
    for name, read in REPORTS.items():
        text = tree.text(name, MAX_BYTES)
        if text is not None and (coverage := _coverage(tree, name, read(text))):
            return coverage
    return None


def read_cobertura(text: str) -> Told:
    """`<class filename=…><line number=… hits=…/>`; a single `<source>` stands before the name."""
    root = parse(text)
    if root is None or root.tag != "coverage":
        return
    sources = [(s.text or "").strip().rstrip("/") for s in root.iterfind("sources/source")]
    source = sources[0] if len(sources) == 1 else ""
    for each in root.iter("class"):
        name = each.get("filename") or ""
        path = name if not source or name.startswith("/") else f"{source}/{name}"
        for line in each.iterfind("lines/line"):
            yield path, _number(line.get("number")), _number(line.get("hits"))


def read_lcov(text: str) -> Told:
    """`SF:` names a file, `DA:line,hits` a line of it."""
    path = ""
    for line in text.splitlines():
        if line.startswith("SF:"):
            path = line[3:].strip()
        elif line.startswith("DA:"):
            number, _, hits = line[3:].partition(",")
            yield path, _number(number), _number(hits.partition(",")[0])


def read_go(text: str) -> Told:
    """`file.go:12.34,15.2 statements count`, after a line that names the mode."""
    if not text.startswith("mode: "):
        return
    for match in re.finditer(
        r"^(.+):(\d{1,7})\.\d{1,7},(\d{1,7})\.\d{1,7} \d{1,7} (\d{1,12})$", text, re.MULTILINE
    ):
        first, last = int(match[2]), int(match[3])
        for number in range(first, min(last, first + 5000) + 1):
            yield match[1], number, int(match[4])


def read_json(text: str) -> Told:
    """coverage.py's `files` with their lines, or istanbul's statements by file."""
    try:
        data: Any = json.loads(text)
        yield from list(_files(data["files"]) if "files" in data else _statements(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return


REPORTS: Mapping[str, Callable[[str], Told]] = {
    "coverage.json": read_json,
    "coverage.xml": read_cobertura,
    "cobertura.xml": read_cobertura,
    "coverage/cobertura-coverage.xml": read_cobertura,
    "coverage/lcov.info": read_lcov,
    "lcov.info": read_lcov,
    "coverage.lcov": read_lcov,
    "coverage/coverage-final.json": read_json,
    "cover.out": read_go,
    "coverage.out": read_go,
    "c.out": read_go,
    "coverage.txt": read_go,
}
"""Where the tools write by default."""


def _files(files: Any) -> Told:  # Any: JSON as coverage.py writes it
    for path, file in files.items():
        for key, hits in (("executed_lines", 1), ("missing_lines", 0)):
            yield from ((path, _number(str(number)), hits) for number in file[key])


def _statements(data: Any) -> Told:  # Any: JSON as istanbul writes it
    for path, file in data.items():
        for id, place in file["statementMap"].items():
            yield path, _number(str(place["start"]["line"])), _number(str(file["s"][id]))


def _number(text: str | None) -> int:
    """0 for what is no number; no line has that."""
    return int(text) if text and re.fullmatch(r"\d{1,12}", text.strip()) else 0


def _coverage(tree: Tree, report: str, told: Told) -> Coverage | None:
    hit: dict[str, set[int]] = defaultdict(set)
    missed: dict[str, set[int]] = defaultdict(set)
    for path, line, hits in told:
        if 0 < line <= MAX_LINE:
            (hit if hits else missed)[path].add(line)
    places = _Places(tree)
    names = {path: name for path in {*hit, *missed} if (name := places.name(path))}
    if not names:
        return None
    return Coverage(
        report,
        {name: frozenset(hit[path]) for path, name in names.items()},
        # A line with a part that ran is a line that ran.
        {name: frozenset(missed[path] - hit[path]) for path, name in names.items()},
        _newer(tree, report, names.values()),
    )


class _Places:
    """Finds a report's paths among the repository's: whole, or by their longest ending."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._names = frozenset(tree.names)
        self._by_last: dict[str, list[str]] = defaultdict(list)
        for name in tree.names:
            self._by_last[name.rpartition("/")[2]].append(name)

    def name(self, path: str) -> str | None:
        """The repository's name of a path; None where there is none, or more than one fits."""
        path = path.replace("\\", "/").removeprefix(f"{self._tree.workplace.root}/")
        path = path.removeprefix("./")
        if path in self._names:
            return path
        parts = path.split("/")
        for start in range(1, len(parts)):
            if (ending := "/".join(parts[start:])) in self._names:
                return ending
        fits = [n for n in self._by_last[parts[-1]] if n.endswith(f"/{path}")]
        return fits[0] if len(fits) == 1 else None


def _newer(tree: Tree, report: str, names: Iterable[str]) -> tuple[str, ...]:
    def written(name: str) -> float:
        try:
            return tree.workplace.resolve(name).stat().st_mtime
        except (OSError, ValueError):
            return 0.0

    at = written(report)
    return tuple(sorted(name for name in names if written(name) > at + 1))
