"""How a model on the hub is named: `hf:owner/repo`, `hf:owner/repo:Q8_0`, or a name of a catalogue.

What stands after the second colon is a quantisation, or the name of a file where two share one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from models.errors import ModelError

SCHEME = "hf:"

RepositoryOf = Callable[[str, str], str]
"""The repository `owner/repo` of a catalogue name and a quantisation, which may be empty; a
ModelError where there is no such name."""

_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?")
_FORM = "write hf:owner/repo or hf:owner/repo:Q4_K_M"


@dataclass(frozen=True)
class HubName:
    """A model on the hub, as the user named it."""

    text: str
    """As it was typed."""
    repository: str
    """`owner/repo`."""
    quantisation: str = ""
    """What stands after the repository; empty where the choice is ours."""

    def __str__(self) -> str:
        return self.text


def hub_name(text: str, repository_of: RepositoryOf | None = None) -> HubName:
    """What `text` names; a ModelError where it is neither of the forms."""
    text = text.strip()
    if text.lower().startswith(SCHEME):
        return _spelled(text, text[len(SCHEME) :])
    name, _, quantisation = text.partition(":")
    repository = (repository_of or catalogue_repository)(name, quantisation)
    return _spelled(text, f"{repository.removeprefix(SCHEME)}:{quantisation}")


def catalogue_repository(name: str, quantisation: str = "") -> str:
    """Where the catalogue says that a model is, in that quantisation if it says so."""
    from models.catalogue import find, reference_to, repository_of

    reference = reference_to(find(name), quantisation.upper()) if quantisation else None
    return reference.split(":")[1] if reference else repository_of(name)


def _spelled(text: str, rest: str) -> HubName:
    repository, _, quantisation = rest.partition(":")
    parts = repository.split("/")
    if len(parts) != 2 or not all(map(_is_part, parts)):
        raise ModelError(f"{text!r} names no repository of the hub", _FORM)
    return HubName(text, repository, quantisation.strip())


def _is_part(text: str) -> bool:
    """The hub's own rule for owners and repositories."""
    return bool(_PART.fullmatch(text)) and "--" not in text and ".." not in text
