"""The chat model over an engine: renders, submits, and reads tool calls out of the answer.

    models = Models()
    chat = await models.chat_model(parse_reference("embedded"))
    async for chunk in chat.astream("Why is the sky blue?", max_tokens=100): ...

Its options are those of `Options`; it may be used from any thread and any event loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import PrivateAttr

from models.chat import ChatModel
from models.engine import Engine
from models.families import Prompt
from models.grammar import CALL, call_grammar, schema_grammar
from models.load import Load
from models.options import Options
from models.pieces import AnswerText, Done, Piece, Pieces
from models.request import Request
from models.sampling import Sampling
from models.stream import Stream
from models.thinking import Phase
from models.tool_calls import ToolCallParser
from models.vocabulary import Vocabulary

_FREE = (None, "auto")
"""Tool choices that leave it to the model."""


class LocalChatModel(ChatModel):
    """A model that runs in this process. Many calls may be open at once."""

    _engine: Engine = PrivateAttr()

    def __init__(self, engine: Engine, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._engine = engine

    @property
    def context_tokens(self) -> int:
        """Tokens that a prompt and its answer share."""
        return self._engine.context_tokens

    @property
    def load(self) -> Load:
        """How busy the model is now."""
        metrics = self._engine.metrics()
        held = max(0, metrics.used_cells - metrics.kept_cells)
        return Load(waiting=metrics.waiting, memory=held / metrics.cells)

    def get_num_tokens(self, text: str) -> int:
        """Tokens of `text` in this model's own vocabulary."""
        return len(self._engine.vocabulary.plain(text))

    def prompt_tokens(self, messages: Sequence[BaseMessage], **kwargs: Any) -> list[int]:
        """The tokens that a call with these messages and options sends to the model."""
        options = Options.of(kwargs, None)
        return self._engine.vocabulary.tokens(self._render(messages, options).segments)

    def _open(self, messages: Sequence[BaseMessage], options: Options) -> Pieces:
        stream = self._engine.submit(self._request(messages, options))
        return _WithToolCalls(stream) if _offered(options) else stream

    def _render(self, messages: Sequence[BaseMessage], options: Options) -> Prompt:
        thinking = False if options.thinking_budget == 0 else options.thinking
        return self._engine.family.render(messages, options.tools, thinking)

    def _request(self, messages: Sequence[BaseMessage], options: Options) -> Request:
        prompt, vocabulary = self._render(messages, options), self._engine.vocabulary
        tokens = vocabulary.tokens(prompt.segments)
        gbnf, after = _gbnf(options)
        forbidden, stop = _instead_of_calls(options, vocabulary)
        return Request(
            prompt=tuple(tokens),
            sampling=self._sampling(options, thinking=prompt.thinking),
            phase=_phase(prompt),
            thinking_budget=options.thinking_budget,
            max_tokens=options.most_tokens(thinking=prompt.thinking),
            gbnf=gbnf,
            gbnf_after=after,
            stop=(*options.stop, *stop),
            forbidden=forbidden,
            label=options.label,
            priority=options.priority,
            keep=vocabulary.stable(prompt.segments, tokens),
        )

    def _sampling(self, options: Options, *, thinking: bool) -> Sampling:
        named = (field.name for field in fields(Sampling))
        given = {n: v for n in named if (v := getattr(options, n)) is not None}
        default = replace(self._engine.family.sampling(thinking=thinking), seed=self._engine.seed())
        if options.json_schema is not None and not thinking:
            # JSON without thinking has one right form; with thinking the family's sampling holds.
            default = replace(default, temperature=0.0)
        return replace(default, **given)


class _WithToolCalls:
    """A stream whose answer may hold tool calls."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._parser = ToolCallParser()

    def __iter__(self) -> Iterator[Piece]:
        for piece in self._stream:
            yield from self._parsed(piece)

    async def __aiter__(self) -> AsyncIterator[Piece]:
        async for piece in self._stream:
            for parsed in self._parsed(piece):
                yield parsed

    def close(self) -> None:
        self._stream.close()

    def _parsed(self, piece: Piece) -> Iterator[Piece]:
        match piece:
            case AnswerText(text):
                yield from self._parser.feed(text)
            case Done():
                yield from self._parser.close()
                called = self._parser.calls and piece.finish == "stop"
                yield replace(piece, finish="tool_calls") if called else piece
            case _:
                yield piece


def _offered(options: Options) -> Sequence[dict[str, Any]]:
    return () if options.tool_choice == "none" else options.tools


def _instead_of_calls(
    options: Options, vocabulary: Vocabulary
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Where tools stand in the prompt and none may be called: the token that begins a call is
    forbidden, or the answer stops there if that takes several tokens."""
    if options.tool_choice != "none" or not options.tools:
        return (), ()
    token = vocabulary.token(CALL)
    return ((), (CALL,)) if token is None else ((token,), ())


def _gbnf(options: Options) -> tuple[str | None, str]:
    """What holds the answer, and the text after which it does."""
    if options.json_schema is not None:
        return schema_grammar(options.json_schema), ""
    if options.tool_choice == "none" or (not options.tools and options.tool_choice in _FREE):
        return None, ""
    if options.tool_choice in _FREE:
        return call_grammar(options.tools, None, later=True), CALL
    name = None if options.tool_choice == "any" else options.tool_choice
    return call_grammar(options.tools, name), ""


def _phase(prompt: Prompt) -> Phase:
    if not prompt.thinking:
        return Phase.ANSWERING
    return Phase.THINKING if prompt.opened else Phase.OUTSIDE
