"""A whole number that is set by a person: `true` is none, although Python says that it is 1."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator


def _not_a_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("is a switch")  # noqa: TRY004 pydantic reads ValueError only
    return value


WholeNumber = Annotated[int, BeforeValidator(_not_a_switch)]
"""An int that no bool can be taken for."""
