"""Whether our renderer writes what a GGUF's own template writes: tried, not guessed.

Three short conversations show every part of a template: plain turns, tools and their results, and
thinking of earlier turns. The whole proof stands in the tests; this one takes milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from models.families.family import Family
from models.families.jinja import Jinja, TemplateFailed
from models.families.template import values
from models.families.turns import turns_of


@dataclass(frozen=True, slots=True)
class Probe:
    """One conversation."""

    messages: tuple[BaseMessage, ...]
    tools: tuple[dict[str, Any], ...] = ()  # Any: JSON schemas


WORD = "heron"
"""Stands in every probe's first user turn."""
_PATH = {"type": "string", "description": "Where “it” is"}
_READ = {
    "type": "function",
    "function": {
        "name": "read",
        "description": "Read a file",
        "parameters": {"type": "object", "properties": {"path": _PATH}, "required": ["path"]},
    },
}
_CALL = {"name": "read", "args": {"path": "é/a", "lines": [1, 2], "whole": True}, "id": "1"}
_ASKED = HumanMessage(f"What is a {WORD}?")

PLAIN = Probe((SystemMessage("Be brief."), _ASKED, AIMessage("A bird."), HumanMessage("Where?")))
TOOLS = Probe(
    (
        SystemMessage("Be brief."),
        _ASKED,
        AIMessage("I look.", tool_calls=[_CALL, {**_CALL, "id": "2"}]),
        ToolMessage("one", tool_call_id="1"),
        ToolMessage("two", tool_call_id="2"),
    ),
    (_READ, _READ),
)
_THOUGHT = {"type": "reasoning", "reasoning": "\nHm.\n"}
THOUGHTS = Probe(
    (
        _ASKED,
        AIMessage([_THOUGHT, {"type": "text", "text": "A bird."}]),
        HumanMessage("Where?"),
        AIMessage([_THOUGHT], tool_calls=[_CALL]),
        ToolMessage("one", tool_call_id="1"),
        AIMessage("", tool_calls=[_CALL]),
        ToolMessage("two", tool_call_id="1"),
    ),
    (_READ,),
)
ALL = (PLAIN, TOOLS, THOUGHTS)


def proven(family: Family, jinja: Jinja, probes: Sequence[Probe] = ALL) -> bool:
    """Whether `family` writes each probe as the template does, in every mode that it has."""
    modes = (True, False) if family.can == "switch" else (None,)
    return all(_equal(family, jinja, probe, mode) for probe in probes for mode in modes)


def shown(jinja: Jinja) -> bool:
    """Whether the template shows what was said; TemplateFailed where it shows nobody anything."""
    try:
        text = _rendered(jinja, PLAIN, None)
    except TemplateFailed:  # there are templates that refuse a system turn
        text = _rendered(jinja, Probe((_ASKED,)), None)
    return WORD in text


def _equal(family: Family, jinja: Jinja, probe: Probe, thinking: bool | None) -> bool:
    try:
        wanted = _rendered(jinja, probe, thinking)
    except TemplateFailed:
        return False
    return family.render(probe.messages, probe.tools, thinking).text == wanted


def _rendered(jinja: Jinja, probe: Probe, thinking: bool | None) -> str:
    return jinja.render(values(turns_of(probe.messages), probe.tools, thinking))
