"""A computation's tensors by size alone, in the order in which llama.cpp would compute them.

What is in memory already (weights, keys and values) is left out. The rules by which a result takes
the place of an operand, and by which it is freed, are those of `ggml_gallocr` in ggml-alloc.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from models.fit.arena import Arena


@dataclass(eq=False, slots=True)
class Tensor:
    """A result, an input, or a view of either."""

    bytes: int
    sources: tuple[Tensor, ...] = ()
    root: Tensor | None = None
    """What this is a view of; a view has no bytes of its own."""
    in_place: bool = False
    """Whether it may take the place of an operand."""
    stored: bool = False
    """Whether it is written to memory that stands elsewhere, such as the KV cache."""
    kept: bool = False
    """Whether it is wanted after the graph was computed."""
    children: int = field(default=0, init=False)
    views: int = field(default=0, init=False)
    start: int | None = field(default=None, init=False)
    """Its address, while it has one."""

    @property
    def own(self) -> bool:
        """Whether it needs memory of the graph's buffer."""
        return self.root is None and not self.stored


class Graph:
    """Tensors in order; made once, measured once."""

    def __init__(self) -> None:
        self._inputs: list[Tensor] = []
        self._nodes: list[Tensor] = []
        self._known: set[int] = set()

    def input(self, bytes: int) -> Tensor:
        """What is written before the graph is computed; there from the beginning."""
        tensor = Tensor(bytes)
        self._known.add(id(tensor))
        self._inputs.append(tensor)
        return tensor

    @property
    def inputs(self) -> int:
        """Bytes of all inputs."""
        return sum(tensor.bytes for tensor in self._inputs)

    def expand(self, tensor: Tensor) -> Tensor:
        """Append the tensor, after everything that it needs and that is not there yet."""
        if id(tensor) not in self._known:
            self._known.add(id(tensor))
            for source in tensor.sources:
                self.expand(source)
            self._nodes.append(tensor)
        return tensor

    def bytes(self) -> int:
        """Bytes of the buffer in which all of it is computed."""
        arena = Arena()
        for tensor in self._inputs:
            _place(arena, tensor)
        for node in self._nodes:
            if node.root is not None:
                node.root.views += 1
            for source in node.sources:
                source.children += 1
        for node in self._nodes:
            _place(arena, node)
            for source in node.sources:
                _used(arena, source)
        return arena.peak


def result(bytes: int, *sources: Tensor) -> Tensor:
    """A result in a place of its own."""
    return Tensor(bytes, sources)


def over(*sources: Tensor) -> Tensor:
    """An elementwise result, as large as the largest operand and in its place where that can be."""
    return Tensor(max(source.bytes for source in sources), sources, in_place=True)


def view(of: Tensor, bytes: int | None = None) -> Tensor:
    """Another look at a tensor or at a part of it."""
    return Tensor(of.bytes if bytes is None else bytes, (of,), root=of.root or of)


def store(tensor: Tensor, *sources: Tensor) -> Tensor:
    """Writing a tensor to memory that stands elsewhere."""
    return Tensor(0, (tensor, *sources), stored=True)


def _place(arena: Arena, tensor: Tensor) -> None:
    if not tensor.own or tensor.start is not None:
        return
    for taken in _replaceable(tensor):
        tensor.start, taken.start = taken.start, None
        return
    tensor.start = arena.take(tensor.bytes)


def _replaceable(tensor: Tensor) -> Iterator[Tensor]:
    """Operands that nobody else needs, and that are exactly as large."""
    if tensor.in_place:
        for source in tensor.sources:
            alone = source.children == 1 and not source.views and not source.kept
            if source.start is not None and alone and source.bytes == tensor.bytes:
                yield source


def _used(arena: Arena, tensor: Tensor) -> None:
    """One child less; freed where it was the last one."""
    tensor.children -= 1
    if tensor.children or tensor.views:
        return
    if tensor.root is not None:
        tensor.root.views -= 1
        tensor = tensor.root
    if not tensor.children and not tensor.views and not tensor.kept and tensor.start is not None:
        arena.give(tensor.start, tensor.bytes)
        tensor.start = None
