"""A call as the JSON of OpenAI's `POST /v1/chat/completions`, for servers of several makes.

Beside OpenAI's own fields stand those of llama-server (tools/server/README.md), vLLM
(docs/serving/openai_compatible_server.md), SGLang and Ollama; a server passes over what it does not
know, and one that refuses a field by its name is asked again without it (`Manner`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from models.calls.format import chosen
from models.options import Options
from models.remote.manner import Manner
from models.remote.messages import messages_of

Body = dict[str, Any]  # Any: JSON
_SAMPLING = (
    ("temperature", "temperature"),
    ("top_k", "top_k"),
    ("top_p", "top_p"),
    ("min_p", "min_p"),
    ("presence_penalty", "presence_penalty"),
    ("repetition_penalty", "repetition_penalty"),  # vLLM, SGLang
    ("repetition_penalty", "repeat_penalty"),  # llama-server
)
"""Our options, and their names there."""


def body_of(
    messages: Sequence[BaseMessage], options: Options, model: str, manner: Manner, seed: int
) -> Body:
    """The request; a GenerationError where `tool_choice` names no tool."""
    thinking = thinks(options)
    word = "/no_think" if thinking is False and manner.thinks_anyway else ""
    body: Body = {
        "model": model,
        "messages": messages_of(messages, stable=options.stable, word=word),
        "stream": True,
        "stream_options": {"include_usage": True},
        "seed": seed,
        **_sampling(options, thinking),
        **_thinking(options, thinking, manner),
        **_tools(options),
        **_schema(options),
    }
    if options.stop:
        body["stop"] = list(options.stop)
    if (most := options.most_tokens(thinking=thinking is not False)) is not None:
        body["max_tokens"] = most
    return {name: value for name, value in body.items() if name not in manner.refused}


def thinks(options: Options) -> bool | None:
    """Whether the call is to think; None leaves it to the server."""
    return False if options.thinking_budget == 0 else options.thinking


def _sampling(options: Options, thinking: bool | None) -> Body:
    given = {theirs: getattr(options, ours) for ours, theirs in _SAMPLING}
    if options.json_schema is not None and thinking is False and options.temperature is None:
        given["temperature"] = 0.0  # JSON without thinking has one right form
    return {name: value for name, value in given.items() if value is not None}


def _thinking(options: Options, thinking: bool | None, manner: Manner) -> Body:
    told: Body = {}
    if thinking is not None:
        told["chat_template_kwargs"] = {"enable_thinking": thinking}
    if thinking is False and manner.thinks_anyway:
        told["reasoning_effort"] = "none"  # Ollama
    if thinking is not False and options.thinking_budget is not None:
        told["reasoning_budget_tokens"] = options.thinking_budget  # llama-server
        told["thinking_token_budget"] = options.thinking_budget  # vLLM
    return told


def _tools(options: Options) -> Body:
    """A tool that must be called is the only one that is told: not every server knows names."""
    if not options.tools:
        return {}
    told: Body = {"tools": list(options.tools), "tool_choice": options.tool_choice or "auto"}
    if options.tool_choice == "any":
        told["tool_choice"] = "required"
    elif options.tool_choice not in {None, "auto", "none"}:
        function = chosen(options.tools, options.tool_choice)[0]
        told = {"tools": [{"type": "function", "function": function}], "tool_choice": "required"}
    if options.parallel_tool_calls is not None:
        told["parallel_tool_calls"] = options.parallel_tool_calls
    return told


def _schema(options: Options) -> Body:
    if options.json_schema is None:
        return {}
    form = {"name": "answer", "schema": options.json_schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": form}}
