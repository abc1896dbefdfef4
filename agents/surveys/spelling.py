"""Misspelt words in documents, by codespell's list of unambiguous ones.

codespell gets words alone, on its standard input and in a folder that is not the repository's: its
configuration may make it write. What the repository has it ignore is read here. Code, names and
addresses are left out, and so is every word that the repository's code uses too.
"""

import configparser
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from agents.finding import Finding, Severity
from agents.surveys.checker import SECONDS, Check, conclude, failed
from agents.surveys.links import documents
from agents.surveys.notes import Notes
from agents.tools.git import git
from agents.tools.tree import Tree, in_tests

MAX_WORDS = 400_000

MAX_FINDINGS = 40

MAX_LINE = 2000

LISTS = re.compile(
    r"author|contributor|thanks|credits|license|licence|copying|codespell|words", re.I
)
"""Documents of names, or in others' words."""

VARIANTS = frozenset({"unparseable"})
"""Words of the list that good writers use as well."""

_WORD = re.compile(r"(?<![\w@#/.\\:'’-])[a-z]{4,}(?![\w@/\\:’'-]|\.\w)")
_ADDRESS = re.compile(
    r"\S+://\S+|\S+@\S+|<[^>\n]*>|\]\([^)\n]*\)|:\w+:`[^`]*`|``?[^`\n]*``?|\|\w+\|"
)


@dataclass(frozen=True)
class Ignored:
    """What the repository has codespell leave alone."""

    words: frozenset[str] = frozenset()
    skip: tuple[str, ...] = ()

    def holds(self, name: str) -> bool:
        """Whether the file is to be left alone."""
        parts = (name, f"./{name}", *name.split("/"))
        return any(fnmatchcase(part, pattern) for part in parts for pattern in self.skip)


async def misspelt(notes: Notes) -> None:
    """Misspelt words in documents."""
    ignored = ignored_by(notes.tree)
    places = list(_words(notes.tree, ignored))[:MAX_WORDS]
    if not places:
        return
    check = await _codespell(notes, [word for _, _, word in places])
    if check.ran.exit_code not in {0, 65} or check.ran.timed_out:
        failed(notes, check)
        return
    findings = []
    known: dict[str, bool] = {}
    for number, right in re.findall(r"^(\d+): \S+\n\t\S+ ==> (.+)$", check.ran.stdout, re.M):
        name, line, word = places[int(number) - 1]
        if word not in known and len(known) < MAX_FINDINGS * 2:
            known[word] = word in ignored.words | VARIANTS or await _in_code(notes, word)
        if not known.get(word, True):
            findings.append(_finding(name, line, word, right))
    findings = list(dict.fromkeys(findings))[:MAX_FINDINGS]
    id = conclude(notes, check, findings)
    notes.say(f"codespell, {len(places):,} words of documents: {len(findings)} misspelt", id)


async def _codespell(notes: Notes, words: list[str]) -> Check:
    """codespell over the words, one a line."""
    argv = ("--builtin", "clear", "--disable-colors", "--quiet-level", "39", "-")
    ran = await notes.workplace.run(
        [sys.executable, "-I", "-m", "codespell_lib", *argv],
        cwd=Path(sys.prefix),
        timeout=SECONDS,
        stdin="".join(f"{word}\n" for word in words).encode(),
        max_bytes=20_000_000,
    )
    return Check("codespell", ("codespell", *argv), ran)


def ignored_by(tree: Tree) -> Ignored:
    """The lists in `.codespellrc`, `setup.cfg` and `pyproject.toml`."""
    own: dict[str, str] = {}
    for name in ("setup.cfg", ".codespellrc"):
        parser = configparser.ConfigParser(interpolation=None)
        try:
            parser.read_string(tree.text(name) or "")
            own |= dict(parser["codespell"]) if parser.has_section("codespell") else {}
        except configparser.Error:
            continue
    own |= _of_pyproject(tree)
    words = set(own.get("ignore-words-list", "").replace(",", " ").split())
    for name in own.get("ignore-words", "").split(","):
        words.update((tree.text(name.strip()) or "").split() if name.strip() else ())
    skip = tuple(part.strip() for part in re.split(r"[,\n]", own.get("skip", "")) if part.strip())
    return Ignored(frozenset(word.lower() for word in words), skip)


def _of_pyproject(tree: Tree) -> dict[str, str]:
    try:
        section = (
            tomllib.loads(tree.text("pyproject.toml") or "").get("tool", {}).get("codespell", {})
        )
    except (tomllib.TOMLDecodeError, AttributeError, RecursionError):
        return {}
    if not isinstance(section, dict):
        return {}
    return {
        key: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in section.items()
    }


def _words(tree: Tree, ignored: Ignored) -> Iterator[tuple[str, int, str]]:
    """File, line and word of everything in prose that may be misspelt."""
    for document in documents(tree):
        if _is_read(document.name, ignored):
            for line in document.lines:
                if line.fenced is None and not line.text.startswith(("    ", "\t")):
                    yield from _plain(document.name, line.number, line.text)
    for name in tree.own("*.rst"):
        text = tree.text(name) if _is_read(name, ignored) else None
        for number, prose in enumerate((text or "").splitlines(), 1):
            if not prose.startswith((" ", "\t", "..")):
                yield from _plain(name, number, prose)


def _is_read(name: str, ignored: Ignored) -> bool:
    return not (in_tests(name) or LISTS.search(name) or ignored.holds(name))


def _plain(name: str, line: int, text: str) -> Iterator[tuple[str, int, str]]:
    # Longer lines are data; some patterns take long over them.
    for word in _WORD.findall(_ADDRESS.sub(" ", text)) if len(text) < MAX_LINE else ():
        yield name, line, word


async def _in_code(notes: Notes, word: str) -> bool:
    """Whether files other than documents have the word: then it is a name, or a term."""
    ran = await git(
        notes.workplace,
        *(
            "grep",
            "--no-textconv",
            "--untracked",
            "-I",
            "-q",
            "-w",
            "-F",
            "-e",
            word,
            "--",
            ":(top)",
        ),
        *(f":(top,exclude,icase)*.{end}" for end in ("md", "rst", "txt", "markdown", "html")),
        timeout=15,
    )
    return ran.exit_code == 0


def _finding(name: str, line: int, word: str, right: str) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        message=f"{word!r} is misspelt",
        path=name,
        line=line,
        rule="misspelt",
        tool="codespell",
        fix=f"write {right.rstrip(',')}",
    )
