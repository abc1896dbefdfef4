"""A cursor over the bytes of a GGUF header that never reads past their end.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

STRING, ARRAY = 8, 9
_SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q",
    12: "<d",
}  # fmt: skip
_FLOATS = (6, 12)
_SHORT = 4096
_LONGEST_NAME = 65535
_MOST = 2**20
"""Of anything that is counted: twice the longest list of merges of any model."""
_DISTINCT = "tokenizer.ggml.tokens"
"""The one array whose strings must differ."""


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
    """A token that the vocabulary has twice, where it does."""
    at: int = field(default=0, compare=False)
    """Where its elements begin, for `Reader.strings` and `Reader.integers`."""


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

    def __init__(self, data: bytes | memoryview, at: int = 0, *, size: int | None = None) -> None:
        """`data` may be the beginning of a file that has `size` bytes."""
        self._data = bytes(data)
        self._size = len(data) if size is None else size
        self.at = at

    def number(self, form: str) -> int:
        """An integer in `struct`'s notation."""
        return int(self._scalar(form))

    def count(self, form: str, smallest: int, what: str) -> int:
        """A number of things of which each takes `smallest` bytes at least."""
        number = self.number(form)
        if number < 0 or number * smallest > self._size - self.at:
            raise Malformed(f"it claims {number} {what}, more than its size can hold")
        if number > _MOST:
            raise Malformed(f"it claims {number} {what}, more than any model has")
        return number

    def string(self) -> str:
        """A string, as text; what is no UTF-8 is replaced."""
        return self._take(self.number("<Q")).decode("utf-8", "replace")

    def metadata(self, count: int) -> Iterator[tuple[str, Value]]:
        """`count` keys with their values."""
        for _ in range(count):
            key = self._name("a key")
            yield key, self._value(self.number("<I"), distinct=key == _DISTINCT)

    def tensors(self, count: int) -> Iterator[Tensor]:
        """`count` tensor descriptions."""
        for _ in range(count):
            name = self._name("a tensor's name")
            dimensions = self.number("<I")
            if not 1 <= dimensions <= 4:
                raise Malformed(f"tensor {name!r} has {dimensions} dimensions")
            shape = tuple(self.number("<Q") for _ in range(dimensions))
            yield Tensor(name, shape, self.number("<I"), self.number("<Q"))

    def strings(self, array: Array) -> Iterator[bytes]:
        """The elements of an array of strings that was read before."""
        unpack, data, at = struct.Struct("<Q").unpack_from, self._data, array.at
        for _ in range(array.count):
            after = at + 8 + unpack(data, at)[0]
            yield data[at + 8 : after]
            at = after

    def integers(self, array: Array) -> tuple[int, ...]:
        """The elements of an array of integers that was read before, however long."""
        form = f"<{array.count}{_SCALARS[array.type][1]}"
        return struct.unpack_from(form, self._data, array.at)

    def _name(self, what: str) -> str:
        name = self.string()
        if not name or len(name) > _LONGEST_NAME:
            raise Malformed(f"{what} has {len(name)} characters")
        return name

    def _value(self, type: int, *, distinct: bool) -> Value:
        if type == STRING:
            return self.string()
        if type == ARRAY:
            return self._array(distinct=distinct)
        if type in _SCALARS:
            return self._scalar(_SCALARS[type])
        raise Malformed(f"a value of the unknown type {type}")

    def _array(self, *, distinct: bool) -> Array:
        type = self.number("<I")
        if type != STRING and type not in _SCALARS:
            raise Malformed(f"an array of the unknown type {type}")
        size = 8 if type == STRING else struct.calcsize(_SCALARS[type])
        count = self.count("<Q", size, "array elements")
        at = self.at
        if type == STRING:
            self._skip_strings(count)
            array = Array(type, count, at=at)
            return replace(array, repeated=self._repeated(array)) if distinct else array
        raw = self._take(count * size)
        if count > _SHORT or type in _FLOATS:
            return Array(type, count, at=at)
        return Array(type, count, struct.unpack(f"<{count}{_SCALARS[type][1]}", raw), at=at)

    def _skip_strings(self, count: int) -> None:
        # A vocabulary and its merges are 300,000 of them: no call a string.
        unpack, data, at = struct.Struct("<Q").unpack_from, self._data, self.at
        last = self._end - 8
        for _ in range(count):
            if at > last:
                raise Truncated("it ends inside an array")
            at += 8 + unpack(data, at)[0]
        self.at = at
        self._take(0)

    def _repeated(self, array: Array) -> str | None:
        """A string that the array has twice."""
        strings = list(self.strings(array))
        if len(set(strings)) == array.count:
            return None
        twice = next(string for string, times in Counter(strings).items() if times > 1)
        return twice.decode("utf-8", "replace")

    def _scalar(self, form: str) -> int | float | bool:
        (value,) = struct.unpack(form, self._take(struct.calcsize(form)))
        return value  # type: ignore[no-any-return]  # struct's type; the form decides

    def _take(self, size: int) -> bytes:
        if self.at + size > self._end:
            raise Truncated("it ends inside its header")
        self.at += size
        return self._data[self.at - size : self.at]

    @property
    def _end(self) -> int:
        return len(self._data)
