"""Where the parts of one model stand, in llama.cpp's own terms."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Placement:
    """A split between the computer's memory and its accelerators."""

    gpu_layers: int = 0
    """Layers on accelerators, counted from the last; the first of them is the output. One more
    than the model has layers is all of it."""
    cpu_expert_layers: int = 0
    """So many layers, from the first on, keep their experts in the computer's own memory."""
    devices: tuple[int, ...] = (0,)
    """The accelerators that take layers, by their numbers."""
    shares: tuple[int, ...] = (1,)
    """Each one's part of the layers, in any unit."""

    def device(self, layer: int, layers: int) -> int | None:
        """Which accelerator has a layer of so many; None: memory has it. The output is the layer
        after the last one. As `load_tensors` in llama-model.cpp shares them out."""
        first = max(layers + 1 - self.gpu_layers, 0)
        if layer < first:
            return None
        ends = [end / sum(self.shares) for end in accumulate(self.shares)]
        at = bisect_right(ends, (layer - first) / min(self.gpu_layers, layers + 1))
        return self.devices[min(at, len(self.devices) - 1)]

    def has_experts(self, layer: int) -> bool:
        """Whether the layer's experts are where the layer is."""
        return layer >= self.cpu_expert_layers
