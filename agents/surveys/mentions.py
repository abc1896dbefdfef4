"""Files that documents name in code, and that are gone.

A name counts only where git remembers a file of that name, and where it has a folder before it:
`src/app.py` may be the repository's own, `app.py` is mostly one of the reader's.
"""

import posixpath
import re
from collections.abc import Iterator

from agents.finding import Finding, Severity
from agents.surveys.links import documents
from agents.surveys.markdown import Document
from agents.surveys.notes import Notes
from agents.tools.git import git
from agents.tools.tool import Result

COMMITS = 5000
"""How far back removed files are looked for."""

PATH = re.compile(r"(?<![\w./:@-])(?:\./)?((?:[\w.-]+/)*[\w-][\w.-]*\.[A-Za-z]\w{0,9})(?![\w/(*])")

PAST = re.compile(
    r"\b(remov|renam|delet|mov|replac|drop|deprecat|former|previous|was |were |no longer|legacy|"
    r"used to|instead of|old|migrat|upgrad|histor|generat|creat)",
    re.IGNORECASE,
)
"""Words of sentences that tell of what was, or of what is yet to be made."""

HISTORY = re.compile(
    r"chang|history|news|release|migrat|upgrad|adr|roadmap|todo|blog|_posts|examples?/",
    re.IGNORECASE,
)
"""Documents of what was or will be, and transcripts."""


async def gone_files(notes: Notes) -> None:
    every = [d for d in documents(notes.tree) if not HISTORY.search(d.name)]
    if not every:
        return
    removed = await _removed(notes)
    if not removed:
        return
    findings = [f for d in every for f in _gone(notes, d, removed)]
    if not findings:
        return
    text = "\n".join(f"{f.path}:{f.line}: {f.message}" for f in findings)
    arguments = {"documents": len(every), "removed_files": len(removed)}
    id = notes.keep("check_mentions", {**arguments}, Result(text))
    notes.say(f"{len(findings)} files named in the documents were removed from git", id)
    notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in findings))


async def _removed(notes: Notes) -> frozenset[str]:
    ran = await git(
        notes.workplace,
        *("log", f"--max-count={COMMITS}", "--diff-filter=D", "--no-renames", "--name-only"),
        *("-z", "--format=", "--no-ext-diff"),
        timeout=15,
        max_bytes=16_000_000,
    )
    return frozenset(name.strip("\n") for name in ran.stdout.split("\0") if name.strip("\n"))


def _gone(notes: Notes, document: Document, removed: frozenset[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, code in (*document.code(), *document.commands()):
        for name in PATH.findall(code):
            path = _meant(name, document, removed)
            if not path or path in seen or PAST.search(document.prose(number)):
                continue
            if not notes.tree.has(path):
                seen.add(path)
                yield _finding(document, number, path)


def _meant(name: str, document: Document, removed: frozenset[str]) -> str | None:
    """The removed file that the document means: seen from the root, or from its own folder."""
    if "/" not in name and not re.match(r"requirements[\w-]*\.(txt|in)$", name):
        return None
    near = posixpath.normpath(posixpath.join(posixpath.dirname(document.name), name))
    return next((path for path in (name, near) if path in removed), None)


def _finding(document: Document, line: int, path: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        message=f"names {path}, which was removed from the repository",
        path=document.name,
        line=line,
        rule="cadre/gone-file",
        tool="cadre",
        fix=f"name what took the place of {path}, or remove the mention",
    )
