"""Engines of chat models that were made from a reference alone: one for each file and options.

They live as long as the process. Who wants to free them uses `Models` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from functools import cache
from typing import Any

from pydantic import ValidationError

from models.engine import Engine
from models.engine_options import EngineOptions
from models.errors import ModelError
from models.pool import Models
from models.reference import Source, parse_reference


def shared_engine(reference: str, options: Mapping[str, Any]) -> Future[Engine]:  # Any: as written
    """The engine of the file that `reference` names; loading begins with the first who asks."""
    return _models(_engine_options(options)).engine(parse_reference(reference))


def check_shared(reference: str, options: Mapping[str, Any]) -> None:  # Any: as written
    """A ModelError where `reference` or `options` cannot be; loads nothing."""
    parsed = parse_reference(reference)
    if parsed.source is Source.SCRIPTED:
        raise ModelError(f"{reference} runs no engine", "use models.ScriptedModel for a script")
    if parsed.source is Source.ENDPOINT:
        raise ModelError(
            f"{reference} runs no engine", "use models.remote.RemoteChatModel for a server"
        )
    _models(_engine_options(options)).check(parsed)


@cache
def _models(options: EngineOptions) -> Models:
    return Models(options)


def _engine_options(options: Mapping[str, Any]) -> EngineOptions:  # Any: as written
    try:
        return EngineOptions.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ModelError(
            f"engine option {field}: {first['msg']}",
            f"known: {', '.join(EngineOptions.model_fields)}",
        ) from error
