"""Examples in documents that cannot be right: code that does not parse, names that are not there.

Nothing is run. Whatever may be a fragment, a template, a session or an example of what does not
work is not judged.
"""

import ast
import doctest
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping

import yaml

from agents.code.parse import TooHard, parse
from agents.finding import Finding, Severity
from agents.surveys.blocks import Block, blocks
from agents.surveys.notes import Notes
from agents.surveys.own_imports import Packages, missing_names
from agents.tools.tool import Result

Fault = tuple[int, str]
"""The line within the block, counted from 0, and what is wrong there."""

UNSURE = re.compile(
    r"\{\{|\{%|\{\*|--8<--|…|<[\w][\w .-]*>|\bliteralinclude\b|\[, |"
    r"^\s*(?:[$%!?/]|In \[|Out\[|Traceback|@@|\+\+\+|[-+] |=>|->|\.\. |:\w+:|\d+\.\d+\.)",
    re.MULTILINE,
)
"""Signs of a template, a session, a difference, a placeholder, a signature."""

_PYTHON_2 = "Missing parentheses in call to"


async def broken_examples(notes: Notes) -> None:
    """Examples that do not parse, and names in them that the repository does not have."""
    every = [block for block in blocks(notes.tree) if block.language in _CHECKS]
    if not every:
        return
    packages = Packages(notes.tree)
    findings = [
        _finding(block, *fault)
        for block in every
        if not block.tells_of_the_past
        for fault in _faults(block, packages)
    ]
    text = "\n".join(f"{f.path}:{f.line}: {f.message}" for f in findings) or "all can be right"
    documents = len({block.document for block in every})
    arguments = {"blocks": len(every), "documents": documents}
    id = notes.keep("check_examples", {**arguments}, Result(text))
    notes.say(f"{len(every)} examples in {documents} documents, {len(findings)} faults in them", id)
    notes.found(*(f.model_copy(update={"evidence": (id,)}) for f in findings))


def _faults(block: Block, packages: Packages) -> Iterator[Fault]:
    if UNSURE.search(block.code):
        return
    check = _CHECKS[block.language]
    if fault := check(block.code):
        yield fault
    elif check is _python:
        for line, source in _sources(block.code):
            yield from ((line + at, said) for at, said in missing_names(source, packages))


def _finding(block: Block, line: int, message: str) -> Finding:
    missing = message.startswith("uses")
    return Finding(
        severity=Severity.WARNING,
        message=message if missing else f"the {block.language} example does not parse: {message}",
        path=block.document,
        line=block.line + line,
        rule="cadre/missing-name" if missing else "cadre/broken-example",
        tool="cadre",
    )


def _python(code: str) -> Fault | None:
    for line, source in _sources(code):
        fault = _unparsable(source)
        if fault:
            return line + fault[0], fault[1]
    return None


def _sources(code: str) -> Iterator[Fault]:
    """The code itself with line 0; of an interactive session, what was typed, with its lines."""
    if not re.search(r"^>>>", code, re.MULTILINE):
        yield 0, code
        return
    try:
        examples = doctest.DocTestParser().get_examples(code)
    except ValueError:
        return
    yield from ((example.lineno, example.source) for example in examples)


def _unparsable(source: str) -> Fault | None:
    """The fault, where two parsers agree and no completion of a fragment helps."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if not isinstance(error, SyntaxError) or _is_fragment(source, error):
            return None
        # The running Python may be older than what a document is written for.
        if not error.msg.startswith(_PYTHON_2) and not _is_broken(source):
            return None
        return (error.lineno or 1) - 1, error.msg
    return None


def _is_fragment(source: str, error: SyntaxError) -> bool:
    if isinstance(error, IndentationError) or "..." in source:
        return True
    if error.msg.startswith("expected ':'") or re.match(
        r"\s*(else|elif|except|finally|case)\b", source
    ):
        return True
    last = next((line for line in reversed(source.splitlines()) if line.strip()), "")
    indent = " " * (len(last) - len(last.lstrip()) + 4)
    signature = f"def {source.strip()}: pass"  # shown as documents show one: `f(a, *, b=1)`
    forms = (f"{source}\n{indent}pass", f"{source}\ndef _(): pass", signature)
    return any(map(_parses, forms))


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _is_broken(source: str) -> bool:
    try:
        return parse(source.encode(errors="replace"), "python").has_error
    except TooHard:
        return False


def _json(code: str) -> Fault | None:
    plain = re.sub(r"^\s*(//|#).*$|(?<=[\s,{\[])//.*$|/\*.*?\*/", "", code, flags=re.M)
    plain = re.sub(r",(\s*[}\]])", r"\1", plain)
    if "..." in plain or not plain.strip():
        return None
    first: json.JSONDecodeError | None = None
    for form in (plain, f"{{{plain}}}", f"[{plain}]"):
        try:
            json.loads(form)
        except json.JSONDecodeError as error:
            first = first or error
        except RecursionError:
            return None
        else:
            return None
    if first is None or all(_is_json(line) for line in plain.splitlines() if line.strip()):
        return None
    return (first.lineno - 1, first.msg) if first.msg != "Extra data" else None


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _toml(code: str) -> Fault | None:
    if "..." in code:
        return None
    try:
        tomllib.loads(code)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        # Alternatives stand one below the other; the version after next allows more in a table.
        if re.search(r"overwrite|twice|inline table|mutate", said, re.IGNORECASE):
            return None
        place = re.search(r"\(at line (\d+)", said)
        return (int(place[1]) - 1 if place else 0), said.partition(" (at")[0]
    except RecursionError:
        return None
    return None


def _yaml(code: str) -> Fault | None:
    if "..." in code:
        return None
    try:
        for _ in yaml.parse(code, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        return (mark.line if mark else 0), str(error.problem)
    except (yaml.YAMLError, RecursionError):
        return None
    return None


_CHECKS: Mapping[str, Callable[[str], Fault | None]] = {
    **dict.fromkeys(("python", "py", "python3", "pycon"), _python),
    "json": _json,
    "toml": _toml,
    **dict.fromkeys(("yaml", "yml"), _yaml),
}
