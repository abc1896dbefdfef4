"""Structured answers: a schema as a grammar before, and a strict check after.

What a grammar cannot hold (`multipleOf`, `uniqueItems`, most formats, the caller's own validators)
is checked by pydantic or jsonschema. An answer that fails goes back once, with the error as a turn
of the user. LangChain's own parsers mend half a JSON in silence; here an answer that was cut is an
error, and is not asked for again: it would be cut again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from langchain_core.exceptions import OutputParserException
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages
from langchain_core.runnables import (
    Runnable,
    RunnableConfig,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
)
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import BaseModel, PydanticUserError, TypeAdapter, ValidationError

from models.errors import GenerationError

Parsed = dict[str, Any] | BaseModel  # Any: the caller's own schema
_Outcome = dict[str, Any]  # Any: LangChain's own shape: raw, parsed, parsing_error
_SHOWN = 5
"""So many faults of one answer are told; a model that made more does better to begin anew."""


class UnfitAnswer(GenerationError, OutputParserException):
    """The answer is not what the schema asks for; LangChain knows it as a parser's error."""

    def __init__(self, message: str, hint: str, answer: str) -> None:
        super().__init__(message, hint)
        self.args, self.llm_output = (message,), answer  # LangChain appends advice of its own


@dataclass(frozen=True)
class _Form:
    """What the answer is held to, and how it is read after."""

    schema: dict[str, Any]  # Any: a JSON schema
    read: Callable[[str], Any]
    """A ValueError where the text does not fit."""


def structured(
    model: BaseChatModel, schema: dict[str, Any] | type, *, include_raw: bool, **kwargs: Any
) -> Runnable[LanguageModelInput, Parsed]:
    """`model` held to `schema`: a JSON schema, a pydantic model, or any type that pydantic can read
    (dataclass, TypedDict, enum, union).

    An answer that does not fit, twice, is an `UnfitAnswer`; with `include_raw` it is handed out
    with the message, as LangChain's `parsing_error`. Options of the call go into `kwargs`.
    """
    form = _form(schema)
    held = model.bind(
        json_schema=form.schema,
        ls_structured_output_format={
            "kwargs": {"method": "json_schema"},
            "schema": _traced(schema, form),
        },
        **kwargs,
    )
    check = _Check(held, form)
    asked: Any = RunnableParallel(raw=held, asked=RunnablePassthrough())  # Any: `|` types one step
    outcome = asked | RunnableLambda(check.outcome, check.aoutcome)
    checked: Runnable[LanguageModelInput, Parsed] = (
        outcome if include_raw else outcome | RunnableLambda(_parsed)
    )
    return checked


class _Check:
    """Reads an answer, and asks once more where it does not fit."""

    def __init__(self, held: Runnable[LanguageModelInput, AIMessage], form: _Form) -> None:
        self._held, self._form = held, form

    def outcome(self, given: dict[str, Any], config: RunnableConfig) -> _Outcome:
        first = self._read(given["raw"])
        again = _again(given["asked"], first)
        return self._read(self._held.invoke(again, config)) if again else first

    async def aoutcome(self, given: dict[str, Any], config: RunnableConfig) -> _Outcome:
        first = self._read(given["raw"])
        again = _again(given["asked"], first)
        return self._read(await self._held.ainvoke(again, config)) if again else first

    def _read(self, message: AIMessage) -> _Outcome:
        try:
            parsed = self._form.read(message.text)
        except ValueError as error:
            cut = _cut(message)
            why, hint = ("it was cut at max_tokens", "raise it") if cut else (_said(error), "")
            unfit = UnfitAnswer(f"not the JSON asked for: {why}", hint, message.text)
            return {"raw": message, "parsed": None, "parsing_error": unfit}
        return {"raw": message, "parsed": parsed, "parsing_error": None}


def _again(asked: LanguageModelInput, first: _Outcome) -> list[BaseMessage]:
    """The conversation that asks for a better answer; empty where there is nothing to mend."""
    error, raw = first["parsing_error"], first["raw"]
    if error is None or _cut(raw):
        return []
    before = [HumanMessage(asked)] if isinstance(asked, str) else convert_to_messages(asked)
    return [*before, AIMessage(raw.text), HumanMessage(error.message)]


def _parsed(outcome: _Outcome) -> Any:
    if outcome["parsing_error"] is not None:
        raise outcome["parsing_error"]
    return outcome["parsed"]


def _cut(message: AIMessage) -> bool:
    return message.response_metadata.get("finish") == "length"


def _form(schema: dict[str, Any] | type) -> _Form:
    if isinstance(schema, dict):
        function = {"parameters", "function", "input_schema"} & schema.keys()
        return _by_schema(convert_to_json_schema(schema) if function else schema)
    old = getattr(schema, "parse_raw", None)
    if old and not issubclass(schema, BaseModel):  # pydantic's first version
        return _Form(convert_to_json_schema(schema), old)
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(schema)
        return _Form(adapter.json_schema(), adapter.validate_json)
    except PydanticUserError:  # typing's own TypedDict before Python 3.12
        return _by_schema(convert_to_json_schema(schema))


def _by_schema(schema: dict[str, Any]) -> _Form:
    from jsonschema import Draft202012Validator as Validator  # loads many files: only when needed
    from jsonschema.exceptions import best_match

    validator = Validator(schema, format_checker=Validator.FORMAT_CHECKER)

    def read(text: str) -> Any:
        value = json.loads(text)
        if fault := best_match(validator.iter_errors(value)):
            raise ValueError(f"{'.'.join(map(str, fault.absolute_path)) or 'it'}: {fault.message}")
        return value

    return _Form(schema, read)


def _said(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    faults = error.errors(include_url=False)[:_SHOWN]
    return "; ".join(f"{'.'.join(map(str, f['loc'])) or 'it'}: {f['msg']}" for f in faults)


def _traced(schema: dict[str, Any] | type, form: _Form) -> dict[str, Any]:
    """The schema in LangChain's own form, for those who trace; it cannot write down every one."""
    try:
        return convert_to_json_schema(schema)
    except (ValueError, TypeError, KeyError, RecursionError):
        return form.schema
