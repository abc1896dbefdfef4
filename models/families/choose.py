"""Which adapter serves a model: by its architecture, vocabulary and template, never by its name."""

from __future__ import annotations

from models.errors import ModelError
from models.families.chatml import END, START, ChatML
from models.families.family import Family
from models.families.qwen3 import Qwen3
from models.vocabulary import Vocabulary

_QWEN3 = {"qwen3", "qwen3moe"}
_SWITCH = "enable_thinking"


def family_of(architecture: str, template: str, vocabulary: Vocabulary) -> Family:
    """The adapter; a ModelError where the vocabulary knows no ChatML."""
    if any(vocabulary.token(tag.text) is None for tag in (START, END)):
        raise ModelError(
            f"this {architecture} model does not speak ChatML: its vocabulary has no {START.text}",
            "use a Qwen model, or another one with a ChatML template",
        )
    qwen = Qwen3()
    thinks = all(vocabulary.token(tag) is not None for tag in (qwen.tags.open, qwen.tags.close))
    return qwen if architecture in _QWEN3 and thinks and _SWITCH in template else ChatML()
