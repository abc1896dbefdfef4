"""What a server's refusal means: its status and its text as one line and a hint.

What the server wrote is quoted in one short line of printable text, with the key taken out; nothing
of it where the key itself was refused.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from models.errors import CadreError, GenerationError, ModelError
from models.remote.endpoint import Endpoint
from models.remote.key import Key
from models.remote.trouble import Again, Trouble

_CONTEXT = re.compile(
    r"exceed_context_size|context_length_exceeded|maximum context|context (length|size|window)"
    r"|max_model_len|longer than the model's context", re.IGNORECASE
)  # fmt: skip
"""How llama-server, vLLM, SGLang and others say that a prompt is too long."""
_LARGER = (
    "shorten the request, or start the server with a larger context "
    "(llama-server -c, vllm --max-model-len, sglang --context-length, OLLAMA_CONTEXT_LENGTH)"
)
_LOG = "look at the server's own log"
_ANY = "default"
"""The model's name where a server lists none and none was named."""
_LONGEST = 200
"""Characters of a server's text that are told."""


@dataclass(frozen=True)
class Refusal:
    """An answer that is none."""

    status: int
    text: str
    """What the server wrote, as it came."""
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """What was asked for, and where, to be told in errors."""

    url: str
    endpoint: Endpoint
    key: Key

    @property
    def name(self) -> str:
        """The address as a person types it."""
        return self.url.removesuffix("/v1")


def refused(refusal: Refusal, asked: Asked) -> Trouble:
    """The trouble that a status other than 200 is."""
    said = asked.key.masked(shown(refusal.text))
    match refusal.status:
        case 401 | 403:
            return Trouble(_wrong_key(refusal.status, asked))
        case 408 | 425:
            return Trouble(_away(refusal.status, said, asked), Again.SOON, _wait(refusal))
        case 429:
            return Trouble(_limited(asked), Again.SOON, _wait(refusal))
        case status if _CONTEXT.search(refusal.text) and status not in {404, 503}:
            return Trouble(too_long(said, asked))
        case 404 if asked.endpoint.model and _names_a_model(refusal.text):
            return Trouble(unknown_model(asked, ()))
        case 404 | 405:
            return Trouble(no_such_server(f"it answers {refusal.status}", asked))
        case status if status >= 500 and status != HTTPStatus.NOT_IMPLEMENTED:
            return Trouble(_away(status, said, asked), Again.SOON, _wait(refusal))
        case status if 300 <= status < 400:
            hint = "name the address that it leads to: keys and prompts follow nobody"
            return Trouble(ModelError(f"{asked.name} leads elsewhere ({status})", hint))
        case status:
            message = f"{asked.name} refuses the request ({status}): {said or 'without a word'}"
            return Trouble(GenerationError(message, _LOG), said=refusal.text)


def failed_within(payload: Any, asked: Asked) -> Trouble:  # Any: the server's JSON
    """The trouble that an `error` inside a stream is."""
    error = payload if isinstance(payload, dict) else {"message": str(payload)}
    code = error.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return refused(Refusal(status, json.dumps({"error": error}), {}), asked)


def unknown_model(asked: Asked, names: Sequence[str]) -> ModelError:
    """That the server has no model of that name; the nearest three of `names` are told."""
    wanted = asked.endpoint.model
    near = get_close_matches(wanted, names, n=3, cutoff=0.0)
    shown_names = ", ".join(shown(name) for name in near)
    hint = f"it has {shown_names}" if near else f"see what it has: {asked.url}/models"
    return ModelError(f"{asked.name} has no model {wanted!r}", hint)


def model_at(asked: Asked, names: Sequence[str]) -> str:
    """The model's name at a server that lists `names`; a ModelError where it has it not, or has
    several and none was named."""
    wanted = asked.endpoint.model
    if names and wanted and not {wanted, f"{wanted}:latest"} & set(names):
        raise unknown_model(asked, names)
    if not wanted and len(names) > 1:
        raise _several_models(asked, names)
    return wanted or (names[0] if names else _ANY)


def _several_models(asked: Asked, names: Sequence[str]) -> ModelError:
    """That a server with several models was asked for none by name."""
    some = ", ".join(shown(name) for name in names[:3])
    return ModelError(
        f"{asked.name} has {len(names)} models, and none was named",
        f"add its name, as in {asked.name}#{shown(names[0])}; it has {some}",
    )


def no_such_server(why: str, asked: Asked) -> ModelError:
    """That whatever listens there is no OpenAI-compatible server."""
    return ModelError(
        f"{asked.name} does not answer as an OpenAI-compatible server: {why}",
        f"name the address that has /chat/completions below it; {asked.url} was tried",
    )


def too_long(said: str, asked: Asked) -> GenerationError:
    """That the prompt does not fit."""
    return GenerationError(f"the prompt is too long for {asked.name}: {said}", _LARGER)


def shown(text: str) -> str:
    """A server's words in one line: the message of its JSON where it has one."""
    try:
        told = json.loads(text)
        error = told.get("error", told) if isinstance(told, dict) else told
        found = error.get("message") or error.get("detail") if isinstance(error, dict) else error
        text = str(found) if found else text
    except (ValueError, RecursionError):
        pass
    words = "".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST])
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a server asks for, as a number or a date; None where it does not."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None


def _wait(refusal: Refusal) -> float | None:
    return retry_after(refusal.headers, time.time())


def _names_a_model(text: str) -> bool:
    return "model" in text.lower()


def _wrong_key(status: int, asked: Asked) -> ModelError:
    variable = asked.endpoint.key_env
    if variable:
        return ModelError(
            f"{asked.name} does not accept the key in {variable} ({status})",
            f"export {variable}=... with a key that may use this model",
        )
    return ModelError(
        f"{asked.name} wants a key ({status})",
        f'put [endpoints.NAME] with urls = ["{asked.name}"] and key_env = "VARIABLE" into your '
        "settings, and use the model endpoint:NAME",
    )


def _limited(asked: Asked) -> CadreError:
    return GenerationError(
        f"{asked.name} still says that there are too many requests (429)",
        "wait a while, or ask less at a time: --max-agents 1",
    )


def _away(status: int, said: str, asked: Asked) -> CadreError:
    return GenerationError(f"{asked.name} is not well ({status}): {said or 'without a word'}", _LOG)
