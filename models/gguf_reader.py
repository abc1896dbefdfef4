"""A cursor over the bytes of a GGUF header that never reads past their end.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

STRING, ARRAY = 8, 9
_SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q",
    12: "<d",
}  # fmt: skip
_FLOATS = (6, 12)
_SHORT = 4096
_LONGEST_NAME = 65535


class Malformed(Exception):
    """The bytes are no GGUF header; the message says where they stop being one."""


class Truncated(Malformed):
    """The header goes on after the end of the file."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array of the metadata, without most of its elements."""

    type: int
    count: int
    integers: tuple[int, ...] = ()
    """The elements of a short array of integers."""
    repeated: str | None = None
    """A string that an array of strings has twice, where one does."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies in the data part, and its shape."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int


Value = str | int | float | bool | Array


class Reader:
    """Reads numbers, strings and values one after the other."""

    def __init__(self, data: memoryview, at: int = 0) -> None:
        self._data = data
        self.at = at

    def number(self, form: str) -> int:
        """An integer in `struct`'s notation."""
        return int(self._scalar(form))

    def count(self, form: str, smallest: int, what: str) -> int:
        """A number of things of which each takes `smallest` bytes at least."""
        number = self.number(form)
        if number < 0 or number * smallest > len(self._data) - self.at:
            raise Malformed(f"it claims {number} {what}, more than its size can hold")
        return number

    def string(self) -> str:
        """A string, as text; what is no UTF-8 is replaced."""
        return bytes(self._take(self.number("<Q"))).decode("utf-8", "replace")

    def metadata(self, count: int) -> Iterator[tuple[str, Value]]:
        """`count` keys with their values."""
        for _ in range(count):
            yield self._name("a key"), self._value(self.number("<I"))

    def tensors(self, count: int) -> Iterator[Tensor]:
        """`count` tensor descriptions."""
        for _ in range(count):
            name = self._name("a tensor's name")
            dimensions = self.number("<I")
            if not 1 <= dimensions <= 4:
                raise Malformed(f"tensor {name!r} has {dimensions} dimensions")
            shape = tuple(self.number("<Q") for _ in range(dimensions))
            yield Tensor(name, shape, self.number("<I"), self.number("<Q"))

    def _name(self, what: str) -> str:
        name = self.string()
        if not name or len(name) > _LONGEST_NAME:
            raise Malformed(f"{what} has {len(name)} characters")
        return name

    def _value(self, type: int) -> Value:
        if type == STRING:
            return self.string()
        if type == ARRAY:
            return self._array()
        if type in _SCALARS:
            return self._scalar(_SCALARS[type])
        raise Malformed(f"a value of the unknown type {type}")

    def _array(self) -> Array:
        type = self.number("<I")
        if type != STRING and type not in _SCALARS:
            raise Malformed(f"an array of the unknown type {type}")
        size = 8 if type == STRING else struct.calcsize(_SCALARS[type])
        count = self.count("<Q", size, "array elements")
        if type == STRING:
            return Array(type, count, repeated=self._repeated(count))
        raw = self._take(count * size)
        if count > _SHORT or type in _FLOATS:
            return Array(type, count)
        return Array(type, count, struct.unpack(f"<{count}{_SCALARS[type][1]}", raw))

    def _repeated(self, count: int) -> str | None:
        """Read `count` strings; which of them came before."""
        # A vocabulary has 300,000 of them: no call a string.
        unpack, data, at, end = struct.Struct("<Q").unpack_from, self._data, self.at, self._end
        seen: set[bytes] = set()
        repeated: bytes | None = None
        for _ in range(count):
            if at + 8 > end:
                raise Truncated("it ends inside an array")
            after = at + 8 + unpack(data, at)[0]
            string = bytes(data[at + 8 : after])
            if string in seen:
                repeated = string
            seen.add(string)
            at = after
        self.at = at
        self._take(0)
        return None if repeated is None else repeated.decode("utf-8", "replace")

    def _scalar(self, form: str) -> int | float | bool:
        (value,) = struct.unpack(form, self._take(struct.calcsize(form)))
        return value  # type: ignore[no-any-return]  # struct's type; the form decides

    def _take(self, size: int) -> memoryview:
        if self.at + size > self._end:
            raise Truncated("it ends inside its header")
        self.at += size
        return self._data[self.at - size : self.at]

    @property
    def _end(self) -> int:
        return len(self._data)
