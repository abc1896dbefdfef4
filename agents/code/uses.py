"""Where a name stands in a file's code: as a definition, or in use; comments and strings aside."""

import re
from dataclasses import dataclass

from tree_sitter import Node

from agents.code.definition import LOCALS, kind_of, names_of, owner_of, symbols_of
from agents.code.grammar import FIELD, VARIABLE, Grammar, grammar_of
from agents.code.parse import parse
from agents.code.symbol import Symbol

MAX_USES = 500
"""Of one name in one file."""

MAX_DEPTH = 1000
"""How deep a name may be nested and still be understood."""

_NO_CODE = ("string", "comment", "text", "content", "heredoc", "regex", "char")

_FUNCTIONS = frozenset({"function", "method"})


@dataclass(frozen=True)
class Use:
    """A place where the name stands."""

    line: int
    text: str
    """The line, without the white space around it."""
    symbol: Symbol | None = None
    """What is defined there; None where the name is used."""


def uses(text: str, language: str, name: str) -> tuple[Use, ...]:
    """Every line with the name in its code, in order; a line counts once.

    ValueError for an unknown language, and where the text is too hard to parse.
    """
    data = text.encode(errors="replace")
    wanted = name.encode(errors="replace")
    places = [m.start() for m in re.finditer(_pattern(wanted), data)][:MAX_USES]
    if not places:
        return ()
    root, grammar, lines = parse(data, language), grammar_of(language), data.split(b"\n")
    found: dict[int, Use] = {}
    for place in places:
        chain = _chain(root, place, place + len(wanted))
        if not chain or not _is_code(chain[-1], wanted):
            continue
        row = data.count(b"\n", 0, place)
        symbol = _defined(chain, grammar)
        if row not in found or symbol:
            shown = lines[row].decode(errors="replace").strip()
            found[row] = Use(row + 1, shown, symbol)
    return tuple(found.values())


def _pattern(name: bytes) -> bytes:
    return rb"(?<![A-Za-z0-9_])" + re.escape(name) + rb"(?![A-Za-z0-9_])"


def _chain(root: Node, start: int, end: int) -> list[Node]:
    """The nodes around the place, from the root to the smallest; [] where it is too deep."""
    leaf = root.descendant_for_byte_range(start, end)
    chain = [root]
    while leaf is not None and chain[-1] != leaf:
        below = chain[-1].child_with_descendant(leaf)
        if below is None or len(chain) > MAX_DEPTH:
            return []
        chain.append(below)
    return chain


def _is_code(leaf: Node, name: bytes) -> bool:
    if leaf.type == "preproc_arg":
        return True
    if not leaf.is_named or any(word in leaf.type for word in _NO_CODE):
        return False
    return (leaf.text or b"").lstrip(b":@$&#").rstrip(b":") == name


def _defined(chain: list[Node], grammar: Grammar) -> Symbol | None:
    """What is defined at the end of the chain; a function's own variables are none."""
    *around, leaf = chain
    for depth in range(len(around) - 1, max(-1, len(around) - 8), -1):
        if leaf not in names_of(around[depth], grammar):
            continue
        owners = [o for node in around[:depth] if (o := owner_of(node, grammar))]
        kind = kind_of(around[depth], grammar)
        local = any(_is_function(node, grammar) for node in around[:depth])
        if kind is None or (local and kind in {VARIABLE, FIELD}):
            return None
        found = symbols_of(around[depth], grammar, owners)
        own = (leaf.text or b"").decode(errors="replace")
        return next((symbol for symbol in found if symbol.name == own), None)
    return None


def _is_function(node: Node, grammar: Grammar) -> bool:
    return node.type in LOCALS or kind_of(node, grammar) in _FUNCTIONS
