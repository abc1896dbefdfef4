"""From pieces to LangChain's message chunks: one place for local and scripted models.

Thinking and text are standard content blocks whose index grows with each change of kind, so that
adding chunks joins what belongs together. A tool call is one chunk with an index of its own among
them: LangChain can put calls and text into one list. A call that cannot be read keeps its raw text,
tag first: so LangChain, which mends half a JSON in silence, must report it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, assert_never

from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.outputs.chat_generation import merge_chat_generation_chunks

from models.pieces import AnswerText, Done, InvalidToolCall, Piece, ThinkingText, ToolCall
from models.usage import Usage

_RAW_MARK = "<tool_call>"


class Assembly:
    """The chunks of one call, in order."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._kind = ""
        self._block = -1
        self._errors: list[str] = []

    def chunk(self, piece: Piece) -> ChatGenerationChunk:
        """The chunk that LangChain's stream yields for `piece`."""
        return ChatGenerationChunk(message=self._message(piece))

    def result(self, chunks: Sequence[ChatGenerationChunk]) -> ChatResult:
        """The whole answer, for callers that do not stream."""
        whole = merge_chat_generation_chunks(list(chunks))
        assert whole is not None, "a stream always ends with Done"
        message = whole.message
        assert isinstance(message, AIMessageChunk)
        invalid = [
            {**call, "error": error}
            for call, error in zip(message.invalid_tool_calls, self._errors, strict=True)
        ]
        answer = AIMessage(
            content=message.content,
            tool_calls=message.tool_calls,
            invalid_tool_calls=invalid,
            usage_metadata=message.usage_metadata,
            response_metadata=message.response_metadata,
        )
        return ChatResult(generations=[ChatGeneration(message=answer)])

    def _message(self, piece: Piece) -> AIMessageChunk:
        match piece:
            case ThinkingText(text):
                return self._content("reasoning", text)
            case AnswerText(text):
                return self._content("text", text)
            case ToolCall(name, args):
                return self._call(name, json.dumps(args, ensure_ascii=False))
            case InvalidToolCall(raw, error):
                self._errors.append(error)
                return self._call("", _RAW_MARK + raw.removeprefix(_RAW_MARK))
            case Done():
                return self._last(piece)
            case _:
                assert_never(piece)

    def _content(self, kind: str, text: str) -> AIMessageChunk:
        if kind != self._kind:
            self._kind, self._block = kind, self._block + 1
        return AIMessageChunk(content=[{"type": kind, kind: text, "index": self._block}])

    def _call(self, name: str, args: str) -> AIMessageChunk:
        self._kind, self._block = "call", self._block + 1
        call = tool_call_chunk(
            name=name, args=args, id=f"call_{uuid.uuid4().hex[:12]}", index=self._block
        )
        return AIMessageChunk(content=[], tool_call_chunks=[call])

    def _last(self, done: Done) -> AIMessageChunk:
        metadata: dict[str, Any] = {  # Any: LangChain's own type for it
            "model": self._model,
            "model_name": self._model,
            "finish": done.finish,
            "usage": done.usage.model_dump(),
            "thinking": asdict(done.thinking) if done.thinking else None,
        }
        if self._errors:
            metadata["invalid"] = self._errors
        return AIMessageChunk(
            content=[],
            chunk_position="last",
            usage_metadata=_usage_metadata(done.usage),
            response_metadata=metadata,
        )


def _usage_metadata(usage: Usage) -> UsageMetadata:
    generated = usage.thinking_tokens + usage.answer_tokens
    return UsageMetadata(
        input_tokens=usage.prompt_tokens,
        output_tokens=generated,
        total_tokens=usage.prompt_tokens + generated,
        input_token_details=InputTokenDetails(cache_read=usage.reused_tokens),
        output_token_details=OutputTokenDetails(reasoning=usage.thinking_tokens),
    )
