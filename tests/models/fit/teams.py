"""Models by their numbers alone, and a machine that refuses what it has no room for."""

from collections.abc import Callable

from models.fit import Blueprint, Candidate, Plan
from models.fit.blueprint import LayerBytes
from models.inspection.dimensions import DeltaNet, Dimensions

MIB = 1024**2


def drawn(
    name: str,
    layers: int = 8,
    layer: int = 100 * MIB,
    *,
    experts: int = 0,
    head: int = 128,
    state: int = 0,
    tied: bool = False,
) -> Blueprint:
    """A model with so many bytes in each layer, and as many more in experts."""
    recurrent = tuple(at for at in range(layers) if (at + 1) % 4) if state else ()
    dimensions = Dimensions(
        layers=layers,
        hidden=1024,
        feed_forward=4096,
        heads=8,
        kv_heads_by_layer=(4,) * layers,
        key_length=head,
        value_length=head,
        context=131072,
        experts=64 if experts else 0,
        experts_used=4 if experts else 0,
        expert_feed_forward=512 if experts else None,
        recurrent_layers=recurrent,
        attention_layers=tuple(at for at in range(layers) if at not in recurrent),
        delta_net=DeltaNet(kernel=4, inner=8 * state, state=state, groups=4, ranks=8)
        if state
        else None,
    )
    return Blueprint(
        name=name,
        dimensions=dimensions,
        vocabulary=32768,
        layers=(LayerBytes(layer, experts),) * layers,
        embeddings=32 * MIB,
        output=0 if tied else 32 * MIB,
        tied=tied,
        largest=max(layer, experts) // 3,
    )


def candidate(blueprint: Blueprint, *roles: str) -> Candidate:
    return Candidate(blueprint.name, roles or ("coordinator",), blueprint)


class OutOfMemory(Exception):
    """What a real machine would end the process for."""


class FakeMachine:
    """Loads a plan's models as the plan says, each a little larger than was predicted."""

    def __init__(self, plan: Plan, error: Callable[[], float]) -> None:
        self._plan, self._error = plan, error

    def run(self) -> None:
        """OutOfMemory where the plan does not hold."""
        sizes = self._plan.machine.sizes
        used = [0.0] * len(sizes)
        for placed in self._plan.placed:
            if self._plan.swapping:
                used = [0.0] * len(sizes)
            for at, buffers in enumerate(placed.buffers):
                used[at] += buffers.total * (1 + self._error())
                if used[at] > sizes[at]:
                    raise OutOfMemory(f"{placed.candidate.reference}: {used[at]} of {sizes[at]}")
