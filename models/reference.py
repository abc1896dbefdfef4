"""How a model is named, and what a name means.

embedded                    the small model that lies beside this file
scripted:FILE               turns out of a JSON file, for tests
PATH                        a GGUF file; anything with a slash, a leading ~ or the suffix .gguf
hf:owner/repo[:quant]       a model of a hub, once it has been pulled
NAME[:quant]                a model of the catalogue, once it has been pulled
http://HOST:PORT[#MODEL]    a model at an OpenAI-compatible server
endpoint:NAME[#MODEL]       one at the servers that the settings call so
"""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from models.errors import ModelError
from models.hub import SCHEME, hub_name
from models.hub import path_of as kept_path
from models.remote.endpoint import SCHEME as SERVERS
from models.remote.endpoint import Endpoint


class Source(StrEnum):
    """Where a model comes from."""

    EMBEDDED = "embedded"
    SCRIPTED = "scripted"
    FILE = "file"
    HUB = "hub"
    ENDPOINT = "endpoint"


class ModelReference(BaseModel):
    """A model as the user named it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    text: str
    """As it was typed; it stands in reports and in the roster."""
    source: Source
    path: Path | None = None
    """The script or the GGUF; None for the embedded model, those of a hub and those at servers."""

    def __str__(self) -> str:
        return self.text

    @property
    def absolute(self) -> str:
        """The same model named so that it can be found from any folder."""
        if self.path is None:
            return self.text
        path = str(self.path.absolute())
        return f"{self.source}:{path}" if self.source is Source.SCRIPTED else path


_EMBEDDED = Path(__file__).parent / "embedded" / "cadre-embedded.gguf"
_AT_SERVERS = frozenset({"http", "https", "endpoint"})
_NOW = "name a model of `cadre models list`, a GGUF file by its path, or `embedded`"


def parse_reference(text: str) -> ModelReference:
    """What `text` means; a ModelError with what to type instead where it means nothing yet."""
    text = text.strip()
    scheme, colon, rest = text.partition(":")
    if text == Source.EMBEDDED:
        return ModelReference(text=text, source=Source.EMBEDDED)
    if colon and scheme == Source.SCRIPTED:
        return _scripted(text, rest)
    if scheme.lower() in _AT_SERVERS:
        return _at_server(text)
    if text.lower().startswith(SCHEME):
        hub_name(text)  # refuses what is no repository
        return ModelReference(text=text, source=Source.HUB)
    if _looks_like_a_path(text):
        return ModelReference(text=text, source=Source.FILE, path=Path(text).expanduser())
    if scheme.lower() in _catalogued():
        return ModelReference(text=text, source=Source.HUB)
    raise _unknown(text)


def path_of(reference: ModelReference) -> Path:
    """The file behind a reference, under its own name; a ModelError where it is not on disk."""
    if reference.source is Source.EMBEDDED:
        return embedded_path()
    if reference.source is Source.HUB:
        return kept_path(hub_name(reference.text))
    if reference.source is Source.ENDPOINT:
        raise ModelError(f"{reference.text} is at a server, and no file of this machine", _NOW)
    if reference.path is None:
        raise ModelError(f"{reference.text} names no file")
    return reference.path


def embedded_path() -> Path:
    """The GGUF that is installed with Cadre; a ModelError where somebody took it away."""
    if not _EMBEDDED.is_file():
        hint = "install Cadre again: pip install --force-reinstall --no-deps qwen-cadre"
        raise ModelError(f"the embedded model is missing: {_EMBEDDED}", hint)
    return _EMBEDDED


def embedded_sum() -> tuple[str, str]:
    """The SHA-256 of the embedded model as it is, and as it should be."""
    wanted = _EMBEDDED.with_suffix(".sha256").read_text(encoding="ascii").split()[0]
    return hashlib.sha256(embedded_path().read_bytes()).hexdigest(), wanted


def _scripted(text: str, file: str) -> ModelReference:
    if not file:
        raise ModelError("scripted: names no file", "scripted:FILE, where FILE is JSON")
    return ModelReference(text=text, source=Source.SCRIPTED, path=Path(file).expanduser())


def _at_server(text: str) -> ModelReference:
    if not text.lower().startswith(SERVERS):
        Endpoint.at(text)  # refuses what is no address
    return ModelReference(text=text, source=Source.ENDPOINT)


def _looks_like_a_path(text: str) -> bool:
    return text.lower().endswith(".gguf") or "/" in text or "\\" in text or text.startswith("~")


def _catalogued() -> dict[str, str]:
    """Each name of the catalogue as it is written there, by its small letters."""
    from models.catalogue import catalogue  # most references need none of it

    return {entry.name.lower(): entry.name for entry in catalogue().models}


def _unknown(text: str) -> ModelError:
    names = _catalogued()
    near = get_close_matches(text.lower(), ["embedded", "scripted", *names], n=3, cutoff=0.5)
    named = ", ".join(names.get(name, name) for name in near)
    did_you_mean = f"did you mean {named}? " if near else ""
    return ModelError(f"unknown model {text!r}", f"{did_you_mean}{_NOW}")
