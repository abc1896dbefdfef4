"""Hermes JSON: `<tool_call>`, `{"name": ..., "arguments": {...}}`, `</tool_call>`.

So Qwen3 writes calls, and so any other model is asked to.
"""

from __future__ import annotations

from models.calls.format import OPEN, CallParser, Function, Tools, chosen, parameters, root_rule
from models.calls.parser import Parser
from models.calls.rules import any_of, schema_rules


class Hermes:
    """See `CallFormat`."""

    name = "hermes"
    opens = OPEN

    def parser(self, tools: Tools) -> CallParser:
        """See `CallFormat.parser`."""
        return Parser(tools, bare=False)

    def gbnf(
        self, tools: Tools, name: str | None, *, later: bool = False, several: bool = False
    ) -> str:
        """See `CallFormat.gbnf`."""
        functions = chosen(tools, name)
        rules = [_function_rules(function, f"call{at}-") for at, function in enumerate(functions)]
        calls = any_of([f"call{at}-root" for at in range(len(functions))])
        return "\n".join([*rules, root_rule(calls, later=later, several=several)])


def _function_rules(function: Function, prefix: str) -> str:
    arguments = parameters(function)
    call = {
        "type": "object",
        "properties": {"name": {"const": function["name"]}, "arguments": arguments},
        "required": ["name", "arguments"],
    }
    return schema_rules(call, arguments, prefix)


HERMES = Hermes()
