"""A commit message made from what is staged, in the repository's convention. Pure, no model.

It says what can be seen (which files, which definitions), never why; a person or a model may know
better. It is what remains where neither does.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.history.convention import Convention, Style
from agents.history.header import TYPES
from agents.history.mood import Mood
from agents.history.staged import Staged, StagedFile

BODY_FILES = 10

EMOJI = {
    "feat": ("✨", ":sparkles:"),
    "fix": ("🐛", ":bug:"),
    "docs": ("📝", ":memo:"),
    "test": ("✅", ":white_check_mark:"),
    "ci": ("👷", ":construction_worker:"),
    "build": ("📦️", ":package:"),
    "refactor": ("♻️", ":recycle:"),
    "chore": ("🔧", ":wrench:"),
}
"""The marks of https://gitmoji.dev."""

_DEFINED = re.compile(
    r"^\+\s*(?:export\s+|pub\s+|public\s+|async\s+|default\s+)*"
    r"(?:def|class|func|fn|function|struct|interface|trait)\s+([A-Za-z]\w{2,60})"
)
_TICKET = re.compile(r"(?:^|[/_-])([A-Z][A-Z0-9]{1,9}-\d+)(?=$|[/_-])")
_BUILD = frozenset(
    """pyproject.toml setup.py setup.cfg package.json package-lock.json yarn.lock pnpm-lock.yaml
    cargo.toml cargo.lock go.mod go.sum makefile dockerfile requirements.txt constraints.txt uv.lock
    poetry.lock gemfile gemfile.lock pom.xml build.gradle""".split()  # noqa: SIM905 - words are read more easily so
)
_FORMS = {
    "add": {Mood.PAST: "added", Mood.PRESENT: "adds", Mood.GERUND: "adding"},
    "remove": {Mood.PAST: "removed", Mood.PRESENT: "removes", Mood.GERUND: "removing"},
    "rename": {Mood.PAST: "renamed", Mood.PRESENT: "renames", Mood.GERUND: "renaming"},
    "update": {Mood.PAST: "updated", Mood.PRESENT: "updates", Mood.GERUND: "updating"},
}


@dataclass(frozen=True)
class _Said:
    """What a subject is made of."""

    verb: str
    what: str
    type: str
    place: str


def suggest(staged: Staged, convention: Convention, branch: str = "") -> str:
    """A message for what is staged; empty where nothing is. `branch` may name a ticket."""
    if not staged.files:
        return ""
    names = _defined(staged)
    verb = "add" if names else _verb(staged.files)
    what = _listed(names) if names else _what(staged.files)
    said = _Said(verb, what, _type(staged.files, names), _place(staged.files))
    subject = _fitted(said, convention, branch)
    if len(subject) > convention.subject_width:
        shorter = _Said(_verb(staged.files), _counted(staged.files), said.type, said.place)
        subject = _fitted(shorter, convention, branch)
    body = _body(staged.files) if len(staged.files) > 1 else ""
    return f"{subject}\n\n{body}".strip()


def _fitted(said: _Said, convention: Convention, branch: str) -> str:
    """The subject with the prefix, the capital and the mood of the repository."""
    verb = _FORMS[said.verb].get(convention.mood or Mood.IMPERATIVE, said.verb)
    prefix = _prefix(said, convention, branch)
    capital = convention.capital
    if capital is None:
        capital = convention.style not in {Style.CONVENTIONAL, Style.AREA}
    summary = f"{verb} {said.what}"
    summary = summary[:1].upper() + summary[1:] if capital else summary
    return f"{prefix}{summary}{'.' if convention.period else ''}"


def _prefix(said: _Said, convention: Convention, branch: str) -> str:
    match convention.style:
        case Style.CONVENTIONAL:
            scope = f"({said.place})" if said.place in convention.scopes else ""
            return f"{said.type}{scope}: "
        case Style.GITMOJI:
            coded = bool(convention.emoji) and convention.emoji[0].startswith(":")
            return f"{EMOJI.get(said.type, EMOJI['chore'])[coded]} "
        case Style.AREA:
            return f"{said.place or 'all'}: "
        case Style.TICKET:
            match = _TICKET.search(branch)
            return f"{match[1]}: " if match else ""
        case Style.PLAIN:
            return ""


def _defined(staged: Staged) -> list[str]:
    """Functions and classes that are new, where the change only adds; at most three."""
    if sum(file.removed for file in staged.files) > 2:
        return []
    lines = [line for line in staged.diff.split("\n") if line.startswith("+")]
    matches = [match[1] for line in lines if (match := _DEFINED.match(line))]
    names = [name for name in dict.fromkeys(matches) if not name.startswith(("test", "Test"))]
    return names if 0 < len(names) <= 3 and not _all(staged.files, _is_test) else []


def _verb(files: Sequence[StagedFile]) -> str:
    statuses = {file.status for file in files}
    return {"A": "add", "D": "remove", "R": "rename"}.get("".join(statuses), "update")


def _what(files: Sequence[StagedFile]) -> str:
    if len(files) == 1:
        [file] = files
        return f"{file.old} to {file.path}" if file.status == "R" else file.path
    lasts = [PurePosixPath(file.path).name for file in files]
    return _listed(lasts) if len(files) <= 3 else _counted(files)


def _counted(files: Sequence[StagedFile]) -> str:
    if len(files) == 1:
        return PurePosixPath(files[0].path).name
    folder = _folder(files)
    return f"{len(files)} files{f' in {folder}' if folder else ''}"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _type(files: Sequence[StagedFile], names: Sequence[str]) -> str:
    for type, test in (("docs", _is_doc), ("test", _is_test), ("ci", _is_ci), ("build", _is_build)):
        if _all(files, test):
            return type
    if names or (_verb(files) == "add" and any(file.path.count(".") for file in files)):
        return TYPES[0]
    return "refactor" if _verb(files) in {"remove", "rename"} else "chore"


def _place(files: Sequence[StagedFile]) -> str:
    """The last folder that all have in common, or the one file's name without its ending."""
    if len(files) == 1 and "/" not in files[0].path:
        return PurePosixPath(files[0].path).stem
    return PurePosixPath(_folder(files)).name


def _folder(files: Sequence[StagedFile]) -> str:
    parents = [PurePosixPath(file.path).parent.parts for file in files]
    common: list[str] = []
    for parts in zip(*parents, strict=False):
        if len(set(parts)) > 1:
            break
        common.append(parts[0])
    return "/".join(common)


def _body(files: Sequence[StagedFile]) -> str:
    done = {"A": "add", "D": "remove", "R": "rename", "C": "copy"}
    lines = [f"- {done.get(file.status, 'change')} {file.path}" for file in files[:BODY_FILES]]
    if len(files) > BODY_FILES:
        lines.append(f"- and {len(files) - BODY_FILES:,} more")
    return "\n".join(lines)


def _all(files: Sequence[StagedFile], test: Callable[[str], bool]) -> bool:
    return all(test(file.path.lower()) for file in files)


def _is_doc(path: str) -> bool:
    return path.endswith((".md", ".rst", ".adoc")) or path.startswith(("docs/", "doc/"))


def _is_test(path: str) -> bool:
    *folders, last = path.split("/")
    named = last.startswith(("test_", "conftest")) or bool(re.search(r"[._-](test|spec)\.", last))
    return bool({"test", "tests", "spec", "__tests__"} & set(folders)) or named


def _is_ci(path: str) -> bool:
    return path.startswith((".github/", ".gitlab-ci", ".circleci/")) or path == "jenkinsfile"


def _is_build(path: str) -> bool:
    return path.rpartition("/")[2] in _BUILD
