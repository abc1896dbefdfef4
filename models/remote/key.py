"""The key of an endpoint: read when it is needed, shown nowhere."""

from __future__ import annotations

import os

from models.errors import ModelError
from models.remote.endpoint import Endpoint

_MASK = "[key]"


class Key:
    """A key out of an environment variable; its text leaves only as a header."""

    def __init__(self, endpoint: Endpoint) -> None:
        """A ModelError where the variable is not set or cannot be a key."""
        self._text = _read(endpoint.key_env) if endpoint.key_env else ""

    def __repr__(self) -> str:
        return f"Key({_MASK if self._text else 'none'})"

    @property
    def headers(self) -> dict[str, str]:
        """What a request carries."""
        return {"Authorization": f"Bearer {self._text}"} if self._text else {}

    def masked(self, text: str) -> str:
        """`text`, which a server wrote, without the key."""
        return text.replace(self._text, _MASK) if self._text else text


def _read(variable: str) -> str:
    text = os.environ.get(variable, "").strip()
    if not text:
        raise ModelError(
            f"{variable}, which holds the endpoint's key, is not set", f"export {variable}=..."
        )
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ModelError(
            f"what {variable} holds cannot be a key",
            "a key is one word of plain letters, digits and signs",
        )
    return text
