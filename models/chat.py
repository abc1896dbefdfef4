"""What our chat models share: LangChain's interface over a stream of pieces.

A subclass says only how to open a call (`_open`). Cancelling the task or leaving the loop closes
the call. Structured output is held to its schema by a grammar, not asked for and hoped for.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Literal

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from models.assembly import Assembly
from models.options import Options
from models.pieces import Pieces
from models.structured import structured

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool  # Any: as LangChain has it
_CHOICES = {"auto": "auto", "none": "none", "any": "any", "required": "any", True: "any"}


class ChatModel(BaseChatModel):
    """A chat model whose calls stream pieces; its options are those of `Options`."""

    model: str
    """The reference by which it was asked for."""

    @abstractmethod
    def _open(self, messages: Sequence[BaseMessage], options: Options) -> Pieces:
        """Begin a call; it must not wait for the first token."""

    @property
    def _llm_type(self) -> str:
        return "cadre"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model}

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield from self._chunks(Assembly(self.model), messages, Options.of(kwargs, stop))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        assembly = Assembly(self.model)
        async for chunk in self._achunks(assembly, messages, Options.of(kwargs, stop)):
            yield chunk

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        assembly = Assembly(self.model)
        return assembly.result(list(self._chunks(assembly, messages, Options.of(kwargs, stop))))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        assembly = Assembly(self.model)
        chunks = self._achunks(assembly, messages, Options.of(kwargs, stop))
        return assembly.result([chunk async for chunk in chunks])

    def _chunks(
        self, assembly: Assembly, messages: list[BaseMessage], options: Options
    ) -> Iterator[ChatGenerationChunk]:
        pieces = self._open(messages, options)
        try:
            for piece in pieces:
                yield assembly.chunk(piece)
        finally:
            pieces.close()

    async def _achunks(
        self, assembly: Assembly, messages: list[BaseMessage], options: Options
    ) -> AsyncIterator[ChatGenerationChunk]:
        pieces = self._open(messages, options)
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
        """Offer `tools`; `tool_choice` is auto, none, any (or required, True), or a tool's name."""
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=schemas, tool_choice=_choice(tool_choice), **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: Literal["json_schema", "function_calling"] = "json_schema",
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Answers parsed into `schema`: by a grammar, or by a tool call that must be made."""
        kwargs.pop("strict", None)
        if method == "function_calling":
            return super().with_structured_output(schema, include_raw=include_raw, **kwargs)
        return structured(self, schema, include_raw=include_raw, **kwargs)


def _choice(given: str | bool | dict[str, Any] | None) -> str | None:
    if isinstance(given, dict):
        return str(given["function"]["name"])
    if given is None or given is False:
        return None
    return _CHOICES.get(given, str(given))
