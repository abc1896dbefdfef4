"""ChatML: `<|im_start|>role`, text, `<|im_end|>`; tools the way Hermes and Qwen write them.

Serves every model that knows these two tokens and is no more; it does not think. The families of
Qwen3 are made of the same parts and say only what they do otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from langchain_core.messages import BaseMessage

from models.calls import HERMES, CallFormat
from models.families.family import Prompt, Thinks, ThinkTags
from models.families.tags import (
    ANSWER,
    ANSWER_END,
    CALL,
    CALL_END,
    END,
    START,
    instruction,
)
from models.families.turns import Call, Turn, last_query, turns_of
from models.sampling import Sampling
from models.vocabulary import Segment

_TOOLS_BEFORE = """\
# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>"""
_TOOLS_AFTER = instruction(
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments "
    "within <tool_call></tool_call> XML tags:\n<tool_call>\n"
    '{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>'
)
_JSON = json.JSONEncoder(ensure_ascii=False)


class ChatML:
    """Any model that speaks ChatML and was not found to be more."""

    name = "chatml"
    can: Thinks = "never"
    calls: CallFormat = HERMES
    tags: ThinkTags | None = None

    def __init__(self, note: str = "") -> None:
        self.note = note

    def render(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any]],
        thinking: bool | None,
        *,
        stable: bool = False,
    ) -> Prompt:
        """See `Family.render`."""
        thinks = self._decided(messages, thinking)
        opening = self._opening(thinks)
        turns = self._conversation(turns_of(messages), tools, stable=stable)
        segments = (*turns, START, Segment("assistant\n"), *opening)
        return Prompt(segments, thinks, opened=thinks and bool(opening))

    def sampling(self, *, thinking: bool) -> Sampling:
        """Careful, for small models; SmolLM2's card recommends these two."""
        return Sampling(temperature=0.2, top_p=0.9, top_k=40, min_p=0.0)

    def _decided(self, messages: Sequence[BaseMessage], thinking: bool | None) -> bool:
        """Whether this call thinks. Asked to, this family answers without: nobody knows a sibling
        of an unknown model."""
        return False

    def _opening(self, thinking: bool) -> tuple[Segment, ...]:
        """What the prompt has after "assistant"."""
        return ()

    def _conversation(
        self, turns: Sequence[Turn], tools: Sequence[dict[str, Any]], *, stable: bool
    ) -> Iterator[Segment]:
        system = turns[0] if turns and turns[0].role == "system" else None
        if system or tools:
            yield from _stable(_said("system", self._system(system, tools)))
        query = len(turns) if stable else last_query(turns)
        rest = list(enumerate(turns))[1 if system else 0 :]
        for results, group in groupby(rest, key=lambda numbered: numbered[1].role == "tool"):
            if results:
                yield from _said("user", self._results([turn for _, turn in group]))
                continue
            for at, turn in group:
                yield from self._turn(turn, later=at > query, last=at == len(turns) - 1)

    def _turn(self, turn: Turn, *, later: bool, last: bool) -> Iterator[Segment]:
        """One turn; `later`: after the last query, where some templates repeat thinking."""
        if turn.role == "assistant":
            return _said(turn.role, self._answer(turn, later=later, last=last))
        return _said(turn.role, turn.segments)

    def _system(self, system: Turn | None, tools: Sequence[dict[str, Any]]) -> Iterator[Segment]:
        if system:
            yield Segment(system.text + ("\n\n" if tools else ""))
        if tools:
            yield Segment(_TOOLS_BEFORE + "".join("\n" + as_json(tool) for tool in tools))
            yield from _TOOLS_AFTER

    def _results(self, turns: Sequence[Turn]) -> Iterator[Segment]:
        for at, turn in enumerate(turns):
            yield from (Segment("\n"),) if at else ()
            yield from (ANSWER, Segment(f"\n{turn.text}\n"), ANSWER_END)

    def _answer(self, turn: Turn, *, later: bool, last: bool) -> Iterator[Segment]:
        yield Segment(turn.text)
        yield from self._calls(turn)

    def _calls(self, turn: Turn) -> Iterator[Segment]:
        for at, raw in enumerate((*map(_hermes, turn.calls), *turn.unread)):
            yield Segment("\n" if turn.text or at else "")
            yield from (CALL, Segment(f"\n{raw}\n"), CALL_END)


def as_json(value: object) -> str:
    """As the templates' `tojson` writes it."""
    return _JSON.encode(value)


def _hermes(call: Call) -> str:
    return f'{{"name": "{call.name}", "arguments": {as_json(call.arguments)}}}'


def _said(role: str, body: Iterable[Segment]) -> Iterator[Segment]:
    yield from (START, Segment(f"{role}\n"), *body, END, Segment("\n"))


def _stable(turn: Iterator[Segment]) -> Iterator[Segment]:
    """Every call of one role begins with its system turn."""
    *first, last = turn
    yield from (*first, replace(last, stable=True))
