"""Where the user's rules are kept: `rules.toml` beside the settings, never in a repository.

Each belongs to one repository, known by its root. The file is replaced as a whole, under a lock, so
that it is always the old one or the new one. What cannot be read is an error, never an empty list.
"""

import fcntl
import json
import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agents.setting_files import user_path
from agents.tools import run
from agents.tools.policy import Call, Target
from agents.tools.rule import Rule, matches, read, suggest, wrong
from agents.tools.tool import Arguments, Tool
from agents.tools.workplace import Workplace
from models.errors import ConfigurationError

MAX_BYTES = 1_000_000

HEADER = "# What Cadre may do without asking, since you said always. See: cadre rules list\n"


class Entry(BaseModel):
    """A rule as the file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str
    tool: str
    pattern: str
    grants: tuple[str, ...] = ()


class RulesFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: tuple[Entry, ...] = ()


class RuleBook:
    """The rules of one repository. ConfigurationError where the file cannot be used."""

    def __init__(self, workplace: Workplace, path: Path | None = None) -> None:
        self._workplace = workplace
        self._path = path or user_path().with_name("rules.toml")

    @property
    def path(self) -> Path:
        """The file; it need not exist."""
        return self._path

    def listed(self) -> tuple[Rule, ...]:
        """This repository's rules, in the order in which they were kept."""
        root = str(self._workplace.root)
        entries = (entry for entry in self._read().rule if entry.repository == root)
        return tuple(Rule(entry.tool, entry.pattern, entry.grants) for entry in entries)

    def allow(self, tool: Tool[Any], arguments: Mapping[str, Any]) -> bool:
        """Whether a rule fits the call; never where the arguments are not valid."""
        call = self._call(tool, arguments)
        return call is not None and any(matches(rule, call) for rule in self.listed())

    def suggested(self, tool: Tool[Any], arguments: Mapping[str, Any]) -> str:
        """The narrowest sensible rule for the call, in words; empty where there should be none."""
        call = self._call(tool, arguments)
        rule = suggest(call) if call is not None else None
        return str(rule) if rule else ""

    def keep(self, rule: str) -> None:
        """Keep a rule as `suggested` words it; ValueError for what is none."""
        kept = read(rule)
        with self._changing() as entries:
            entry = self._entry(kept)
            if entry not in entries:
                entries.append(entry)

    def revoke(self, rule: Rule) -> bool:
        """Take a rule back; False where there is none such."""
        with self._changing() as entries:
            entry = self._entry(rule)
            found = entry in entries
            entries[:] = [other for other in entries if other != entry]
            return found

    def _entry(self, rule: Rule) -> Entry:
        root = str(self._workplace.root)
        return Entry(repository=root, tool=rule.tool, pattern=rule.pattern, grants=rule.grants)

    def _call(self, tool: Tool[Any], arguments: Mapping[str, Any]) -> Call | None:
        """The call's facts, gathered anew: what was shown is of no matter."""
        try:
            parsed: Arguments = tool.arguments.model_validate(dict(arguments))
            words = tuple(run.words(parsed.command)) if isinstance(parsed, run.Run) else ()
        except ValueError:
            return None
        named = [str(getattr(parsed, name)) for name in tool.paths]
        named += tool.touches(parsed) if tool.touches else ()
        kind = tool.acts(parsed) if tool.acts else tool.kind
        grants = frozenset(name for name in ("write", "network") if getattr(parsed, name, False))
        targets = tuple(map(self._target, named))
        return Call(kind, self._workplace.root, targets, "", tool.name, words, grants)

    def _target(self, requested: str) -> Target:
        try:
            return Target(requested, self._workplace.resolve(requested))
        except (OSError, ValueError):
            return Target(requested, None)

    def _read(self) -> RulesFile:
        try:
            with self._path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return RulesFile()
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        if self._path.resolve().is_relative_to(self._workplace.root):
            raise self._unusable(
                "it is inside the repository, which could then allow itself things"
            )
        return self._parsed(content)

    def _parsed(self, content: bytes) -> RulesFile:
        if len(content) > MAX_BYTES:
            raise self._unusable(f"it has more than {MAX_BYTES:,} bytes")
        try:
            file = RulesFile.model_validate(tomllib.loads(content.decode()))
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            place = ".".join(map(str, fault["loc"]))
            raise self._unusable(f"{place}: {fault['msg']}") from None
        except ValueError as error:
            raise self._unusable(str(error)) from None
        for entry in file.rule:
            if fault_of := wrong(Rule(entry.tool, entry.pattern, entry.grants)):
                raise self._unusable(f"{entry.pattern!r}: {fault_of}")
        return file

    def _unusable(self, why: str) -> ConfigurationError:
        return ConfigurationError(f"{self._path}: {why}", f"mend or remove {self._path}")

    @contextmanager
    def _changing(self) -> Iterator[list[Entry]]:
        """The entries, to be changed in place; written where that went well."""
        folder = self._path.parent
        if folder.resolve().is_relative_to(self._workplace.root):
            raise self._unusable("rules are never kept in the repository that they are about")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with self._path.with_suffix(".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                entries = list(self._read().rule)
                yield entries
                _replace(self._path, HEADER + "".join(map(_written, entries)))
        except OSError as error:
            raise self._unusable(f"cannot be written: {error.strerror}") from error


def _written(entry: Entry) -> str:
    """One table; JSON's strings are TOML's too, where all characters can be printed."""
    grants = ", ".join(map(_quoted, entry.grants))
    return (
        f"\n[[rule]]\nrepository = {_quoted(entry.repository)}\ntool = {_quoted(entry.tool)}\n"
        f"pattern = {_quoted(entry.pattern)}\n" + (f"grants = [{grants}]\n" if grants else "")
    )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, text: str) -> None:
    """Write the file so that whoever reads meanwhile sees the old one or the new one."""
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=".rules-", delete=False) as file:
        try:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
