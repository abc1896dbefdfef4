"""General language for word sense: documentation that the installed packages carry.

Python's own topics, the descriptions of the installed distributions, and the docstrings of a few.
What comes out depends on what is installed, in a fixed order.
"""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from pydoc_data.topics import topics

PACKAGES = ("langgraph", "langchain_core", "typer", "rich", "pydantic", "github", "pytest",
            "_pytest", "transformers", "huggingface_hub")  # fmt: skip
"""Whose docstrings are read; they speak of tools, tests, repositories and models."""
SHORTEST, LONGEST = 80, 1200
"""Characters of a paragraph that is worth a training example."""


def paragraphs() -> Iterator[str]:
    """Pieces of prose, each once."""
    seen: set[str] = set()
    for text in _texts():
        for piece in _pieces(text):
            if piece not in seen:
                seen.add(piece)
                yield piece


def _texts() -> Iterator[str]:
    yield from (topics[name] for name in sorted(topics))
    found = sorted(distributions(), key=lambda d: d.metadata["Name"].lower())
    for distribution in found:
        yield distribution.read_text("METADATA") or ""
    for distribution in found:
        for file in distribution.files or ():
            if file.parts[0] in PACKAGES and file.suffix == ".py":
                yield from _docstrings(Path(str(distribution.locate_file(file))))


def _docstrings(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def _pieces(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", text):
        piece = re.sub(r"<[^>]+>|\]\([^)]*\)|[\[*`|]", "", part)
        piece = re.sub(r"[ \t]+", " ", piece).strip()
        if SHORTEST <= len(piece) <= LONGEST and _is_prose(piece):
            yield piece


def _is_prose(text: str) -> bool:
    letters = sum(character.isalpha() or character == " " for character in text)
    return letters > 0.8 * len(text)
