"""Commands of the repository itself that documents show: make targets, npm scripts, script files.

Judged only in documents for those who work on the repository, and only where a block does not
first go elsewhere (`cd`, `git clone`).
"""

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agents.finding import Finding, Severity
from agents.surveys.flags import words_of
from agents.surveys.links import documents
from agents.surveys.markdown import Document
from agents.surveys.mentions import HISTORY, PAST
from agents.surveys.notes import Notes
from agents.tools.git import git
from agents.tools.tool import Result
from agents.tools.tree import Tree

FOR_WORKERS = re.compile(r"^(readme|contributing|develop\w*|hacking|agents|claude|testing)\b", re.I)

ELSEWHERE = re.compile(
    r"^\s*(?:[$%>]\s+)?(?:cd|pushd|git clone|wget|curl|docker|ssh|tar|npx?)\b", re.M
)

INTERPRETERS = frozenset({"sh", "bash", "zsh", "python", "python3", "node", "ruby", "perl"})

_RULE = re.compile(r"^([^\s#:=][^#:=\n]*)::?(?!=)", re.MULTILINE)
_PHONY = re.compile(r"^\.PHONY\s*:(.*)$", re.MULTILINE)
_OPEN = re.compile(
    r"^-?s?include\b|^[^\t\n#%]*%[^\n:]*:|\$[({]eval|^\.DEFAULT\s*:|^\$[({][^\n:]*:", re.M
)


@dataclass(frozen=True)
class Commands:
    """What the repository lets one call."""

    tree: Tree

    @cached_property
    def targets(self) -> frozenset[str] | None:
        """Targets of the top Makefile; None where there is none, or where it may have others."""
        names = [n for n in ("GNUmakefile", "makefile", "Makefile") if n in self.tree.names]
        text = self.tree.text(names[0]) if names else None
        if text is None or _OPEN.search(text):
            return None
        text = text.replace("\\\n", " ")
        heads = (*_RULE.findall(text), *_PHONY.findall(text))
        return frozenset(word for head in heads for word in head.split())

    @cached_property
    def scripts(self) -> frozenset[str] | None:
        """Scripts of every package.json; None where the top has none."""
        if "package.json" not in self.tree.names:
            return None
        found: set[str] = set()
        for name in self.tree.named("package.json"):
            try:
                data = json.loads(self.tree.text(name) or "{}")
            except (ValueError, RecursionError):
                return None
            scripts = data.get("scripts") if isinstance(data, dict) else None
            found.update(scripts if isinstance(scripts, dict) else ())
        return frozenset(found)

    def missing(self, words: list[str]) -> str | None:
        """What the command names that is not there; None where nothing is amiss."""
        match words:
            case ["make", *rest] if self.targets is not None and "-C" not in rest:
                return self._target(rest)
            case ["npm" | "pnpm", "run" | "run-script", script, *_] if self.scripts is not None:
                known = script in self.scripts or not re.fullmatch(r"[\w:.-]+", script)
                return None if known else f"the script {script} of package.json"
            case [program, path, *_] if program in INTERPRETERS and re.match(r"[\w.]+/", path):
                return self._file(path)
            case [path, *_] if path.startswith("./") and path.count("/") > 1:
                return self._file(path)
        return None

    def _target(self, rest: list[str]) -> str | None:
        if any(word.startswith("-") for word in rest):
            return None
        for word in rest:
            plain = re.fullmatch(r"[\w.-]+", word)
            if plain and word not in (self.targets or ()) and not self.tree.has(word):
                return f"the make target {word}"
        return None

    def _file(self, path: str) -> str | None:
        """The file, where its folder is there and it is not."""
        path = posixpath.normpath(path)
        folder = posixpath.dirname(path)
        plain = re.fullmatch(r"[\w./-]+\.(sh|py|js|mjs|rb|pl|bash)", path)
        if not plain or path.startswith("..") or not folder or not self.tree.has(folder):
            return None
        return None if self.tree.has(path) else path


async def missing_commands(notes: Notes) -> None:
    """Own commands in documents that are gone."""
    commands = Commands(notes.tree)
    shown = 0
    findings = []
    for document in documents(notes.tree):
        if not _is_for_workers(document.name):
            continue
        for line, words in _commands(document):
            shown += 1
            missing = commands.missing(words)
            if missing and not await _is_known(notes, missing):
                findings.append(_finding(document, line, missing))
    if not shown:
        return
    findings = list(dict.fromkeys(findings))
    text = "\n".join(f"{f.path}:{f.line}: {f.message}" for f in findings) or "all are there"
    id = notes.keep("check_commands", {"commands": shown}, Result(text))
    if findings:
        notes.say(f"{len(findings)} commands in the documents call what is not there", id)
    notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in findings))


def _is_for_workers(name: str) -> bool:
    folder, _, last = name.rpartition("/")
    return bool(FOR_WORKERS.match(last)) and folder in {"", ".github", "docs"}


def _commands(document: Document) -> Iterator[tuple[int, list[str]]]:
    """Line and words of each command in blocks that stay in the repository's root."""
    away = _away(document)
    for line, text in (*document.commands(), *document.code()):
        if line in away or PAST.search(document.prose(line)) or HISTORY.search(document.name):
            continue
        for part in re.split(r"\s(?:\||\|\||&&|;)\s", text):
            if words := words_of(part):
                yield line, words


def _away(document: Document) -> frozenset[int]:
    """Lines of blocks that go elsewhere."""
    lines: set[int] = set()
    block: list[int] = []
    away = False
    for line in document.lines:
        if block and (line.fenced is None or line.number != block[-1] + 1):
            lines.update(block if away else ())
            block, away = [], False
        if line.fenced is not None:
            block.append(line.number)
            away = away or bool(ELSEWHERE.match(line.text))
    return frozenset((*lines, *(block if away else ())))


async def _is_known(notes: Notes, missing: str) -> bool:
    """Whether a missing file is built, or was removed: then another check tells of it."""
    if "/" not in missing:
        return False
    ignored = await git(notes.workplace, "check-ignore", "--no-index", "--quiet", "--", missing)
    if ignored.exit_code == 0:
        return True
    ran = await git(notes.workplace, "log", "-1", "--diff-filter=D", "--format=%h", "--", missing)
    return bool(ran.stdout.strip())


def _finding(document: Document, line: int, missing: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        message=f"calls {missing}, which does not exist",
        path=document.name,
        line=line,
        rule="cadre/missing-command",
        tool="cadre",
        fix="name what took its place, or remove the command",
    )
