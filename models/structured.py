"""Structured answers: a schema as a grammar before, and a strict parser after.

LangChain's own parsers mend half a JSON in silence; here an answer that was cut is an error.
"""

from __future__ import annotations

import json
from operator import itemgetter
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import BaseModel, ValidationError

Parsed = dict[str, Any] | BaseModel  # Any: the caller's own schema


def structured(
    model: BaseChatModel, schema: dict[str, Any] | type, *, include_raw: bool, **kwargs: Any
) -> Runnable[LanguageModelInput, Parsed]:
    """`model` held to `schema`; with `include_raw` also the message and the parser's error.

    Options of the call go into `kwargs`: LangChain's raw form passes none on from `invoke`.
    """
    form = schema if isinstance(schema, type) and issubclass(schema, BaseModel) else None
    json_schema = form.model_json_schema() if form else convert_to_json_schema(schema)
    held: Any = model.bind(  # Any: LangChain's `|` is typed for one step only
        json_schema=json_schema,
        ls_structured_output_format={"kwargs": {"method": "json_schema"}, "schema": json_schema},
        **kwargs,
    )
    parser: Any = RunnableLambda(lambda message: _parsed(message, form))
    return _with_raw(held, parser) if include_raw else held | parser


def _parsed(message: AIMessage, form: type[BaseModel] | None) -> Parsed:
    text = message.text
    try:
        return form.model_validate_json(text) if form else dict(json.loads(text))
    except (ValidationError, ValueError, TypeError) as error:
        cut = message.response_metadata.get("finish") == "length"
        why = "it was cut at max_tokens" if cut else str(error)
        raise OutputParserException(f"not the JSON asked for: {why}", llm_output=text) from error


def _with_raw(held: Any, parser: Any) -> Runnable[LanguageModelInput, Parsed]:
    """LangChain's own shape: raw, parsed, parsing_error."""
    parsed = RunnablePassthrough.assign(
        parsed=itemgetter("raw") | parser, parsing_error=lambda _: None
    )
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=held) | parsed.with_fallbacks([failed], exception_key="parsing_error")
