"""The vocabulary as the header has it: its size, and the tokens that are more than text."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from models.gguf_reader import STRING, Array, Reader, Value

_CONTROL, _USER_DEFINED = 3, 4
_PREFIX = "tokenizer.ggml."
_NAMED = ("bos", "eos", "eot", "eom", "unknown", "padding")


class Token(BaseModel):
    """A token with a name of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    text: str


class Tokens(BaseModel):
    """What is known of a vocabulary without loading it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    model: str = ""
    """The kind of tokenizer, such as gpt2 for byte-pair encoding."""
    pre: str = ""
    """How text is cut before, such as qwen2."""
    size: int = 0
    merges: int = 0
    special: Mapping[str, int] = {}
    """Control tokens and added ones, with their numbers."""
    named: Mapping[str, Token] = {}
    """What the file calls bos, eos and so on."""


def tokens_of(metadata: Mapping[str, Value], data: bytes) -> Tokens:
    """The vocabulary of a header that lies in `data`; raises nothing."""
    texts, types = (_array(metadata, name) for name in ("tokens", "token_type"))
    if texts is None or texts.type != STRING:
        return Tokens(model=_text(metadata, "model"), pre=_text(metadata, "pre"))
    named = {name: number for name in _NAMED if (number := _number(metadata, name)) is not None}
    special = _special(types, data) if types and types.count == texts.count else set()
    wanted = special | set(named.values())
    found = {
        number: text.decode("utf-8", "replace")
        for number, text in enumerate(Reader(data).strings(texts))
        if number in wanted
    }
    merges = _array(metadata, "merges")
    return Tokens(
        model=_text(metadata, "model"),
        pre=_text(metadata, "pre"),
        size=texts.count,
        merges=merges.count if merges else 0,
        special={found[number]: number for number in sorted(special)},
        named={
            name: Token(number=number, text=found[number])
            for name, number in named.items()
            if number in found
        },
    )


def _special(types: Array, data: bytes) -> set[int]:
    if types.type == STRING:
        return set()
    numbers = Reader(data).integers(types)
    return {at for at, type in enumerate(numbers) if type in (_CONTROL, _USER_DEFINED)}


def _array(metadata: Mapping[str, Value], name: str) -> Array | None:
    value = metadata.get(_PREFIX + name)
    return value if isinstance(value, Array) else None


def _text(metadata: Mapping[str, Value], name: str) -> str:
    value = metadata.get(_PREFIX + name)
    return value if isinstance(value, str) else ""


def _number(metadata: Mapping[str, Value], name: str) -> int | None:
    value = metadata.get(f"{_PREFIX}{name}_token_id")
    return value if isinstance(value, int) and not isinstance(value, bool) else None
