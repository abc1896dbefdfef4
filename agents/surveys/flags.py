"""Options that documents show for the repository's own commands, and that its code never defines.

Judged only where the command is a Python one of this repository (a script of pyproject.toml,
`python -m` of its packages, a script file) whose code parses options itself. An option counts as
defined where it stands in any file but prose, or where a name that it may be made from does.
"""

import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from agents.finding import Finding, Severity
from agents.surveys.links import documents
from agents.surveys.markdown import Document
from agents.surveys.mentions import HISTORY
from agents.surveys.notes import Notes
from agents.tools.git import git
from agents.tools.tool import Result
from agents.tools.tree import Tree

MAX_FLAGS = 60

ALWAYS = frozenset({"--help", "--version"})

PARSER = re.compile(
    r"^\s*(?:import|from)\s+(?:argparse|click|typer|docopt|fire|tyro|cyclopts)\b", re.M
)

OPEN = re.compile(
    r"parse_known_args|REMAINDER|ignore_unknown_options|allow_extra_args|allow_interspersed|"
    r"entry_points\(|set_defaults\(.*func=.*plugin"
)
"""Signs of a command that takes options which its code does not name."""

WRAPPERS = ("uv", "poetry", "pdm", "hatch", "pipenv", "rye")


@dataclass(frozen=True)
class Use:
    """An option in an example."""

    document: Document
    line: int
    flag: str
    command: str


async def unknown_flags(notes: Notes) -> None:
    tree = notes.tree
    own = own_commands(tree)
    if not own or not _parses(tree):
        return
    uses = [
        use
        for document in documents(tree)
        if not HISTORY.search(document.name)
        for use in _uses(document, own)
    ]
    flags = sorted({use.flag for use in uses} - ALWAYS)[:MAX_FLAGS]
    if not flags:
        return
    unknown = [flag for flag in flags if not await is_defined(notes, flag)]
    first = {(u.document.name, u.flag): u for u in reversed(uses) if u.flag in unknown}
    findings = [_finding(use) for use in first.values()]
    lines = [f"{f.path}:{f.line}: {f.message}" for f in findings]
    text = "\n".join(lines) or f"all defined: {' '.join(flags)}"
    id = notes.keep("check_options", {"options": [*flags]}, Result(text))
    notes.say(f"{len(flags)} options in examples, {len(unknown)} that the code lacks", id)
    notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in findings))


def own_commands(tree: Tree) -> frozenset[str]:
    """Names of commands and, as `-m NAME`, of modules that can be run."""
    commands = set(_scripts(tree))
    for name in tree.own("__main__.py"):
        package = name.rpartition("/")[0].removeprefix("src/").replace("/", ".")
        commands.add(f"-m {package}")
    for name in tree.own("*.py"):
        if "/" not in name.removeprefix("scripts/"):
            commands.add(name)
            commands.add(f"-m {name.removesuffix('.py').replace('/', '.')}")
    return frozenset(commands)


def _scripts(tree: Tree) -> Iterator[str]:
    try:
        data = tomllib.loads(tree.text("pyproject.toml") or "")
    except tomllib.TOMLDecodeError:
        return
    project = data.get("project", {}).get("scripts", {})
    poetry = data.get("tool", {}).get("poetry", {}).get("scripts", {})
    yield from (*project, *poetry)


def _parses(tree: Tree) -> bool:
    """Whether the code reads its options itself, all of them."""
    texts = [tree.text(name) or "" for name in tree.own("*.py")[:2000]]
    return any(PARSER.search(text) for text in texts) and not any(map(OPEN.search, texts))


def _uses(document: Document, own: frozenset[str]) -> Iterator[Use]:
    for line, text in (*document.commands(), *document.code()):
        for part in re.split(r"\s(?:\||\|\||&&|;|>|<|#)(?:\s|$)", text):
            words = words_of(part)
            command = command_of(words, own)
            if not command:
                continue
            rest = words[: words.index("--")] if "--" in words else words
            for word in rest:
                if match := re.match(r"--[a-z][a-z0-9-]+(?==|$)", word):
                    yield Use(document, line, match[0], command)


def words_of(text: str) -> list[str]:
    """The words of a shell command, without settings before it; [] where it is not one."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        return []
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if len(words) > 2 and words[0] in WRAPPERS and words[1] == "run":
        words = words[2:]
    return words


def command_of(words: list[str], own: frozenset[str]) -> str | None:
    """The repository's command that the words call; None where they call another's."""
    if not words:
        return None
    if re.fullmatch(r"python[0-9.]*", words[0]) and len(words) > 1:
        words = words[2:] if words[1] == "-m" and len(words) > 2 else words[1:]
        module = f"-m {words[0]}"
        return module if module in own else (words[0] if words[0] in own else None)
    name = words[0].removeprefix("./")
    return name if name in own and not name.startswith("-m ") else None


async def is_defined(notes: Notes, flag: str) -> bool:
    """Whether the option, or the name of a parameter that it is made from, stands in the code."""
    name = flag.removeprefix("--").removeprefix("no-")
    ran = await git(
        notes.workplace,
        *("grep", "--no-textconv", "--untracked", "-I", "-l", "-F"),
        *("-e", flag, "-e", f"--{name}", "-e", name.replace("-", "_")),
        *("--", ":(top)", ":(top,exclude,icase)*.md", ":(top,exclude,icase)*.rst"),
        *(":(top,exclude,icase)*.txt", ":(top,exclude,icase)*.markdown"),
        timeout=15,
    )
    return ran.exit_code != 1


def _shown(command: str) -> str:
    return f"python {command}" if command.startswith("-m ") or ".py" in command else command


def _finding(use: Use) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        message=f"shows {use.flag} of `{_shown(use.command)}`, which the code does not define",
        path=use.document.name,
        line=use.line,
        rule="cadre/unknown-option",
        tool="cadre",
        fix=f"remove {use.flag}, or name the option that took its place",
    )
