"""Tool calls out of the parts in which a server streams them; nothing leaves before the end.

OpenAI numbers them (`index`) and sends arguments in pieces. Ollama sends whole calls, all numbered
0, and some servers send arguments as an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.calls.reading import read
from models.pieces import InvalidToolCall, Piece

MOST = 256
"""Calls of one answer; a model that makes more has lost its way."""


@dataclass
class _Begun:
    index: object
    id: str
    name: str = ""
    arguments: str = ""


class Called:
    """The calls of one answer."""

    def __init__(self) -> None:
        self._begun: list[_Begun] = []

    @property
    def size(self) -> int:
        """Characters of all arguments."""
        return sum(len(begun.arguments) for begun in self._begun)

    def feed(self, parts: Any) -> None:  # Any: the server's JSON
        """Take the `tool_calls` of one delta; what has not their form is passed over."""
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and len(self._begun) < MOST:
                self._take(part)

    def close(self, *, cut: bool) -> Iterator[Piece]:
        """All of them; `cut`: the last one may not be whole."""
        for at, begun in enumerate(self._begun):
            yield _piece(begun, cut=cut and at == len(self._begun) - 1)

    def _take(self, part: dict[str, Any]) -> None:
        function = part.get("function")
        function = function if isinstance(function, dict) else {}
        name, arguments = function.get("name"), function.get("arguments")
        begun = self._of(part.get("index"), _text(part.get("id")), _text(name))
        begun.name += _text(name) if not begun.name else ""
        begun.arguments += arguments if isinstance(arguments, str) else _json(arguments)

    def _of(self, index: object, id: str, name: str) -> _Begun:
        """The call that a part goes on with: the last of its number, unless it begins another."""
        same = (one for one in reversed(self._begun) if one.index == index)
        last = next(same, None)
        if last is None or _begins_another(last, id, name):
            last = _Begun(index, id)
            self._begun.append(last)
        last.id = last.id or id
        return last


def _begins_another(last: _Begun, id: str, name: str) -> bool:
    if id and last.id:
        return id != last.id
    return bool(name) and _whole(last.arguments)


def _piece(begun: _Begun, *, cut: bool) -> Piece:
    arguments = begun.arguments.strip() or "{}"
    raw = f'{{"name": {json.dumps(begun.name)}, "arguments": {arguments}}}'
    if cut and not _whole(arguments):
        return InvalidToolCall(raw[:-1], "cut off before its end")
    pieces, _ = read(raw, closed=True)
    return pieces[0]


def _whole(arguments: str) -> bool:
    try:
        return isinstance(json.loads(arguments), dict)
    except (ValueError, RecursionError):
        return False


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
