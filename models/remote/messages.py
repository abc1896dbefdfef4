"""LangChain's messages as those of OpenAI's chat completions.

Thinking of earlier turns stands beside the content, where templates look for it; a call that could
not be read stands in the text, as the model wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from models.calls.format import CLOSE, OPEN
from models.families.turns import Turn, turns_of

Message = dict[str, Any]  # Any: JSON


def messages_of(messages: Sequence[BaseMessage], *, stable: bool, word: str = "") -> list[Message]:
    """One a message; a GenerationError where one holds what is no text.

    `stable`: without the thinking of earlier turns. `word` ends the user's latest turn.
    """
    pairs = zip(messages, turns_of(messages), strict=True)
    told = [_message(message, turn, stable=stable) for message, turn in pairs]
    latest = next((one for one in reversed(told) if one["role"] == "user"), None)
    if word and latest is not None:
        latest["content"] = f"{latest['content']} {word}"
    return told


def _message(message: BaseMessage, turn: Turn, *, stable: bool) -> Message:
    told: Message = {"role": turn.role, "content": _encodable(turn.text)}
    if isinstance(message, ToolMessage):
        return {**told, "role": "tool", "tool_call_id": message.tool_call_id}
    if not isinstance(message, AIMessage):
        return told
    told["content"] = _encodable("\n".join(filter(None, (turn.text, *map(_tagged, turn.unread)))))
    if turn.reasoning and not stable:
        told["reasoning_content"] = _encodable(turn.reasoning)
    if message.tool_calls:
        told["tool_calls"] = [_call(call, at) for at, call in enumerate(message.tool_calls)]
    return told


def _tagged(raw: str) -> str:
    return f"{OPEN}\n{raw}\n{CLOSE}"


def _call(call: Any, at: int) -> Message:  # Any: LangChain's ToolCall, a TypedDict
    arguments = _encodable(json.dumps(call["args"], ensure_ascii=False))
    function = {"name": call["name"], "arguments": arguments}
    return {"id": call["id"] or f"call_{at}", "type": "function", "function": function}


def _encodable(text: str) -> str:
    """Without halves of characters, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")
