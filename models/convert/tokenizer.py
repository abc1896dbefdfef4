"""The tokenizer of a checkpoint as a GGUF has it: tokens, their types, merges, special ones.

Reads `tokenizer.json`, or `vocab.json` and `merges.txt`, with `tokenizer_config.json` and
`config.json` for what is special. Qwen's way to cut text into words is the only one known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from models.convert.json_file import read_json, read_text
from models.errors import ModelError

PRE = "qwen2"
"""llama.cpp's name for how Qwen2 and Qwen3 cut text into words."""

_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""The same as a regular expression; https://huggingface.co/Qwen/Qwen3-8B, tokenizer.json."""
_CLASSES = ("Qwen2Tokenizer", "Qwen2TokenizerFast")
_NORMAL, _CONTROL, _USER_DEFINED, _UNUSED = 1, 3, 4, 5
"""llama.cpp's types of tokens."""
T = TypeVar("T")

_COPY = "copy the tokenizer's files from the model's repository"


class AddedToken(BaseModel):
    """A token beside those that merges make."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: int
    content: str
    special: bool = False

    @property
    def type(self) -> int:
        """Control tokens are read out of no text; what looks like <|one|> is one."""
        looks = self.content.startswith("<|") and self.content.endswith("|>")
        return _CONTROL if self.special or looks else _USER_DEFINED


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Texts as the files have them: each byte of a token is one visible character."""

    vocabulary: Mapping[str, int]
    merges: Sequence[str]
    added: Sequence[AddedToken]
    adds: Mapping[str, bool]
    """Whether `bos` or `eos` is put around a text, as far as the files say it."""

    def tokens(self, size: int) -> tuple[list[str], list[int]]:
        """Texts and types of `size` tokens; numbers that no token has are filled up."""
        types = dict.fromkeys(self.vocabulary.values(), _NORMAL)
        texts = {number: text for text, number in self.vocabulary.items()}
        types |= {token.id: token.type for token in self.added}
        texts |= {token.id: token.content for token in self.added}
        if not texts or min(texts) < 0 or max(texts) >= size:
            raise ModelError(
                f"the tokenizer has {len(texts):,} tokens up to number {max(texts, default=0):,}, "
                f"config.json says vocab_size {size:,}",
                _COPY,
            )
        numbers = range(size)
        return (
            [texts.get(number, f"[PAD{number}]") for number in numbers],
            [types.get(number, _UNUSED) for number in numbers],
        )

    def number(self, content: str) -> int | None:
        """The number of an added token."""
        return next((token.id for token in self.added if token.content == content), None)


def read_tokenizer(folder: Path, config: Mapping[str, JsonValue]) -> Tokenizer:
    """The tokenizer in `folder`; `config` is its tokenizer_config.json."""
    if (folder / "tokenizer.json").exists():
        return _from_json(folder / "tokenizer.json", config)
    if (folder / "vocab.json").exists() and (folder / "merges.txt").exists():
        return _from_parts(folder, config)
    raise ModelError(f"{folder} has no tokenizer.json, nor vocab.json with merges.txt", _COPY)


def _from_json(path: Path, config: Mapping[str, JsonValue]) -> Tokenizer:
    whole = read_json(path)
    model = whole.get("model")
    if not isinstance(model, dict) or model.get("type", "BPE") != "BPE":
        raise ModelError(f"{path} holds no BPE tokenizer", _COPY)
    if _PATTERN not in _patterns(whole.get("pre_tokenizer")):
        raise ModelError(
            f"{path} does not cut text into words as Qwen does",
            "convert it with llama.cpp's convert_hf_to_gguf.py",
        )
    listed = _parsed(path, "added_tokens", list[AddedToken], whole.get("added_tokens") or [])
    return Tokenizer(
        vocabulary=_parsed(path, "vocab", dict[str, int], model.get("vocab")),
        merges=[_merge(merge) for merge in _merges(path, model.get("merges"))],
        added=_with_decoder(listed, config),
        adds=_adds(_processors(whole.get("post_processor")), config),
    )


def _from_parts(folder: Path, config: Mapping[str, JsonValue]) -> Tokenizer:
    if (own := config.get("tokenizer_class", _CLASSES[0])) not in _CLASSES:
        raise ModelError(f"{folder}: its tokenizer is a {own}", f"known: {', '.join(_CLASSES)}")
    path = folder / "vocab.json"
    extra = folder / "added_tokens.json"
    more = read_json(extra) if extra.exists() else {}
    numbers = _parsed(extra, "added_tokens", dict[str, int], more)
    added = [AddedToken(id=number, content=text) for text, number in numbers.items()]
    lines = read_text(folder / "merges.txt").splitlines()
    return Tokenizer(
        vocabulary=_parsed(path, "vocab", dict[str, int], dict(read_json(path))),
        merges=[line for line in lines if line.strip() and not line.startswith("#version")],
        added=_with_decoder(added, config),
        adds=_adds((), config),
    )


def _parsed(path: Path, what: str, type: type[T], value: object) -> T:
    try:
        return TypeAdapter(type).validate_python(value, strict=True)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        at = f" at {where}" if where else ""
        raise ModelError(f"{path}: {what} is broken{at}", _COPY) from None


def _merges(path: Path, merges: JsonValue) -> list[str | list[str]]:
    found = _parsed(path, "merges", list[str | list[str]], merges)
    if not found or any(not isinstance(merge, str) and len(merge) != 2 for merge in found):
        raise ModelError(f"{path} has no merges", _COPY)
    return found


def _merge(merge: str | list[str]) -> str:
    """A pair in one text; a space inside of a part is written as GPT-2 writes that byte."""
    if isinstance(merge, str):
        return merge
    return " ".join(part.replace(" ", "Ġ") for part in merge)


def _patterns(pre_tokenizer: JsonValue) -> Iterator[str]:
    """Regular expressions that split a text."""
    if isinstance(pre_tokenizer, dict):
        own = pre_tokenizer.get("pattern")
        if isinstance(own, dict) and isinstance(regex := own.get("Regex"), str):
            yield regex
        inner = pre_tokenizer.get("pretokenizers")
        for part in inner if isinstance(inner, list) else ():
            yield from _patterns(part)


def _processors(post_processor: JsonValue) -> Iterator[str]:
    """Kinds of what is done to tokens at the end."""
    if isinstance(post_processor, dict):
        inner = post_processor.get("processors")
        for part in inner if isinstance(inner, list) else [post_processor]:
            yield str(part.get("type")) if isinstance(part, dict) else ""


def _adds(processors: Iterable[str], config: Mapping[str, JsonValue]) -> dict[str, bool]:
    """Byte-level tokenizers add nothing; else the configuration's word counts."""
    if "ByteLevel" in processors:
        return {"bos": False, "eos": False}
    said = {kind: config.get(f"add_{kind}_token") for kind in ("bos", "eos")}
    return {kind: value for kind, value in said.items() if isinstance(value, bool)}


def _with_decoder(
    listed: Sequence[AddedToken], config: Mapping[str, JsonValue]
) -> list[AddedToken]:
    """With the tokens that only tokenizer_config.json names."""
    decoder = config.get("added_tokens_decoder")
    tokens = {token.id: token for token in listed}
    for number, about in (decoder if isinstance(decoder, dict) else {}).items():
        if number.isdecimal() and isinstance(about, dict) and isinstance(about.get("content"), str):
            special = about.get("special") is True
            token = AddedToken(id=int(number), content=str(about["content"]), special=special)
            tokens.setdefault(token.id, token)
    return list(tokens.values())
