"""What our chat models share: LangChain's interface over a stream of pieces.

A subclass says only how to open a call (`_open`). Cancelling the task, leaving the loop or running
out of time closes the call. Structured output is held to its schema by a grammar, not asked for and
hoped for.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, Self

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, model_validator

from models.assembly import Assembly
from models.options import Options
from models.pieces import Pieces
from models.structured import structured
from models.timed import Timed

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool  # Any: as LangChain has it
_CHOICES = {"auto": "auto", "none": "none", "any": "any", "required": "any", True: "any"}
_DEFAULTS = (
    "temperature", "max_tokens", "stop", "seed", "timeout", "thinking", "thinking_budget",
)  # fmt: skip


class ChatModel(BaseChatModel):
    """A chat model whose calls stream pieces; the options of a call are those of `Options`.

    The most used of them can be given to the model itself, for calls that bring none of their own.
    """

    model: str
    """The reference by which it was asked for."""
    temperature: float | None = None
    max_tokens: int | None = None
    stop: list[str] | None = None
    seed: int | None = None
    timeout: float | None = None
    thinking: bool | None = None
    thinking_budget: int | None = None

    @model_validator(mode="after")
    def _checked(self) -> Self:
        self._options({}, None)
        return self

    @abstractmethod
    def _open(self, messages: Sequence[BaseMessage], options: Options) -> Pieces:
        """Begin a call; it must not wait for the first token."""

    async def _ready(self) -> None:
        """Wait, without holding up the event loop, for what a call needs before it can begin."""

    @property
    def _llm_type(self) -> str:
        return "cadre"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, **self._defaults()}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop or self.stop, **kwargs)
        return {**params, "ls_provider": "cadre"}

    def _defaults(self) -> dict[str, Any]:
        given = ((name, getattr(self, name)) for name in _DEFAULTS)
        return {name: value for name, value in given if value is not None}

    def _options(self, given: Mapping[str, Any], stop: Sequence[str] | None) -> Options:
        """What a call asks for: its own options before those of the model."""
        own = {name: value for name, value in given.items() if value is not None}
        defaults = self._defaults()
        own_stop = defaults.pop("stop", None)
        return Options.of({**defaults, **own}, stop or own_stop)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from self._chunks(Assembly(self.model), messages, self._options(kwargs, stop))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        assembly = Assembly(self.model)
        async for chunk in self._achunks(assembly, messages, self._options(kwargs, stop)):
            yield chunk

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        assembly = Assembly(self.model)
        return assembly.result(list(self._chunks(assembly, messages, self._options(kwargs, stop))))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        assembly = Assembly(self.model)
        chunks = self._achunks(assembly, messages, self._options(kwargs, stop))
        return assembly.result([chunk async for chunk in chunks])

    def _opened(self, messages: list[BaseMessage], options: Options) -> Pieces:
        pieces = self._open(messages, options)
        if options.timeout is None:
            return pieces
        return Timed(pieces, options.timeout, self.get_num_tokens)

    def _chunks(
        self, assembly: Assembly, messages: list[BaseMessage], options: Options
    ) -> Iterator[ChatGenerationChunk]:
        pieces = self._opened(messages, options)
        try:
            for piece in pieces:
                yield assembly.chunk(piece)
        finally:
            pieces.close()

    async def _achunks(
        self, assembly: Assembly, messages: list[BaseMessage], options: Options
    ) -> AsyncIterator[ChatGenerationChunk]:
        await self._ready()
        pieces = self._opened(messages, options)
        try:
            async for piece in pieces:
                yield assembly.chunk(piece)
        finally:
            pieces.close()

    def bind_tools(
        self,
        tools: Sequence[Tool],
        *,
        tool_choice: str | bool | dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer `tools`; `tool_choice` is auto, none, any (or required, True), or a tool's name, as
        text or as OpenAI's or Anthropic's object. `strict` is always so: a grammar holds calls."""
        kwargs.pop("strict", None)
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=schemas, tool_choice=_choice(tool_choice), **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: Literal["json_schema", "json_mode", "function_calling"] = "json_schema",
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Answers parsed into `schema`: by a grammar, or by a tool call that must be made.

        `json_mode` means the grammar too. `strict` is always so.
        """
        kwargs.pop("strict", None)
        if method == "function_calling":
            return super().with_structured_output(schema, include_raw=include_raw, **kwargs)
        return structured(self, schema, include_raw=include_raw, **kwargs)


def _choice(given: str | bool | dict[str, Any] | None) -> str | None:
    if isinstance(given, dict):
        return _chosen(given)
    if given is None or given is False:
        return None
    return _CHOICES.get(given, str(given))


def _chosen(given: dict[str, Any]) -> str | None:
    """{"type": "function", "function": {"name": ...}}, {"type": "tool", "name": ...} or
    {"type": "any"}."""
    name = given.get("function", given).get("name")
    return str(name) if name else _choice(given.get("type"))
