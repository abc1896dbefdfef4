"""One model call: the only place where the team speaks to a language model.

Streams what comes to a watcher, and returns text, tool calls, thought and usage apart. The
message that is kept for later prompts carries no thinking.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage
from langchain_core.runnables import Runnable

from agents.mind import Mind
from agents.repetition import cut_loop
from agents.role import Role
from agents.spent import Spent
from agents.thinking import Thinking, eased, load_of
from agents.thought import Thought
from models.errors import GenerationError
from models.usage import Usage

Kind = Literal["reasoning", "text"]
Piece = tuple[Kind, str]
Watcher = Callable[[Kind, str], None]
"""Hears every piece of thinking and text as it comes."""


@dataclass(frozen=True)
class Question:
    """What a model is asked, by whom, and within which bounds."""

    role: Role
    task: str | None
    phase: str
    """The step within the role's work: plan, ask, review or report."""
    messages: Sequence[AnyMessage]
    thinking: Thinking
    answer_tokens: int
    tools: Sequence[dict[str, Any]] = ()  # OpenAI function schemas, JSON by nature
    calls: Literal["auto", "none", "any"] = "auto"
    """none: the tools stand in the prompt, so that it begins as before, but none is called.
    any: one must be, and a grammar holds the answer to it."""
    schema: dict[str, Any] | None = None
    """A JSON schema that the answer is held to."""
    thought_gbnf: str | None = None
    """What a small model's thinking is held to; a larger one thinks freely."""
    short: bool = False
    """Whether it is put in the few words that the embedded model has learnt."""

    @property
    def label(self) -> str:
        """`role/task/phase`, or `role/phase` where there is no task."""
        return "/".join(part for part in (self.role.value, self.task, self.phase) if part)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    text: str
    message: AIMessage
    """The answer as later prompts see it: without thinking."""
    thought: Thought | None
    spent: Spent


async def ask(mind: Mind, question: Question, watch: Watcher) -> Answer:
    """One call; GenerationError where the model gives nothing."""
    model = await mind.model(thinking=question.thinking.on)
    question = replace(question, thinking=eased(question.thinking, load_of(model)))
    pieces: list[Piece] = []
    rest: AIMessageChunk | None = None
    async for chunk in _bound(model, question).astream(list(question.messages)):
        assert isinstance(chunk, AIMessageChunk)
        said = _pieces(chunk)
        for kind, text in said:
            watch(kind, text)
        pieces += said
        if not said or chunk.tool_call_chunks or chunk.response_metadata:
            # Adding chunks copies all that came before, so only those that carry more are added.
            silent = chunk.model_copy(update={"content": ""})
            rest = silent if rest is None else rest + silent
    if rest is None:
        raise GenerationError(f"the model of {question.role} gave no answer", "try again")
    return _answer(pieces, rest, question)


def _bound(model: BaseChatModel, question: Question) -> Runnable[Any, Any]:
    tools = list(question.tools)
    bound = model.bind_tools(tools, tool_choice=question.calls) if tools else model
    if question.short:
        # It has learnt from examples what to write: what it holds likeliest, without being told.
        bound = bound.bind(temperature=0.0, tools_told=False)
    return bound.bind(
        thinking=question.thinking.on,
        thinking_budget=question.thinking.budget,
        answer_tokens=question.answer_tokens,
        stable=True,
        json_schema=question.schema,
        thought_gbnf=question.thought_gbnf,
        label=question.label,
        priority=0 if question.role is Role.COORDINATOR else 1,
    )


def _pieces(chunk: AIMessageChunk) -> list[Piece]:
    """The chunk's thinking and text, in order."""
    if isinstance(chunk.content, str):
        return [("text", chunk.content)] if chunk.content else []
    pieces: list[Piece] = []
    for block in chunk.content:
        if isinstance(block, str):
            pieces.append(("text", block))
        elif block.get("type") == "reasoning" and block.get("reasoning"):
            pieces.append(("reasoning", str(block["reasoning"])))
        elif block.get("type") == "text" and block.get("text"):
            pieces.append(("text", str(block["text"])))
    return pieces


def _answer(pieces: Sequence[Piece], rest: AIMessageChunk, question: Question) -> Answer:
    text = _joined(pieces, "text")
    text = text if question.schema else cut_loop(text)
    return Answer(
        text=text,
        message=AIMessage(
            content=text,
            tool_calls=rest.tool_calls,
            invalid_tool_calls=rest.invalid_tool_calls,
        ),
        thought=_thought(_joined(pieces, "reasoning"), rest, question),
        spent=Spent(role=question.role, task=question.task, usage=_usage(rest)),
    )


def _joined(pieces: Sequence[Piece], kind: Kind) -> str:
    return "".join(text for of, text in pieces if of == kind)


def _thought(text: str, rest: AIMessageChunk, question: Question) -> Thought | None:
    told = rest.response_metadata.get("thinking")
    if not text.strip() or not told:
        return None
    return Thought(
        role=question.role,
        task=question.task,
        text=text.strip(),
        tokens=told["tokens"],
        seconds=told["seconds"],
        closed=told["closed"],
        decided=question.thinking.why,
    )


def _usage(rest: AIMessageChunk) -> Usage:
    told = rest.response_metadata.get("usage")
    if told:
        return Usage.model_validate(told)
    counted = rest.usage_metadata
    if counted is None:
        return Usage()
    return Usage(prompt_tokens=counted["input_tokens"], answer_tokens=counted["output_tokens"])
