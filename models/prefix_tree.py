"""A radix tree over tokens: which lanes hold, or are about to hold, which prefix.

Pure. Every node is a run of tokens that the same lanes share; paths part where tokens do. A lane
stands in every node of its path, from the root on, so that the tree says who shares what with whom.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Tokens = tuple[int, ...]
LaneId = int


@dataclass(slots=True, eq=False)
class Node:
    """The tokens from `start` to `end` of every path through it."""

    start: int
    tokens: Tokens
    parent: Node | None = None
    lanes: set[LaneId] = field(default_factory=set)
    children: dict[int, Node] = field(default_factory=dict)
    """By their first token."""

    @property
    def end(self) -> int:
        """The position after its last token."""
        return self.start + len(self.tokens)


class PrefixTree:
    """Paths of lanes, sharing what they have in common."""

    def __init__(self) -> None:
        self._root = Node(0, ())

    def insert(self, lane: LaneId, path: Tokens) -> None:
        """Let `lane` hold `path`."""
        node, at = self._root, 0
        while at < len(path):
            child = node.children.get(path[at])
            if child is None:
                child = Node(at, path[at:], node)
                node.children[path[at]] = child
            else:
                shared = common(child.tokens, path[at:])
                child = child if shared == len(child.tokens) else _split(child, shared)
            child.lanes.add(lane)
            node, at = child, child.end

    def remove(self, lane: LaneId, path: Tokens) -> None:
        """Forget that `lane` holds `path`; what nobody holds is gone."""
        for node, _ in reversed(self.match(path)):
            node.lanes.discard(lane)
            if not node.lanes and node.parent is not None:
                del node.parent.children[node.tokens[0]]
            else:
                _join(node)

    def match(self, tokens: Tokens) -> list[tuple[Node, int]]:
        """The nodes along the longest known prefix, each with the end of what matches of it."""
        found: list[tuple[Node, int]] = []
        node, at = self._root, 0
        while at < len(tokens):
            child = node.children.get(tokens[at])
            if child is None:
                break
            at += common(child.tokens, tokens[at:])
            found.append((child, at))
            if at < child.end:
                break
            node = child
        return found

    def nodes(self) -> Iterator[Node]:
        """Every node, parents before children."""
        open_nodes = [*self._root.children.values()]
        while open_nodes:
            node = open_nodes.pop()
            yield node
            open_nodes += node.children.values()


def common(one: Tokens, other: Tokens) -> int:
    """Length of the longest common prefix."""
    if one == other[: len(one)]:
        return len(one)
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _join(node: Node) -> None:
    """Make one of a node and its only child, where nothing parts between them any more."""
    if len(node.children) != 1 or node.parent is None:
        return
    (child,) = node.children.values()
    if child.lanes == node.lanes:
        node.tokens, node.children = node.tokens + child.tokens, child.children
        for grandchild in node.children.values():
            grandchild.parent = node


def _split(node: Node, at: int) -> Node:
    """Cut a node in two; returns the upper one."""
    assert node.parent is not None, "the root has no tokens"
    upper = Node(node.start, node.tokens[:at], node.parent, set(node.lanes))
    node.parent.children[upper.tokens[0]] = upper
    node.start, node.tokens, node.parent = upper.end, node.tokens[at:], upper
    upper.children[node.tokens[0]] = node
    return upper
