"""What a node of the tree defines: its names, its kind, its head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from agents.code.grammar import ASSIGNED, FIELD, VARIABLE, Grammar
from agents.code.symbol import Symbol

SIGNATURE_CHARS = 160

SCOPES = frozenset(
    {"class", "struct", "union", "interface", "enum", "record", "annotation", "trait", "impl"}
)
"""Kinds whose functions are methods."""

OUTER = frozenset({"namespace", "module", "type"})
"""Kinds that hold others too."""

LOCALS = frozenset(
    {
        *("arrow_function", "function_expression", "generator_function", "lambda"),
        *("lambda_expression", "closure_expression", "func_literal", "do_block"),
    }
)
"""Nodes without a name of their own, within which variables are nobody else's business."""

_VALUES = {
    "arrow_function": "function",
    "function_expression": "function",
    "generator_function": "function",
    "class": "class",
}

_NEED_BODY = frozenset({"struct", "union", "enum", "class"})
"""In C the word alone, without a body, only uses the type."""


@dataclass(frozen=True)
class Owner:
    """A definition that others stand in."""

    kind: str
    name: str


def names_of(node: Node, grammar: Grammar) -> list[Node]:
    """The nodes that hold the names which this node defines; [] where it defines none."""
    if node.type not in grammar.definitions:
        return []
    for field in ("name", "declarator", "property", "type", "key"):
        if field == "type" and node.type != "impl_item":
            continue
        if found := node.children_by_field_name(field):
            return [name for each in found if (name := _innermost(each))]
    return list(_assigned(node.child_by_field_name("left"), grammar))


def kind_of(node: Node, grammar: Grammar) -> str | None:
    """What the node defines; None where it defines nothing."""
    kind = grammar.definitions.get(node.type)
    if kind is None:
        return None
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    given = _VALUES.get(value.type) if value else None
    if kind in {ASSIGNED, VARIABLE, FIELD}:
        kind = given or ("function" if _declares_function(node) else kind)
    return None if kind == ASSIGNED or (kind in _NEED_BODY and _only_named(node)) else kind


def owner_of(node: Node, grammar: Grammar) -> Owner | None:
    """What the node is to the definitions within it; None where it is nothing to them."""
    kind = kind_of(node, grammar)
    if kind is None:
        return None
    names = (text for name in names_of(node, grammar) if (text := _text(name)))
    return Owner(kind, next(names, ""))


def symbols_of(node: Node, grammar: Grammar, owners: Sequence[Owner]) -> Iterator[Symbol]:
    """What the node defines, as a part of these definitions, the innermost last."""
    kind = kind_of(node, grammar)
    if kind is None:
        return
    if kind == "function" and owners and owners[-1].kind in SCOPES:
        kind = "method"
    parent = ".".join(owner.name for owner in owners if owner.name)
    for name in names_of(node, grammar):
        own = _text(name)
        if not own:
            continue
        scope = _receiver(node, name)
        yield Symbol(
            name=own,
            kind="method" if scope and kind == "function" else kind,
            line=node.start_point[0] + 1,
            end=node.end_point[0] + 1 - (node.end_point[1] == 0),
            signature=_head(node),
            parent=".".join(part for part in (parent, scope) if part),
        )


def _innermost(node: Node) -> Node | None:
    """The name in a declarator (`*f(int)`), in `a::b`, in `exports.run`; itself otherwise."""
    for _ in range(20):
        inner = (
            node.child_by_field_name("declarator")
            or (node.child_by_field_name("name") if node.type != "template_type" else None)
            or (node.child_by_field_name("type") if node.type == "generic_type" else None)
        )
        if inner is None and node.type == "parenthesized_declarator":
            inner = node.named_child(0)
        if inner is None:
            break
        node = inner
    return None if node.type in {"object_pattern", "array_pattern", "string"} else node


def _assigned(left: Node | None, grammar: Grammar) -> Iterator[Node]:
    if left is None:
        return
    if left.type == "member_expression":
        if last := left.child_by_field_name("property"):
            yield last
    elif left.type == "type" and left.named_child(0):
        yield left.named_children[0]
    elif left.type in {"pattern_list", "tuple_pattern"}:
        yield from (child for child in left.named_children if child.type in grammar.assigns)
    elif left.type in grammar.assigns:
        yield left


def _declares_function(node: Node) -> bool:
    """Whether a declaration of C or C++ is that of a function, not of a pointer to one."""
    inner = node.child_by_field_name("declarator")
    while inner is not None and inner.type in {"pointer_declarator", "reference_declarator"}:
        inner = inner.child_by_field_name("declarator") or inner.named_child(0)
    if inner is None or inner.type != "function_declarator":
        return False
    called = inner.child_by_field_name("declarator")
    return called is not None and called.type != "parenthesized_declarator"


def _only_named(node: Node) -> bool:
    return node.type.endswith("_specifier") and node.child_by_field_name("body") is None


def _receiver(node: Node, name: Node) -> str:
    """The type that a definition outside of it belongs to: Go's receiver, C++'s `Type::`."""
    if receiver := node.child_by_field_name("receiver"):
        words = _text(receiver).strip("()").split()
        return words[-1].lstrip("*").partition("[")[0] if words else ""
    around = name.parent
    scope = around.child_by_field_name("scope") if around else None
    return _text(scope) if scope and around and around.type == "qualified_identifier" else ""


def _head(node: Node) -> str:
    """The definition up to its body, in one line."""
    value = node.child_by_field_name("value")
    body = node.child_by_field_name("body") or (value and value.child_by_field_name("body"))
    # Bytes, not columns: cut before anything is decoded.
    end = body.start_byte if body else node.end_byte
    text = (node.text or b"")[: min(end - node.start_byte, 4 * SIGNATURE_CHARS)]
    line = " ".join(text.decode(errors="replace").split())
    return line if len(line) <= SIGNATURE_CHARS else f"{line[:SIGNATURE_CHARS]}…"


def _text(node: Node) -> str:
    return (node.text or b"")[:400].decode(errors="replace")
