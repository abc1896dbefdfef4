"""What the tests of families stand on: the templates, and Qwen's tokens without a model."""

from pathlib import Path
from typing import cast

from models.vocabulary import Vocabulary
from tests.models.qwen_vocabulary import SPECIAL

_TEMPLATES = Path(__file__).parents[2] / "data" / "templates"


def template(name: str) -> str:
    """The chat template in that file."""
    return (_TEMPLATES / f"{name}.jinja").read_text(encoding="utf-8")


class _Tokens:
    """Knows which tags are tokens, and no more."""

    def __init__(self, *tags: str) -> None:
        self._tags = tags

    def token(self, text: str) -> int | None:
        return self._tags.index(text) if text in self._tags else None


def tokens(*tags: str) -> Vocabulary:
    """A vocabulary for choosing a family by."""
    return cast(Vocabulary, _Tokens(*tags))


QWEN = tokens(*SPECIAL)
