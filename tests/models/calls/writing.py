"""Calls as the templates of Qwen write them."""

import json
from typing import Any


def hermes(name: str, args: dict[str, Any]) -> str:
    call = json.dumps({"name": name, "arguments": args}, ensure_ascii=False)
    return f"<tool_call>\n{call}\n</tool_call>"


def xml(name: str, args: dict[str, Any]) -> str:
    """Strings as they stand, the rest as JSON."""
    return f"<tool_call>\n{function(name, args)}\n</tool_call>"


def function(name: str, args: dict[str, Any]) -> str:
    """The same without the tags around it."""
    parameters = "".join(
        f"<parameter={key}>\n{_value(value)}\n</parameter>\n" for key, value in args.items()
    )
    return f"<function={name}>\n{parameters}</function>"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
