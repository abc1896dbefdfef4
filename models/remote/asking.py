"""HTTP with one server: the names of its models, and the chunks of an answer."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx

from models.remote.events import Events, TooLong
from models.remote.refusals import Asked, Refusal, failed_within, no_such_server, refused
from models.remote.trouble import Trouble

Json = dict[str, Any]  # Any: the server's JSON
_END = "[DONE]"
_UNLISTED = {404, 405, 501}
"""Servers that answer so to `/models` have no list."""
_MOST = 8 * 2**20
"""Bytes of an answer that is no stream."""
_LISTING = 15.0
"""Seconds without a byte of the list."""


class Asking:
    """What is asked of one address."""

    def __init__(self, client: httpx.AsyncClient, asked: Asked) -> None:
        self._client, self._asked = client, asked
        patience = asked.endpoint.patience
        self._timeout = httpx.Timeout(None, connect=patience.connect)  # tokens are timed elsewhere

    async def names(self) -> tuple[str, ...]:
        """The models that the server lists; empty where it has no list."""
        timeout = httpx.Timeout(_LISTING, connect=self._timeout.connect)
        request = self._client.build_request(
            "GET", f"{self._asked.url}/models", headers=self._headers, timeout=timeout
        )
        response = await self._client.send(request, stream=True)
        try:
            text = await _text(response)
        finally:
            await response.aclose()
        if response.status_code in _UNLISTED:
            return ()
        if response.status_code != httpx.codes.OK:
            raise refused(Refusal(response.status_code, text, response.headers), self._asked)
        return _names(self._object(text))

    async def chunks(self, body: Json) -> AsyncGenerator[Json, None]:
        """The chunks of an answer; a `Trouble` where they are none, or end before their end."""
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Content-Type": "application/json", **self._headers}
        async with self._client.stream(
            "POST",
            f"{self._asked.url}/chat/completions",
            content=content,
            headers=headers,
            timeout=self._timeout,
        ) as response:
            if response.status_code != httpx.codes.OK:
                text = await _text(response)
                raise refused(Refusal(response.status_code, text, response.headers), self._asked)
            if "json" in response.headers.get("content-type", ""):
                yield self._checked(self._object(await _text(response)))
                return
            async for chunk in self._streamed(response):
                yield chunk

    @property
    def _headers(self) -> dict[str, str]:
        return {"Accept-Encoding": "identity", **self._asked.key.headers}

    async def _streamed(self, response: httpx.Response) -> AsyncGenerator[Json, None]:
        events, any_yet = Events(), False
        try:
            async for block in response.aiter_bytes():
                for text in events.feed(block):
                    if text == _END:
                        return
                    any_yet = True
                    yield self._checked(self._object(text))
        except TooLong as error:
            raise Trouble(no_such_server(str(error), self._asked)) from None
        if (last := events.close()) and last != _END and _is_json(last):
            yield self._checked(self._object(last))
        elif not last and not any_yet and "event-stream" not in _kind(response):
            why = f"it sends {_kind(response) or 'what it does not name'}"
            raise Trouble(no_such_server(why, self._asked))

    def _object(self, text: str) -> Json:
        try:
            told = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise Trouble(no_such_server("what it sends is not JSON", self._asked))
        return told

    def _checked(self, chunk: Json) -> Json:
        if error := chunk.get("error"):
            raise failed_within(error, self._asked)
        return chunk


async def _text(response: httpx.Response) -> str:
    """A body that is told whole; what is too long for that is cut."""
    read = bytearray()
    async for block in response.aiter_bytes():
        read += block
        if len(read) > _MOST:
            break
    return read[:_MOST].decode("utf-8", "replace")


def _names(told: Json) -> tuple[str, ...]:
    listed = told.get("data")
    found: list[object] = []
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            aliases = one.get("aliases")
            found += [one.get("id"), *(aliases if isinstance(aliases, list) else ())]
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str) and name))


def _kind(response: httpx.Response) -> str:
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    return kind if kind.isprintable() else ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
