"""Whatever template a GGUF brings, where none of our own renderers was proven equal to it.

Text may never become a control token, and templates cut, trim and compare what they are given. So
each text goes in as it is, but for its `<` and `[`: for these stand two characters that Unicode
keeps out of all text. Whatever looks like a tag in the output is then the template's own, and
becomes a control token where the vocabulary has it; afterwards the two are put back.

What a template trims, cuts or quotes as JSON comes out as it should. A template that looks for
tags inside a text finds none: of Qwen's own that is the thinking inside an answer, which is parted
before; and one that escapes `<` for HTML leaves it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage

from models.calls import HERMES, XML, CallFormat
from models.errors import GenerationError
from models.families.chatml import ChatML
from models.families.family import Prompt, Thinks, ThinkTags
from models.families.jinja import Jinja, TemplateFailed
from models.families.qwen3 import Qwen3
from models.families.switch import switch_of
from models.families.tags import CALL, CALL_END, QWEN_THINKS
from models.families.turns import Turn, turns_of
from models.sampling import Sampling
from models.vocabulary import Segment, Vocabulary

_MASKS = {"<": "\ufdd0", "[": "\ufdd1"}
_MASKED = str.maketrans({**dict.fromkeys(_MASKS.values()), **_MASKS})
_UNMASKED = str.maketrans({mask: text for text, mask in _MASKS.items()})
_TAG = re.compile(r"(<[^<>\s]+>|\[/?[A-Z_]+\])")
_ASKED = (HumanMessage("Hello"),)


class Template:
    """The GGUF's own template, in a sandbox."""

    name = "template"

    def __init__(
        self, source: str, vocabulary: Vocabulary, *, end: str = "", note: str = ""
    ) -> None:
        """TemplateFailed where `source` cannot be read; `end` is the token that ends a text."""
        self._jinja, self._vocabulary, self._end = Jinja(source), vocabulary, end
        self.note = note
        self.calls: CallFormat = XML if "<function=" in source else HERMES
        self.tags: ThinkTags | None = _tags(source, vocabulary)
        self.can: Thinks = self._thinks()

    def render(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any]],
        thinking: bool | None,
        *,
        stable: bool = False,
    ) -> Prompt:
        """See `Family.render`; stable only as far as the template is, which gets no thinking."""
        thinks = self._decided(messages, thinking)
        try:
            text = self._text(messages, tools, thinks, stable=stable)
        except TemplateFailed as error:
            reason = f"the model's own template refuses this conversation: {error}"
            raise GenerationError(reason) from error
        opened = thinks and self.tags is not None and text.rstrip().endswith(self.tags.open)
        return Prompt(tuple(self._segments(text)), thinks, opened)

    def sampling(self, *, thinking: bool) -> Sampling:
        """That of Qwen3 for what thinks as Qwen3 does, else a careful one."""
        return (Qwen3() if self.tags else ChatML()).sampling(thinking=thinking)

    def _decided(self, messages: Sequence[BaseMessage], thinking: bool | None) -> bool:
        if self.can == "never":
            return False
        if self.can == "always" and thinking is False:
            hint = "for a role that should not think, use --model ROLE=... with another model"
            raise GenerationError("the model's own template has no switch for thinking", hint)
        asked = switch_of(messages) if thinking is None else thinking
        return self.can == "always" or asked is not False

    def _thinks(self) -> Thinks:
        if self.tags is None:
            return "never"
        on, off = (self._text(_ASKED, (), thinks) for thinks in (True, False))
        return "switch" if on != off else "always"

    def _text(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[dict[str, Any]],
        thinks: bool,
        *,
        stable: bool = False,
    ) -> str:
        turns = [turn.parted() for turn in turns_of(messages)]
        given = values(turns, tools, thinks, end=self._end)
        given["messages"] = [
            _masked(_without_thinking(m) if stable else m) for m in given["messages"]
        ]
        given["tools"] = _masked(given["tools"])
        return self._jinja.render(given)

    def _segments(self, text: str) -> Iterator[Segment]:
        for part in _TAG.split(text):
            special = bool(_TAG.fullmatch(part)) and self._vocabulary.token(part) is not None
            if part:
                yield Segment(part if special else part.translate(_UNMASKED), special)


def values(
    turns: Sequence[Turn],
    tools: Sequence[dict[str, Any]],
    thinks: bool | None,
    *,
    end: str = "",
) -> dict[str, Any]:
    """What a template is given, under the names that transformers uses."""
    given: dict[str, Any] = {
        "messages": [_message(turn) for turn in turns],
        "tools": list(tools) or None,
        "documents": None,
        "add_generation_prompt": True,
        "bos_token": "",  # the engine puts it before the prompt, where the model wants one
        "eos_token": end,
    }
    return given if thinks is None else given | {"enable_thinking": thinks}


def _message(turn: Turn) -> dict[str, Any]:
    lost = "".join(f"\n{CALL.text}\n{raw}\n{CALL_END.text}" for raw in turn.unread)
    message: dict[str, Any] = {"role": turn.role, "content": turn.text + lost}
    if turn.reasoning is not None:
        message["reasoning_content"] = turn.reasoning
    if turn.calls:
        functions = ({"name": call.name, "arguments": call.arguments} for call in turn.calls)
        message["tool_calls"] = [{"type": "function", "function": each} for each in functions]
    return message


def _without_thinking(message: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != "reasoning_content"}


def _masked(value: Any) -> Any:  # Any: JSON
    match value:
        case str():
            return value.translate(_MASKED)
        case dict():
            return {_masked(key): _masked(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_masked(inner) for inner in value]
        case _:
            return value


def _tags(source: str, vocabulary: Vocabulary) -> ThinkTags | None:
    tags = (QWEN_THINKS.open, QWEN_THINKS.close)
    known = all(vocabulary.token(tag) is not None for tag in tags)
    return QWEN_THINKS if known and any(tag in source for tag in tags) else None
