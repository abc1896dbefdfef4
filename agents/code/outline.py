"""The outline of one file: what it defines, in the order in which it stands there."""

from collections.abc import Iterator

from tree_sitter import Node

from agents.code.definition import LOCALS, OUTER, SCOPES, Owner, kind_of, owner_of, symbols_of
from agents.code.grammar import FIELD, VARIABLE, Grammar, grammar_of
from agents.code.parse import parse
from agents.code.symbol import Symbol

MAX_NODES = 400_000
"""A file of data has more, and nothing to show."""

MAX_OWNERS = 20
"""Of what a symbol is a part of, the innermost; nobody nests deeper by hand."""

_STRINGS = frozenset({"string", "string_literal", "comment", "template_string", "heredoc_body"})


def outline(text: str, language: str) -> tuple[Symbol, ...]:
    """Functions, classes and the like, and variables at the top; not what functions hold.

    Broken code gives what is whole in it. ValueError for an unknown language, and where the text
    is too hard to parse.
    """
    root = parse(text.encode(errors="replace"), language)
    return tuple(dict.fromkeys(_walk(root, grammar_of(language))))


def _walk(root: Node, grammar: Grammar) -> Iterator[Symbol]:
    # A stack of our own: code may be nested deeper than Python calls itself.
    stack: list[tuple[Node, tuple[Owner, ...], bool]] = [(root, (), False)]
    for _ in range(MAX_NODES):
        if not stack:
            return
        node, owners, inner = stack.pop()
        kind = kind_of(node, grammar)
        if kind and not (inner and kind in {VARIABLE, FIELD}):
            yield from symbols_of(node, grammar, owners)
        if kind in SCOPES | OUTER and (owner := owner_of(node, grammar)):
            owners = (*owners[-MAX_OWNERS:], owner)
        elif kind:
            continue
        inner = inner or node.type in LOCALS
        if node.type not in _STRINGS:
            stack += ((child, owners, inner) for child in reversed(node.named_children))
