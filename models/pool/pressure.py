"""What is done when memory is short: less context for the model that is loaded next."""

from __future__ import annotations

from collections.abc import Iterator

from models.engine_options import EngineOptions

LEAST_CONTEXT = 2048
"""Tokens below which no context is shrunk: an agent's prompt would not fit."""


def smaller(options: EngineOptions) -> Iterator[EngineOptions]:
    """The same with ever less context memory: first no room for kept prefixes and other requests,
    then half the context, again and again."""
    context = options.context_tokens
    if (options.cells or 2 * context) > context:
        yield options.model_copy(update={"cells": context})
    while context // 2 >= LEAST_CONTEXT:
        context //= 2
        yield options.model_copy(update={"context_tokens": context, "cells": context})
