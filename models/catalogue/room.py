"""Where files stand on a machine, and how quickly they write from there.

An accelerator takes a whole file, else all but the experts of a mixture; what it cannot take stands
in the computer's memory. Half of a dense model on each side is possible (`loading.gpu_layers`), but
no faster than the slower side, and is not advised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.catalogue.choice import Choice
from models.catalogue.entry import Entry, Quantisation
from models.catalogue.machine import Machine
from models.catalogue.need import Need, need_of
from models.catalogue.quantisation import read_bytes

Where = Literal["accelerator", "experts in memory", "memory"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A file in its place."""

    entry: Entry
    quantisation: Quantisation
    need: Need
    where: Where
    pace: float
    """Tokens a second, reckoned from the machine's assumed speed."""

    @property
    def vram(self) -> int:
        """Bytes on the accelerator."""
        whole = {"accelerator": self.need.total, "experts in memory": self.need.core}
        return whole.get(self.where, 0)

    @property
    def ram(self) -> int:
        """Bytes in the computer's memory."""
        return self.need.total - self.vram


def stand(machine: Machine, choices: Sequence[Choice], context: int) -> tuple[Standing, ...] | None:
    """All files of the choices in their places, the first choice first; None: they do not fit."""
    standing: list[Standing] = []
    for choice in choices:
        for entry in choice.entries:
            placed = _place(machine, standing, entry, choice.quantisation, context)
            if placed is None:
                return None
            standing.append(placed)
    return tuple(standing)


def pace_of(standing: Sequence[Standing], choice: Choice) -> float:
    """Tokens a second of the slowest file of a choice."""
    return min(one.pace for one in standing if one.entry in choice.entries)


def _place(
    machine: Machine,
    others: Sequence[Standing],
    entry: Entry,
    quantisation: Quantisation,
    context: int,
) -> Standing | None:
    need = need_of(entry, context, quantisation)
    where = _where(machine, others, need)
    if where is None:
        return None
    core = machine.ram_speed if where == "memory" else machine.vram_speed
    experts = machine.vram_speed if where == "accelerator" else machine.ram_speed
    seconds = (
        read_bytes(entry.shape, quantisation, experts=False) / core
        + read_bytes(entry.shape, quantisation, experts=True) / experts
    )
    return Standing(entry, quantisation, need, where, 1 / seconds)


def _where(machine: Machine, others: Sequence[Standing], need: Need) -> Where | None:
    vram = machine.vram - sum(one.vram for one in others)
    ram = machine.ram - sum(one.ram for one in others)
    if need.total <= vram:
        return "accelerator"
    if need.experts and need.core <= vram and need.experts <= ram:
        return "experts in memory"
    return "memory" if need.total <= ram else None
