"""What documents say of the repository's own command line, beside what its code defines.

The parsers of argparse, click and typer are read from the sources, nothing is run. Two things are
told: a help text that documents quote and that shows options which are gone, and subcommands which
they call and which are gone. `flags` looks at the options of example commands.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.finding import Finding, Severity
from agents.surveys.flags import ALWAYS, OPEN, Use, command_of, is_defined, own_commands, words_of
from agents.surveys.links import documents
from agents.surveys.markdown import SHELLS, Document
from agents.surveys.mentions import HISTORY
from agents.surveys.notes import Notes
from agents.tools.tool import Result
from agents.tools.tree import Tree, in_tests

MAX_FILES = 2000
MAX_OPTIONS = 120

_USAGE = re.compile(r"^\s*usage:\s+(?:python[0-9.]*\s+(-m\s+)?)?([\w./-]+)", re.IGNORECASE)
_OPTION = re.compile(r"^\s{1,8}(?:-\w(?:[ =,]\s*[A-Z<\w]*)?,?\s+)?(--[a-z][a-z0-9-]+)")
_GROUP = re.compile(r"add_parser|\.command$|\.add_typer|\.add_command|\.group$")


@dataclass(frozen=True)
class Subcommands:
    """The subcommands that the code defines."""

    names: frozenset[str]
    complete: bool
    """Whether every name could be read."""


async def stale_usage(notes: Notes) -> None:
    """Help texts and subcommands in documents, beside the code's own."""
    own = own_commands(notes.tree)
    read = [d for d in documents(notes.tree) if not HISTORY.search(d.name)]
    if not own or not read:
        return
    quoted = [use for document in read for use in _quoted(document, own)][:MAX_OPTIONS]
    flags = sorted({use.flag for use in quoted} - ALWAYS)
    gone = frozenset([flag for flag in flags if not await is_defined(notes, flag)])
    found = [_stale(use) for use in quoted if use.flag in gone]
    found += _unknown(notes.tree, read, own)
    if not quoted and not found:
        return
    text = "\n".join(f"{f.path}:{f.line}: {f.message}" for f in found) or "all as in the code"
    id = notes.keep("check_usage", {"options": [*flags]}, Result(text))
    if quoted:
        notes.say(f"{len(flags)} options in quoted help texts, {len(gone)} of them gone", id)
    notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in dict.fromkeys(found)))


def _quoted(document: Document, own: frozenset[str]) -> Iterator[Use]:
    """Options listed in a block of code that is the help text of an own command."""
    command, last = "", 0
    for line in document.lines:
        if line.fenced is None or line.number != last + 1:
            command = ""
        last = line.number
        if line.fenced is None or line.fenced.lower() not in SHELLS:
            continue
        if match := _USAGE.match(line.text):
            name = f"-m {match[2]}" if match[1] else match[2].removeprefix("./")
            command = name if name in own else ""
        elif command and (match := _OPTION.match(line.text)):
            yield Use(document, line.number, match[1], command)


def _unknown(tree: Tree, read: list[Document], own: frozenset[str]) -> Iterator[Finding]:
    """Calls of subcommands that are not there, where all that are there are known."""
    known = subcommands(tree)
    if not known.complete or len(known.names) < 2:
        return
    for document in read:
        for line, text in document.commands():
            words = words_of(text)
            command = command_of(words, own)
            rest = _after(words, command) if command else []
            if (
                command
                and rest
                and re.fullmatch(r"[a-z][a-z0-9-]+", rest[0])
                and rest[0] not in known.names
            ):
                yield _no_such(document, line, command, rest[0])


def _after(words: list[str], command: str) -> list[str]:
    """The words after the command's own; none after a script file's."""
    last = command.split()[-1]
    return words[words.index(last) + 1 :] if last in words and not last.endswith(".py") else []


def subcommands(tree: Tree) -> Subcommands:
    """Every subcommand of argparse, click or typer in the repository's code."""
    names: set[str] = set()
    complete = True
    for file in tree.own("*.py")[:MAX_FILES]:
        text = tree.text(file) or ""
        if in_tests(file) or not re.search(r"add_parser|\bclick\b|\btyper\b", text):
            continue
        if OPEN.search(text) or re.search(
            r"get_command|list_commands|add_argument\(\s*['\"]\w", text
        ):
            complete = False
        try:
            module = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            return Subcommands(frozenset(), False)
        for node in ast.walk(module):
            found = list(_defined(node))
            names.update(name for name in found if name)
            complete = complete and None not in found
    return Subcommands(frozenset(names), complete)


def _defined(node: ast.AST) -> Iterator[str | None]:
    """Names of the subcommands that a node defines; None for one that cannot be read."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        for decorator in node.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if _GROUP.search(ast.unparse(called)):
                given = _name_in(decorator) if isinstance(decorator, ast.Call) else ""
                yield given if given != "" else re.sub(r"_(command|cmd|group|grp)$", "", node.name)
                yield node.name.replace("_", "-")
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "add_parser":
            yield _name_in(node) or None
            aliases = next((k.value for k in node.keywords if k.arg == "aliases"), None)
            if isinstance(aliases, (ast.List, ast.Tuple)):
                yield from (str(e.value) for e in aliases.elts if isinstance(e, ast.Constant))
        elif node.func.attr in {"add_typer", "add_command"}:
            yield _name_in(node) or None


def _name_in(call: ast.Call) -> str | None:
    """The name that a call gives; "" where it gives none, None where it is made as it runs."""
    named = next((k.value for k in call.keywords if k.arg == "name"), None)
    value = named or next(iter(call.args), None)
    if value is None:
        return ""
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _stale(use: Use) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        message=f"quotes a help text with {use.flag}, which the code does not define",
        path=use.document.name,
        line=use.line,
        rule="cadre/stale-help",
        tool="cadre",
        fix="quote the help text anew",
    )


def _no_such(document: Document, line: int, command: str, name: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        message=f"calls `{command} {name}`, a subcommand that the code does not define",
        path=document.name,
        line=line,
        rule="cadre/unknown-subcommand",
        tool="cadre",
        fix=f"remove {name}, or name the subcommand that took its place",
    )
