"""What a way to write tool calls must do: read them as they stream, and describe them as GBNF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from models.errors import GenerationError
from models.pieces import Piece

Function = dict[str, Any]  # Any: `name`, `description`, and `parameters` as a JSON schema
Tools = Sequence[dict[str, Any]]  # Any: OpenAI's function objects

OPEN, CLOSE = "<tool_call>", "</tool_call>"
"""The tags around a call. Both formats have them; in Qwen's vocabulary each is one token."""


class CallParser(Protocol):
    """Fed with an answer's text; gives out text and calls. The events do not depend on the cut."""

    calls: int
    """Calls so far, unreadable ones included."""

    def feed(self, text: str) -> Iterator[Piece]:
        """What is certain after `text`."""

    def close(self) -> Iterator[Piece]:
        """What was held back, at the end of the answer."""


class CallFormat(Protocol):
    """One way to write calls."""

    @property
    def name(self) -> str:
        """`hermes` or `xml`."""

    @property
    def opens(self) -> str:
        """With this a call begins."""

    def parser(self, tools: Tools) -> CallParser:
        """A fresh parser for an answer to which `tools` were offered."""

    def gbnf(
        self, tools: Tools, name: str | None, *, later: bool = False, several: bool = False
    ) -> str:
        """GBNF of one call of the tool `name`, or of any of `tools`; of one or more if `several`.

        `later`: the call does not begin the answer, so that the token which begins it may bring a
        space or a line end along. A GenerationError where no tool is called `name`.
        """


def functions(tools: Tools) -> dict[str, Function]:
    """The functions of `tools`, by name."""
    return {tool["function"]["name"]: tool["function"] for tool in tools}


def chosen(tools: Tools, name: str | None) -> list[Function]:
    """The function `name`, or all; a GenerationError that names the known where it is unknown."""
    known = functions(tools)
    if name is None and known:
        return list(known.values())
    if name not in known:
        raise GenerationError(
            f"tool_choice {name!r} is not among the tools", f"known: {', '.join(known) or 'none'}"
        )
    return [known[name]]


def root_rule(calls: str, *, later: bool, several: bool) -> str:
    """The rule of an answer that is one of `calls`, or several, each between its tags."""
    before = "[ \\n]* " if later else ""
    call = f'"{OPEN}\\n" {calls} "\\n{CLOSE}"'
    more = f' ("\\n" {call})*' if several else ""
    return f"root ::= {before}{call}{more}"


def parameters(function: Function) -> dict[str, Any]:  # Any: a JSON schema
    """The schema of the function's arguments; that of no arguments where it has none."""
    return function.get("parameters") or {"type": "object", "properties": {}}
