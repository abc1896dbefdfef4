"""One or several servers that serve the same model, as a person names them.

    http://127.0.0.1:8080                 the one model that is served there
    http://host:8000#Qwen/Qwen3-8B        one of several
    endpoint:NAME, endpoint:NAME#MODEL    servers out of the settings:

    [endpoints.NAME]
    urls = ["http://one:8000", "http://two:8000"]
    model = "Qwen/Qwen3-8B"
    key_env = "NAME_KEY"

A key comes from an environment variable and from nowhere else; an address with one is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from models.errors import ModelError
from models.remote.patience import Patience

SCHEME = "endpoint:"
"""With this a reference names servers out of the settings."""
_FORM = "http://HOST:PORT, or http://HOST:PORT#MODEL where several models are served"
KEPT_SECRET = "kept_secret"
"""The type of errors whose value may be a key."""
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,99}")
_CHAT = "/chat/completions"
_VERSION = re.compile(r"v\d+\w*")
"""The last part of an address that names the interface's version; v1 where it has none."""


def _base(url: str) -> str:
    """Where `/chat/completions` is found; a PydanticCustomError where it is no address."""
    parts = _split(url)
    if parts.fragment:
        raise _no_address("an address without #MODEL; set `model` beside it")
    path = parts.path.rstrip("/").removesuffix(_CHAT)
    versioned = _VERSION.fullmatch(path.rpartition("/")[2])
    return f"{parts.scheme}://{parts.netloc}{path if versioned else f'{path}/v1'}"


def _split(url: str) -> Any:  # Any: urlsplit's own result
    try:
        parts = urlsplit(url.strip())
        parts.port  # noqa: B018 a ValueError where it is none
    except ValueError as error:
        raise _no_address("an address such as http://127.0.0.1:8080") from error
    if "@" in parts.netloc or parts.query:
        raise _kept_secret("an address without a password or a key; name its variable in key_env")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.strip().isprintable():
        raise _no_address("an address such as http://127.0.0.1:8080")
    if " " in url.strip():
        raise _no_address("an address without spaces")
    return parts


def _no_address(wanted: str) -> PydanticCustomError:
    return PydanticCustomError("no_address", "{wanted}", {"wanted": wanted})


def _kept_secret(wanted: str) -> PydanticCustomError:
    """An error of a kind of its own, so that whoever tells it does not repeat the value."""
    return PydanticCustomError(KEPT_SECRET, "{wanted}", {"wanted": wanted})


def _variable(name: str) -> str:
    if name and not _VARIABLE.fullmatch(name):
        raise _kept_secret("the name of an environment variable, in capitals, and never the key")
    return name


def _each_once(urls: tuple[str, ...]) -> tuple[str, ...]:
    if not urls:
        raise _no_address('at least one address: urls = ["http://HOST:PORT"]')
    return tuple(dict.fromkeys(urls))


Url = Annotated[str, AfterValidator(_base)]


class Endpoint(BaseModel):
    """Servers of one model."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True
    )

    urls: Annotated[tuple[Url, ...], AfterValidator(_each_once), Field(validate_default=True)] = ()
    """Their addresses; calls go to the one with the fewest open."""
    model: str = ""
    """The model's name there; empty for the only one that is served."""
    key_env: Annotated[str, AfterValidator(_variable)] = ""
    """The environment variable that holds the key, in capitals; empty where none is needed."""
    patience: Patience = Patience()
    """How long they are waited for."""

    @classmethod
    def at(cls, url: str) -> Endpoint:
        """The server at `http://HOST:PORT#MODEL`; a ModelError where that is no address."""
        address, _, model = url.strip().partition("#")
        try:
            return cls(urls=(address,), model=unquote(model).strip())
        except ValidationError as error:
            wanted = error.errors(include_input=False)[0]["msg"]
            raise ModelError(f"a model at a server needs {wanted}", _FORM) from None

    def named(self, model: str) -> Endpoint:
        """The same servers, asked for another model."""
        return self.model_copy(update={"model": model}) if model else self


def endpoint_of(text: str, known: Mapping[str, Endpoint]) -> Endpoint:
    """What a reference means, `known` being the settings' own; a ModelError where nothing."""
    if not text.lower().startswith(SCHEME):
        return Endpoint.at(text)
    name, _, model = text[len(SCHEME) :].partition("#")
    if name.strip() not in known:
        raise _unknown(name.strip(), known)
    return known[name.strip()].named(model.strip())


def _unknown(name: str, known: Mapping[str, Endpoint]) -> ModelError:
    near = get_close_matches(name, known, n=3, cutoff=0.0)
    hint = f"did you mean {', '.join(near)}? " if near else ""
    return ModelError(
        f"the settings have no endpoint {name!r}",
        f'{hint}add [endpoints.{name or "NAME"}] with urls = ["http://HOST:PORT"] to your settings',
    )
