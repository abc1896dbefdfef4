"""ChatML: `<|im_start|>role`, text, `<|im_end|>`; tools the way Hermes and Qwen write them.

Serves every model that knows these two tokens. It does not think.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage

from models.errors import GenerationError
from models.families.family import Prompt, ThinkTags
from models.sampling import Sampling
from models.vocabulary import Segment

START = Segment("<|im_start|>", special=True)
END = Segment("<|im_end|>", special=True)
_CALL, _CALL_END = Segment("<tool_call>", special=True), Segment("</tool_call>", special=True)
_ANSWER = Segment("<tool_response>", special=True)
_ANSWER_END = Segment("</tool_response>", special=True)
_ROLES = {"system": "system", "human": "user", "ai": "assistant", "tool": "user"}

_TOOLS_BEFORE = """\
# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>"""
_TOOLS_AFTER = (
    Segment(
        "\n</tools>\n\nFor each function call, return a json object with function name and "
        "arguments within "
    ),
    _CALL,
    _CALL_END,
    Segment(" XML tags:\n"),
    _CALL,
    Segment('\n{"name": <function-name>, "arguments": <args-json-object>}\n'),
    _CALL_END,
)


class ChatML:
    """Any model that speaks ChatML and was not found to be more."""

    name = "chatml"
    tags: ThinkTags | None = None

    def render(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any]],
        thinking: bool | None,
    ) -> Prompt:
        """See `Family.render`."""
        segments = (*self._conversation(messages, tools), START, Segment("assistant\n"))
        return Prompt(segments, thinking=False)

    def sampling(self, *, thinking: bool) -> Sampling:
        """Careful, for small models; SmolLM2's card recommends these two."""
        return Sampling(temperature=0.2, top_p=0.9, top_k=40, min_p=0.0)

    def _conversation(
        self, messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]
    ) -> Iterator[Segment]:
        rest = list(messages)
        if tools:
            system = [_text(rest.pop(0))] if _leads(rest) else []
            yield from _stable(_turn("system", _tools(system, tools)))
        elif _leads(rest):
            yield from _stable(_turn("system", iter([Segment(_text(rest.pop(0)))])))
        for answers, group in groupby(rest, key=lambda m: isinstance(m, ToolMessage)):
            if answers:
                yield from _turn("user", _tool_answers(list(group)))
            else:
                for message in group:
                    yield from _turn(_role(message), self._body(message))

    def _body(self, message: BaseMessage) -> Iterator[Segment]:
        if not isinstance(message, AIMessage):
            yield from _parts(message)
            return
        text = self._answer(_text(message))
        yield Segment(text)
        for at, raw in enumerate(_calls(message)):
            yield Segment("\n" if text or at else "")
            yield from (_CALL, Segment(f"\n{raw}\n"), _CALL_END)

    def _answer(self, text: str) -> str:
        """An earlier answer as the template repeats it."""
        return text


def _turn(role: str, body: Iterator[Segment]) -> Iterator[Segment]:
    yield from (START, Segment(f"{role}\n"), *body, END, Segment("\n"))


def _tools(system: Sequence[str], tools: Sequence[dict[str, Any]]) -> Iterator[Segment]:
    listed = "".join("\n" + json.dumps(tool, ensure_ascii=False) for tool in tools)
    yield Segment("".join(f"{text}\n\n" for text in system) + _TOOLS_BEFORE + listed)
    yield from _TOOLS_AFTER


def _tool_answers(messages: Sequence[BaseMessage]) -> Iterator[Segment]:
    for at, message in enumerate(messages):
        yield from (Segment("\n"),) if at else ()
        yield from (_ANSWER, Segment(f"\n{_text(message)}\n"), _ANSWER_END)


def _calls(message: AIMessage) -> Iterator[str]:
    """The calls of an earlier turn, those that could not be read included."""
    for call in message.tool_calls:
        arguments = json.dumps(call["args"], ensure_ascii=False)
        yield f'{{"name": {json.dumps(call["name"])}, "arguments": {arguments}}}'
    for invalid in message.invalid_tool_calls:
        yield (invalid["args"] or "").removeprefix(_CALL.text).strip()


def _leads(messages: Sequence[BaseMessage]) -> bool:
    return bool(messages) and isinstance(messages[0], SystemMessage)


def _role(message: BaseMessage) -> str:
    if message.type in _ROLES:
        return _ROLES[message.type]
    return str(getattr(message, "role", message.type))


def _stable(turn: Iterator[Segment]) -> Iterator[Segment]:
    """Every call of one role begins with its system turn."""
    *first, last = turn
    yield from (*first, replace(last, stable=True))


def _parts(message: BaseMessage) -> Iterator[Segment]:
    """The message's text, in two where a block is marked by `cache_control`."""
    whole, at = _text(message), 0
    for block in message.content if isinstance(message.content, list) else ():
        if isinstance(block, dict) and "cache_control" in block:
            end = whole.find(block.get("text", ""), at) + len(block.get("text", ""))
            yield Segment(whole[at:end], stable=True)
            at = end
    yield Segment(whole[at:])


def _text(message: BaseMessage) -> str:
    """The message's text; thinking is no part of it, and pictures are refused."""
    if isinstance(message.content, list):
        for block in message.content:
            kind = "text" if isinstance(block, str) else block.get("type")
            if kind not in {"text", "reasoning", "tool_call", "tool_use", "non_standard"}:
                raise GenerationError(f"this model reads text only, not {kind}")
    return str(message.text)
