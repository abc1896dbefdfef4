"""The best place for one model in the room that is left: all of it on an accelerator, else without
the experts of as few layers as possible, else as many layers as fit, else in memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

from models.fit.blueprint import Blueprint
from models.fit.buffers import Buffers
from models.fit.machine import Machine
from models.fit.placement import Placement
from models.fit.predict import predict
from models.fit.serving import Serving

Room = tuple[Placement, tuple[Buffers, ...]]
"""A place, and what it takes of each device."""


def place(of: Blueprint, serving: Serving, machine: Machine, spare: float) -> Room | None:
    """The best place; None where the model does not fit at all."""
    cards = len(machine.accelerators)

    def room(placement: Placement) -> Room | None:
        buffers = predict(of, serving, placement, cards)
        return (placement, buffers) if machine.holds(buffers, spare) else None

    for try_one in (_whole, _without_experts, _some_layers):
        for devices, shares in _spreads(machine):
            found = try_one(of, Placement(devices=devices, shares=shares), room)
            if found:
                return found
    return room(Placement())


_Room = Callable[[Placement], Room | None]


def _whole(of: Blueprint, spread: Placement, room: _Room) -> Room | None:
    return room(_with(spread, len(of.layers) + 1, 0))


def _without_experts(of: Blueprint, spread: Placement, room: _Room) -> Room | None:
    """All layers, and the experts of as many as fit."""
    layers = len(of.layers)
    if not of.experts:
        return None
    return _first(lambda kept: room(_with(spread, layers + 1, kept)), range(1, layers + 1))


def _some_layers(of: Blueprint, spread: Placement, room: _Room) -> Room | None:
    """As many of the last layers as fit, all experts in memory."""
    layers = len(of.layers)
    kept = layers if of.experts else 0
    return _first(lambda given: room(_with(spread, -given, kept)), range(-layers, 0))


def _with(spread: Placement, gpu_layers: int, cpu_expert_layers: int) -> Placement:
    return Placement(gpu_layers, cpu_expert_layers, spread.devices, spread.shares)


def _first(room: Callable[[int], Room | None], numbers: range) -> Room | None:
    """The room at the first number that has one, where it gets easier with each."""
    at = bisect_left(numbers, True, key=lambda number: room(number) is not None)
    return room(numbers[at]) if at < len(numbers) else None


def _spreads(machine: Machine) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Each accelerator alone, the roomiest first, then all of them by what they have left."""
    free = [(max(card.bytes, 0), at) for at, card in enumerate(machine.accelerators)]
    for size, at in sorted(free, key=lambda one: (-one[0], one[1])):
        if size:
            yield (at,), (1,)
    roomy = [(size, at) for size, at in free if size]
    if len(roomy) > 1:
        yield tuple(at for _, at in roomy), tuple(size for size, _ in roomy)
