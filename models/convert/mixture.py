"""A layer's router and experts: gate, up and down, each stacked by the expert's number.

Checkpoints have three tensors an expert, or since transformers 5 all experts in two: down, and gate
above up.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.convert.architecture import Experts
from models.convert.block import Block
from models.convert.planned import Planned, Run

_FUSED = "mlp.experts.gate_up_proj"


def mixture(block: Block, experts: Experts) -> Iterator[Planned]:
    """Router, experts, and the shared expert where there is one."""
    yield block.whole("ffn_gate_inp.weight", "mlp.gate.weight", experts.count, _hidden(block))
    fused = next((name for name in (_FUSED, f"{_FUSED}.weight") if block.has(name)), None)
    yield from _apart(block, experts) if fused is None else _fused(block, experts, fused)
    if experts.shared_feed_forward:
        yield from _shared(block, experts.shared_feed_forward)


def _apart(block: Block, experts: Experts) -> Iterator[Planned]:
    hidden, width = _hidden(block), experts.feed_forward
    for part, shape in {
        "gate": (width, hidden), "up": (width, hidden), "down": (hidden, width)
    }.items():  # fmt: skip
        names = (f"mlp.experts.{number}.{part}_proj.weight" for number in range(experts.count))
        runs = [Run(block.take(name, *shape), 0, hidden * width) for name in names]
        yield block.joined(f"ffn_{part}_exps.weight", (experts.count, *shape), runs)


def _fused(block: Block, experts: Experts, name: str) -> Iterator[Planned]:
    count, hidden, width = experts.count, _hidden(block), experts.feed_forward
    both = block.take(name, count, 2 * width, hidden)
    size = width * hidden
    for part, begin in {"gate": 0, "up": size}.items():
        runs = [Run(both, begin + 2 * size * number, size) for number in range(count)]
        yield block.joined(f"ffn_{part}_exps.weight", (count, width, hidden), runs)
    down = name.replace("gate_up", "down")
    yield block.whole("ffn_down_exps.weight", down, count, hidden, width)


def _shared(block: Block, width: int) -> Iterator[Planned]:
    hidden, of = _hidden(block), "mlp.shared_expert."
    yield block.whole("ffn_gate_inp_shexp.weight", "mlp.shared_expert_gate.weight", 1, hidden)
    yield block.whole("ffn_gate_shexp.weight", f"{of}gate_proj.weight", width, hidden)
    yield block.whole("ffn_up_shexp.weight", f"{of}up_proj.weight", width, hidden)
    yield block.whole("ffn_down_shexp.weight", f"{of}down_proj.weight", hidden, width)


def _hidden(block: Block) -> int:
    return block.architecture.hidden
