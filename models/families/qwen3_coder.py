"""Qwen3-Coder: tools are listed and called in XML, and it never thinks.

Template and sampling: https://huggingface.co/Qwen/Qwen3-Coder-30B-A3B-Instruct.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.calls import XML, CallFormat
from models.families.chatml import as_json
from models.families.qwen3_2507 import Instruct2507
from models.families.tags import ANSWER, ANSWER_END, CALL, CALL_END, instruction
from models.families.turns import Call, Turn
from models.sampling import Sampling
from models.vocabulary import Segment

_NOBODY = "You are Qwen, a helpful AI assistant that can interact with a computer to solve tasks."
"""The system prompt where there are tools and nobody wrote one."""
REMINDER = (
    "</function>\n</tool_call>\n\n<IMPORTANT>\nReminder:\n- Function calls MUST follow the "
    "specified format: {format}\n- Required parameters MUST be specified\n- You may provide "
    "optional reasoning for your function call in natural language BEFORE the function call, but "
    "NOT after\n- If there is no function call available, answer the question like normal with "
    "your current knowledge and do not tell the user about function calls\n</IMPORTANT>"
)
_HOW = instruction(
    "\n</tools>\n\nIf you choose to call a tool ONLY reply in the following format with NO suffix:"
    "\n\n<tool_call>\n<function=example_function_name>\n<parameter=example_parameter_1>\nvalue_1\n"
    "</parameter>\n<parameter=example_parameter_2>\nvalue_2\n</parameter>\n"
    + REMINDER.format(
        format="the tool calling block MUST begin with an opening <tool_call> tag and end with a "
        "closing </tool_call> tag."
    )
)


class Coder(Instruct2507):
    """Qwen3-Coder 30B-A3B, 480B-A35B and Qwen3-Coder-Next."""

    name = "qwen3-coder"
    calls: CallFormat = XML
    _sibling = "--model ROLE=... with a Qwen3 model that thinks, such as ...-Thinking-2507"

    def sampling(self, *, thinking: bool) -> Sampling:
        """As the model card has it."""
        return Sampling(0.7, top_p=0.8, top_k=20, min_p=0.0, repetition_penalty=1.05)

    def _system(self, system: Turn | None, tools: Sequence[dict[str, Any]]) -> Iterator[Segment]:
        yield Segment(system.text if system else _NOBODY)
        if tools:
            listed = "".join(_tool(tool.get("function", tool)) for tool in tools)
            yield Segment(
                f"\n\n# Tools\n\nYou have access to the following tools:\n\n<tools>{listed}"
            )
            yield from _HOW

    def _results(self, turns: Sequence[Turn]) -> Iterator[Segment]:
        for turn in turns:
            yield from (ANSWER, Segment(f"\n{turn.text}\n"), ANSWER_END, Segment("\n"))

    def _answer(self, turn: Turn, *, later: bool, last: bool) -> Iterator[Segment]:
        calls = xml_calls(turn)
        if not calls:
            yield Segment(turn.text)
            return
        text = turn.text.strip()
        yield Segment(f"{text}\n" if text else "")
        for at, raw in enumerate(calls):
            yield Segment("\n" if text or at else "")
            yield from (CALL, Segment(f"\n{raw}\n"), CALL_END)


def xml_calls(turn: Turn) -> list[str]:
    """What stands between the tags of each call."""
    return [*map(_call, turn.calls), *turn.unread]


def _call(call: Call) -> str:
    given = "".join(
        f"<parameter={name}>\n{_value(value)}\n</parameter>\n"
        for name, value in call.arguments.items()
    )
    return f"<function={call.name}>\n{given}</function>"


def _tool(tool: Mapping[str, Any]) -> str:
    parameters = tool.get("parameters", {})
    properties = parameters.get("properties") if isinstance(parameters, dict) else None
    named = properties.items() if isinstance(properties, dict) else ()
    listed = "".join(_parameter(name, schema) for name, schema in named)
    return (
        f"\n<function>\n<name>{tool['name']}</name>{_description(tool)}\n<parameters>{listed}"
        f"{_others(parameters, 'type', 'properties')}\n</parameters>"
        f"{_others(tool, 'type', 'name', 'description', 'parameters')}\n</function>"
    )


def _parameter(name: str, schema: Any) -> str:  # Any: a JSON schema, of which true is one
    fields = schema if isinstance(schema, dict) else {}
    kind = f"\n<type>{fields['type']}</type>" if "type" in fields else ""
    others = _others(fields, "name", "type", "description")
    return f"\n<parameter>\n<name>{name}</name>{kind}{_description(fields)}{others}\n</parameter>"


def _description(fields: Mapping[str, Any]) -> str:
    if "description" not in fields:
        return ""
    return f"\n<description>{str(fields['description']).strip()}</description>"


def _others(fields: Any, *but: str) -> str:  # Any: a part of a JSON schema
    if not isinstance(fields, dict):
        return ""
    return "".join(f"\n<{k}>{_value(v)}</{k}>" for k, v in fields.items() if k not in but)


def _value(value: object) -> str:
    """Lists and objects as JSON, the rest as the template's Python writes it: True, None."""
    return as_json(value) if isinstance(value, dict | list | tuple) else str(value)
