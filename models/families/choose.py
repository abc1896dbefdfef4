"""Which adapter serves a model: by its architecture, vocabulary and template, never by its name.

The architecture says which families come into question. The first whose rendering is proven equal
to the file's own template serves; where none is, the template itself does, in a sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import ModelError
from models.families.chatml import ChatML
from models.families.family import Family
from models.families.jinja import Jinja, TemplateFailed
from models.families.proof import PLAIN, TOOLS, proven, shown
from models.families.qwen3 import Qwen3
from models.families.qwen3_5 import Qwen35
from models.families.qwen3_2507 import Instruct2507, NextInstruct, NextThinking, Thinking2507
from models.families.qwen3_coder import Coder
from models.families.tags import END, QWEN_THINKS, START
from models.families.template import Template
from models.vocabulary import Vocabulary

if TYPE_CHECKING:
    from models.llama import Weights

_Kind = type[ChatML]
_QWEN3: tuple[_Kind, ...] = (Qwen3, Thinking2507, Instruct2507, Coder)
_QWEN3_NEXT: tuple[_Kind, ...] = (NextThinking, NextInstruct, Coder)
_KINDS: dict[str, tuple[_Kind, ...]] = {
    "qwen3": _QWEN3,
    "qwen3moe": _QWEN3,
    "qwen3next": _QWEN3_NEXT,
    "qwen35": (Qwen35,),
    "qwen35moe": (Qwen35,),
}
"""By architecture, as llama.cpp calls it."""
_ALL: tuple[_Kind, ...] = (ChatML, *_QWEN3, *_QWEN3_NEXT, Qwen35)
_NAMED = {kind.name: kind for kind in _ALL}
NAMES = (*_NAMED, Template.name)
"""Every family, for a setting that names one."""
_UNPROVEN = "the file's own chat template is run in a sandbox: it is none that Cadre renders itself"


def family_for(weights: Weights, vocabulary: Vocabulary, wanted: str | None = None) -> Family:
    """The adapter of a file; see `family_of`."""
    architecture = weights.metadata("general.architecture") or "unknown"
    token = weights.end()
    end = weights.text(token) if weights.known([token]) else ""
    return family_of(architecture, weights.chat_template(), vocabulary, wanted=wanted, end=end)


def family_of(
    architecture: str,
    template: str,
    vocabulary: Vocabulary,
    *,
    wanted: str | None = None,
    end: str = "",
) -> Family:
    """The adapter; a ModelError where the model speaks nothing that we do.

    `wanted`: one of `NAMES`, whatever the file says. `end`: the token that ends a text, which
    some templates write themselves.
    """
    if wanted is not None:
        return _named(wanted, architecture, template, vocabulary, end)
    if not template:
        return _chatml(architecture, vocabulary)
    try:
        return _recognised(architecture, template, vocabulary, end)
    except TemplateFailed as error:
        note = f"the file's own chat template is broken ({error}); plain ChatML is used instead"
        return _chatml(architecture, vocabulary, note)


def _recognised(architecture: str, template: str, vocabulary: Vocabulary, end: str) -> Family:
    jinja = Jinja(template)
    if not shown(jinja):
        note = "the file's own chat template shows nothing of what was said, and is not used"
        return _chatml(architecture, vocabulary, note)
    kinds = (kind for kind in _KINDS.get(architecture, ()) if _fits(kind, vocabulary))
    for kind in kinds:
        if proven(family := kind(), jinja):
            return family
    if _speaks_chatml(vocabulary) and QWEN_THINKS.close not in template:
        probes = (PLAIN, TOOLS) if "tools" in template else (PLAIN,)
        if proven(plain := ChatML(), jinja, probes):
            return plain
    return Template(template, vocabulary, end=end, note=_UNPROVEN)


def _chatml(architecture: str, vocabulary: Vocabulary, note: str = "") -> Family:
    if not _speaks_chatml(vocabulary):
        raise ModelError(
            f"this {architecture} model does not speak ChatML: its vocabulary has no {START.text}",
            "use a Qwen model, or another one with a ChatML template",
        )
    return ChatML(note)


def _named(
    wanted: str, architecture: str, template: str, vocabulary: Vocabulary, end: str
) -> Family:
    note = f"the family {wanted} was asked for, whatever the file's own template says"
    if wanted == Template.name:
        try:
            return Template(template, vocabulary, end=end, note=note)
        except TemplateFailed as error:
            raise ModelError(f"the file's own chat template is broken: {error}") from error
    kind = _NAMED.get(wanted)
    if kind is None:
        raise ModelError(f"there is no family {wanted}", f"use one of {', '.join(NAMES)}")
    if not _fits(kind, vocabulary):
        raise ModelError(
            f"this {architecture} model's vocabulary has not the tags of {wanted}",
            "leave the family to the file, or use chatml",
        )
    return kind(note)


def _fits(kind: _Kind, vocabulary: Vocabulary) -> bool:
    tags = (kind.tags.open, kind.tags.close) if kind.tags else ()
    return _speaks_chatml(vocabulary) and all(vocabulary.token(tag) is not None for tag in tags)


def _speaks_chatml(vocabulary: Vocabulary) -> bool:
    return all(vocabulary.token(tag.text) is not None for tag in (START, END))
