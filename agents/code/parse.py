"""Text to a syntax tree; the one place where a grammar is loaded and a parser runs.

Parsing is bounded in time: some grammars take minutes over text that was made to be hard.
"""

import time
from functools import cache
from importlib import import_module

from tree_sitter import Language, Node, Parser

from agents.code.grammar import grammar_of

SECONDS = 2.0
"""For one file; ordinary code is read at some megabytes a second."""

PIECE = 4096
"""What a parser, and a node that is asked for its text, reads at once."""


class TooHard(ValueError):
    """The text was not parsed in time."""


def parse(data: bytes, language: str) -> Node:
    """The root of the tree, also of broken code; TooHard, or ValueError for no such language."""
    parser = Parser(_loaded(language))
    end = time.monotonic() + SECONDS
    try:
        tree = parser.parse(
            lambda offset, _: data[offset : offset + PIECE],
            progress_callback=lambda *_: time.monotonic() > end,
        )
    except ValueError as error:
        raise TooHard(f"parsing took longer than {SECONDS:g} s") from error
    if tree is None:
        raise TooHard("the parser gave up")
    return tree.root_node


@cache
def _loaded(language: str) -> Language:
    grammar = grammar_of(language)
    return Language(getattr(import_module(grammar.package), grammar.load)())
