"""The chat model over an engine: renders, submits, and reads tool calls out of the answer.

    chat = LocalChatModel(model="Qwen3-4B.gguf", engine_options={"context_tokens": 16384})
    async for chunk in chat.astream("Why is the sky blue?", max_tokens=100): ...

Its options are those of `Options`; it may be used from any thread and any event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import Field, PrivateAttr

from models.calls import CallFormat, Checker, Tools
from models.chat import ChatModel
from models.engine import Engine
from models.families import Prompt
from models.grammar import schema_grammar
from models.load import Load
from models.options import Options
from models.pieces import AnswerText, Done, Piece, Pieces
from models.request import Request
from models.sampling import Sampling
from models.shared import check_shared, shared_engine
from models.stream import Stream
from models.thinking import Phase

_FREE = (None, "auto")
"""Tool choices that leave it to the model."""


class LocalChatModel(ChatModel):
    """A model that runs in this process. Many calls may be open at once."""

    engine_options: dict[str, Any] = Field(default_factory=dict)
    """Those of the engine (`EngineOptions`) where none is given; JSON, so that it can be stored."""
    _given: Engine | None = PrivateAttr()

    def __init__(self, engine: Engine | None = None, **kwargs: Any) -> None:
        """Without an `engine`, `model` names what is loaded at the first call, once in a process
        for the same options; a ModelError at once where it names nothing that could be."""
        super().__init__(**kwargs)
        self._given = engine
        if engine is None:
            check_shared(self.model, self.engine_options)

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Its reference and options are written down; who reads them loads the model again."""
        return True

    @property
    def _engine(self) -> Engine:
        if self._given is None:
            self._given = shared_engine(self.model, self.engine_options).result()
        return self._given

    async def _ready(self) -> None:
        if self._given is None:
            loading = shared_engine(self.model, self.engine_options)
            self._given = await asyncio.shield(asyncio.wrap_future(loading))

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
        options = self._options(kwargs, None)
        return self._engine.vocabulary.tokens(self._render(messages, options).segments)

    def _open(self, messages: Sequence[BaseMessage], options: Options) -> Pieces:
        stream = self._engine.submit(self._request(messages, options))
        tools = _offered(options)
        return _WithToolCalls(stream, self._calls, tools) if tools else stream

    @property
    def _calls(self) -> CallFormat:
        return self._engine.family.calls

    def _render(self, messages: Sequence[BaseMessage], options: Options) -> Prompt:
        family, thinking = self._engine.family, options.thinking
        if options.thinking_budget == 0 and family.can != "always":  # whose block is closed at once
            thinking = False
        told = options.tools if options.tools_told else ()
        return family.render(messages, told, thinking, stable=options.stable)

    def _request(self, messages: Sequence[BaseMessage], options: Options) -> Request:
        prompt, vocabulary = self._render(messages, options), self._engine.vocabulary
        tokens = vocabulary.tokens(prompt.segments)
        gbnf, after = _gbnf(options, self._calls)
        forbidden, stop = self._instead_of_calls(options)
        return Request(
            prompt=tuple(tokens),
            sampling=self._sampling(options, thinking=prompt.thinking),
            phase=_phase(prompt),
            thinking_budget=options.thinking_budget,
            max_tokens=options.most_tokens(thinking=prompt.thinking),
            gbnf=gbnf,
            thought_gbnf=options.thought_gbnf if prompt.thinking else None,
            gbnf_after=after,
            gbnf_once=options.parallel_tool_calls is False,
            stop=(*options.stop, *stop),
            forbidden=forbidden,
            calls_at=vocabulary.token(self._calls.opens) if _may_call(options) else None,
            label=options.label,
            priority=options.priority,
            keep=vocabulary.stable(prompt.segments, tokens),
        )

    def _instead_of_calls(self, options: Options) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Where tools stand in the prompt and none may be called: the token that begins a call is
        forbidden, or the answer stops there if that takes several tokens."""
        if options.tool_choice != "none" or not options.tools:
            return (), ()
        token = self._engine.vocabulary.token(self._calls.opens)
        return ((), (self._calls.opens,)) if token is None else ((token,), ())

    def _sampling(self, options: Options, *, thinking: bool) -> Sampling:
        named = (field.name for field in fields(Sampling))
        given = {n: v for n in named if (v := getattr(options, n)) is not None}
        default = replace(self._engine.family.sampling(thinking=thinking), seed=self._engine.seed())
        if options.json_schema is not None and not thinking:
            # JSON without thinking has one right form; with thinking the family's sampling holds.
            default = replace(default, temperature=0.0)
        return replace(default, **given)


class _WithToolCalls:
    """A stream whose answer may hold tool calls, which are read and checked."""

    def __init__(self, stream: Stream, calls: CallFormat, tools: Tools) -> None:
        self._stream = stream
        self._parser = calls.parser(tools)
        self._checker = Checker(tools)

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
                yield from map(self._checker.checked, self._parser.feed(text))
            case Done():
                yield from map(self._checker.checked, self._parser.close())
                called = self._parser.calls and piece.finish == "stop"
                yield replace(piece, finish="tool_calls") if called else piece
            case _:
                yield piece


def _offered(options: Options) -> Tools:
    return () if options.tool_choice == "none" else options.tools


def _may_call(options: Options) -> bool:
    return bool(_offered(options)) and options.json_schema is None


def _gbnf(options: Options, calls: CallFormat) -> tuple[str | None, str]:
    """What holds the answer, and the text after which it does."""
    if options.json_schema is not None:
        return schema_grammar(options.json_schema), ""
    if options.tool_choice == "none" or (not options.tools and options.tool_choice in _FREE):
        return None, ""
    if options.tool_choice in _FREE:
        return calls.gbnf(options.tools, None, later=True), calls.opens
    name = None if options.tool_choice == "any" else options.tool_choice
    several = options.parallel_tool_calls is True
    return calls.gbnf(options.tools, name, several=several), ""


def _phase(prompt: Prompt) -> Phase:
    if not prompt.thinking:
        return Phase.ANSWERING
    return Phase.THINKING if prompt.opened else Phase.OUTSIDE
