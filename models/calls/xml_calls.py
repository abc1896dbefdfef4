"""XML calls, as Qwen3-Coder and Qwen3.5 write them.

<tool_call>
<function=NAME>
<parameter=KEY>
VALUE
</parameter>
</function>
</tool_call>
"""

from __future__ import annotations

from typing import Any

from models.calls.format import OPEN, CallParser, Function, Tools, chosen, parameters, root_rule
from models.calls.parser import Parser
from models.calls.rules import any_of, schema_rules, text_without
from models.calls.values import kinds_of
from models.grammar import literal


class Xml:
    """See `CallFormat`."""

    name = "xml"
    opens = OPEN

    def parser(self, tools: Tools) -> CallParser:
        """See `CallFormat.parser`."""
        return Parser(tools, bare=True)

    def gbnf(
        self, tools: Tools, name: str | None, *, later: bool = False, several: bool = False
    ) -> str:
        """See `CallFormat.gbnf`; the parameters come in the schema's order."""
        rules = [text_without("</parameter>", "text")]
        calls = []
        for at, function in enumerate(chosen(tools, name)):
            calls.append(f"call{at}")
            rules.append(_function_rules(function, calls[-1]))
        return "\n".join([*rules, root_rule(any_of(calls), later=later, several=several)])


def _function_rules(function: Function, prefix: str) -> str:
    schema = parameters(function)
    rules, body = [], []
    for at, (key, value) in enumerate(schema.get("properties", {}).items()):
        said, value_rules = _value(value, schema, f"{prefix}-{at}-")
        rules.append(f"{prefix}-{at} ::= {_parameter(key, said)}{value_rules}")
        body.append(f"{prefix}-{at}" + ("" if key in schema.get("required", ()) else "?"))
    opened = literal(f"<function={function['name']}>\n")
    return "\n".join([*rules, " ".join([f"{prefix} ::=", opened, *body, '"</function>"'])])


def _parameter(key: str, value: str) -> str:
    opened = literal(f"<parameter={key}>\n")
    return f'{opened} {value} "\\n</parameter>\\n"'


def _value(schema: Any, root: dict[str, Any], prefix: str) -> tuple[str, str]:  # Any: JSON schemas
    """A value as GBNF, and the rules that it needs: text where it may be one, else JSON."""
    if "string" not in kinds_of(schema, root):
        return f"{prefix}root", "\n" + schema_rules(schema, root, prefix)
    choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if choices and all(isinstance(choice, str) for choice in choices):
        return any_of([literal(choice) for choice in choices]), ""
    return "text", ""


XML = Xml()
