"""Which family would serve a file: the engine's own choice, made from the header alone."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from models.errors import ModelError
from models.families import family_of
from models.inspection.tokens import Tokens
from models.vocabulary import Vocabulary


class Recognised(BaseModel):
    """How a model is spoken to."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    family: str | None
    """Its family; None: Cadre cannot speak to it."""
    thinking: str = ""
    """switch, always or never."""
    tools: str = ""
    """How it writes tool calls: hermes is JSON, xml is XML."""
    note: str = ""
    """What a person should know of the choice."""


class _HeaderVocabulary(Vocabulary):
    """The special tokens of a header, for whoever asks for their numbers and nothing else."""

    def __init__(self, special: Mapping[str, int]) -> None:
        self._known = special

    def token(self, text: str) -> int | None:
        return self._known.get(text)


def recognised(architecture: str, template: str, tokens: Tokens) -> Recognised:
    """The family that would serve, by architecture, vocabulary and template."""
    end = tokens.named.get("eos")
    vocabulary = _HeaderVocabulary(tokens.special)
    try:
        family = family_of(architecture, template, vocabulary, end=end.text if end else "")
    except ModelError as error:
        return Recognised(family=None, note=error.message)
    return Recognised(
        family=family.name, thinking=family.can, tools=family.calls.name, note=family.note
    )
