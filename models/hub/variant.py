"""One model out of the files of a repository: which belong together, and which is meant. Pure.

A model of several files is named `NAME-00001-of-00003.gguf` and so on, llama.cpp's way; a
repository may keep each quantisation in a folder of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.errors import ModelError

DEFAULT_ORDER = ("Q4_K_M", "UD-Q4_K_XL", "Q4_K_S", "Q5_K_M", "Q6_K", "Q8_0", "BF16", "F16")
"""Tried one after the other where no quantisation is named: nearly as good as the original at a
third of its bytes first, then what loses less."""

_SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})\.gguf", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:^|[-._/])((?:UD-)?(?:"
    r"I?Q\d(?:_[01](?:_\d_\d)?|_K(?:_(?:XXS|XS|S|M|L|XL))?|_(?:XXS|XS|S|M|NL))?"
    r"|TQ\d_0|BF16|F16|F32|MXFP4(?:_MOE)?|NVFP4))(?=$|[-._/])",
    re.IGNORECASE,
)
_ASIDE = ("mmproj", "imatrix")
"""Files beside a model that are none: vision projectors, importance matrices."""

_MOST_PARTS = 1000
"""Of one model; a name that says more is no part of a model."""


@dataclass(frozen=True)
class Variant:
    """A model in one quantisation."""

    name: str
    """Its path in the repository without the parts' numbers and the suffix."""
    quantisation: str
    """As llama.cpp writes it; empty where the name says none."""
    files: tuple[str, ...]
    """Those that are there, the first part first."""
    missing: tuple[str, ...] = ()
    """Parts that should be there and are not."""

    @property
    def file_name(self) -> str:
        """Its name without the folder."""
        return self.name.rpartition("/")[2]

    def answers_to(self, wanted: str) -> bool:
        """Whether `wanted` names it: its quantisation or its file, in upper or lower case."""
        plain = wanted.lower().removesuffix(".gguf")
        names = {self.quantisation, self.name, self.file_name}
        return bool(plain) and plain in {name.lower() for name in names}


def variants(paths: Iterable[str]) -> tuple[Variant, ...]:
    """The models that these files make up, by name; what is no GGUF is passed over."""
    parts: dict[tuple[str, int], set[str]] = {}
    for path in paths:
        if _is_model(path):
            parts.setdefault(_model_of(path), set()).add(path)
    found: dict[str, Variant] = {}
    for name, count in sorted(parts):  # in one file before in several
        variant = _variant(name, count, parts[name, count])
        if name not in found or (found[name].missing and not variant.missing):
            found[name] = variant
    return tuple(found.values())


def choose(found: Sequence[Variant], wanted: str, where: str) -> Variant:
    """The one that is meant; a ModelError that lists what there is where it is none or several."""
    if not found:
        raise ModelError(f"{where} holds no GGUF file", "name a repository that ends in -GGUF")
    if wanted:
        return _only([one for one in found if one.answers_to(wanted)], found, wanted, where)
    for label in DEFAULT_ORDER:
        if matching := [one for one in found if one.quantisation == label]:
            return _only(matching, found, label, where)
    return _only(found, found, "", where)


def quantisation_of(name: str) -> str:
    """The last quantisation that a name speaks of, in upper case."""
    labels = _LABEL.findall(name)
    return labels[-1].upper() if labels else ""


def _is_model(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.endswith(".gguf") and not name.startswith(_ASIDE)


def _model_of(path: str) -> tuple[str, int]:
    """The model's name and how many parts it has; 0 where it is one file without a number."""
    if (shard := _SHARD.fullmatch(path)) and 0 < int(shard[3]) <= _MOST_PARTS:
        return shard[1], int(shard[3])
    return path[: -len(".gguf")], 0


def _variant(name: str, count: int, paths: set[str]) -> Variant:
    quantisation = quantisation_of(name)
    if not count:
        return Variant(name, quantisation, tuple(sorted(paths)))
    wanted = [f"{name}-{number:05}-of-{count:05}.gguf" for number in range(1, count + 1)]
    files = tuple(path for path in wanted if path in paths)
    return Variant(name, quantisation, files, tuple(path for path in wanted if path not in paths))


def _only(matching: Sequence[Variant], found: Sequence[Variant], what: str, where: str) -> Variant:
    if len(matching) == 1:
        return matching[0]
    if not matching:
        raise ModelError(f"{where} has no {what}", f"there is: {_listed(found)}")
    several = f"several {what}" if what else "several models, and none is the usual one"
    raise ModelError(f"{where} has {several}", f"name one: {_listed(matching, by_file=True)}")


def _listed(found: Sequence[Variant], by_file: bool = False) -> str:
    told = [(not by_file and one.quantisation) or one.file_name for one in found]
    shown = list(dict.fromkeys(told))
    more = f" and {len(shown) - 40} more" if len(shown) > 40 else ""
    return ", ".join(shown[:40]) + more
