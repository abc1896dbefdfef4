"""Whether a file still parses: a change that breaks it does not count.

What did not parse before (templates, other dialects) is nobody's fault and is left alone. ruff has
the last word on Python, since a repository may be written for a newer one than runs here.
"""

import ast
import json
import shutil
import sys
import tomllib
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import yaml

from agents.change import Change
from agents.tools.workplace import Workplace

SECONDS = 20


async def broken_by(workplace: Workplace, change: Change) -> str | None:
    """The parser's message where the file parsed before and would not any more."""
    if change.before is None or fault(change.path, change.before) is not None:
        return None
    found = fault(change.path, change.after)
    if found is None or change.after is None:
        return None
    if PurePosixPath(change.path).suffix in _PYTHON and await _ruff_reads(workplace, change.after):
        return None
    return found


def fault(path: str, content: bytes | None) -> str | None:
    """Why the file cannot be read as what its name says; None where it can, or where any text is
    fine.
    """
    parse = PARSERS.get(PurePosixPath(path).suffix)
    if parse is None or content is None:
        return None
    try:
        parse(content)
    except (ValueError, SyntaxError, yaml.YAMLError) as error:
        return " ".join(str(error).split())
    except (RecursionError, MemoryError):
        return "it is nested too deeply"
    return None


def _python(content: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(content)


def _json(content: bytes) -> None:
    json.loads(content.decode("utf-8-sig"))


def _toml(content: bytes) -> None:
    tomllib.loads(content.decode())


def _yaml(content: bytes) -> None:
    """Only read, nothing made of it: a document may have tags of its own, and aliases explode."""
    # The C parser; the one in Python takes a minute for what this takes a second.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for _ in yaml.parse(content, Loader=loader):
        pass


_PYTHON = (".py", ".pyi")

PARSERS: Mapping[str, Callable[[bytes], None]] = {
    **dict.fromkeys(_PYTHON, _python),
    ".json": _json,
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
}


async def _ruff_reads(workplace: Workplace, content: bytes) -> bool:
    beside = Path(sys.executable).with_name("ruff")
    program = str(beside) if beside.is_file() else shutil.which("ruff")
    if program is None:
        return False
    options = ("check", "--isolated", "--no-cache", "--quiet", "--select", "E9", "-")
    ran = await workplace.run(
        [program, *options], cwd=workplace.root, timeout=SECONDS, stdin=content
    )
    return ran.exit_code == 0
