"""What a caller may ask of one call, checked once, at the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import GenerationError


class Options(BaseModel):
    """The options of one call. None means the model's own default."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    thinking: bool | None = None
    """Think before the answer; None lets `/think` or `/no_think` in the latest turn decide. A model
    that cannot think answers without, and says so: its metadata's `thinking` is None."""
    thinking_budget: int | None = Field(default=None, ge=0)
    """Tokens of thinking after which an answer is forced; 0 is the same as no thinking."""
    max_tokens: int | None = Field(default=None, gt=0)
    """Bound on thinking and answer together; a part of it is kept for the answer."""
    answer_tokens: int | None = Field(default=None, gt=0)
    """Bound on the answer alone, where `max_tokens` is not given; thinking has its own budget."""
    stable: bool = False
    """Earlier turns are rendered as they will always be, while the conversation grows; so no
    thinking of theirs is repeated, and what was computed of them stays valid."""
    json_schema: dict[str, Any] | None = None
    """The answer is held to this schema, after thinking."""
    thought_gbnf: str | None = None
    """Thinking is held to this grammar, from behind its opening tag to its closing tag, which is a
    token there (`</think>` without quotes): for models that have learnt to think in one form."""
    temperature: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """0 always takes the likeliest token."""
    top_k: int | None = Field(default=None, ge=0)
    top_p: float | None = Field(default=None, gt=0, le=1)
    min_p: float | None = Field(default=None, ge=0, le=1)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    """Taken from the logits of tokens that were generated before; Qwen advises up to 2 against
    endless repetition."""
    repetition_penalty: float | None = Field(default=None, gt=0, le=2)
    """Divides the logits of tokens that were generated before; 1 is none."""
    seed: int | None = Field(default=None, ge=0, lt=2**32 - 1)
    stop: tuple[str, ...] = ()
    """Texts that end the answer and are not part of it."""
    timeout: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Seconds, waiting in the queue included, after which the call is cancelled with an error."""
    label: str = ""
    """Who asks, as "role/task/phase"; scripted turns and metrics go by it."""
    priority: int = 0
    """Lower goes first; equals go in order of arrival."""
    tools: tuple[dict[str, Any], ...] = ()
    """Tools as OpenAI's function objects."""
    tools_told: bool = True
    """Whether the prompt tells the tools; a model that has learnt them is held to them all the
    same."""
    tool_choice: str | None = None
    """"auto", "none", "any", or the name of the one tool that must be called."""
    parallel_tool_calls: bool | None = None
    """True: where a tool must be called, several may be. False: the answer ends with its first
    call. None: one call where one must be made, else as many as the model makes."""

    @classmethod
    def of(cls, given: Mapping[str, Any], stop: Sequence[str] | None) -> Options:
        """Check what LangChain passed on; `stream` is LangChain's own switch."""
        named = {k: v for k, v in given.items() if v is not None and k != "stream"}
        try:
            return cls(**named, stop=tuple(text for text in stop or () if text))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise GenerationError(f"model option {field}: {first['msg']}") from error

    def most_tokens(self, *, thinking: bool) -> int | None:
        """The bound on thinking and answer together; None where none was asked for."""
        if self.max_tokens is not None or self.answer_tokens is None:
            return self.max_tokens
        if not thinking:
            return self.answer_tokens
        return None if self.thinking_budget is None else self.answer_tokens + self.thinking_budget
