"""Gated DeltaNet, which Qwen3-Next has where other models have attention.

The checkpoint's `in_proj_qkvz` holds for each head of keys its query, its key, the values that
share it and their gates. llama.cpp wants all queries, then all keys, then all values in one tensor,
and the gates in another.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from models.convert.architecture import DeltaNet
from models.convert.block import Block
from models.convert.numbers import Change
from models.convert.planned import Planned, Run


def delta_net(block: Block, delta: DeltaNet) -> Iterator[Planned]:
    """The tensors of one layer."""
    hidden, of = block.architecture.hidden, "linear_attn."
    yield from _projections(block, delta)
    yield block.whole("ssm_ba.weight", f"{of}in_proj_ba.weight", 2 * delta.value_heads, hidden)
    yield _convolution(block, delta)
    heads = delta.value_heads
    yield block.whole("ssm_dt.bias", f"{of}dt_bias", heads)
    yield block.whole("ssm_a", f"{of}A_log", heads, change=Change.MINUS_EXP)
    yield block.whole("ssm_norm.weight", f"{of}norm.weight", delta.head)
    yield block.whole("ssm_out.weight", f"{of}out_proj.weight", hidden, delta.values)


def _projections(block: Block, delta: DeltaNet) -> Iterator[Planned]:
    hidden = block.architecture.hidden
    rows = 2 * delta.keys + 2 * delta.values
    source = block.take("linear_attn.in_proj_qkvz.weight", rows, hidden)
    wide = delta.values // delta.key_heads
    sizes = [delta.head, delta.head, wide, wide]
    parts = [
        [
            Run(source, (head * rows // delta.key_heads + begin) * hidden, size * hidden)
            for head in range(delta.key_heads)
        ]
        for begin, size in zip(accumulate(sizes, initial=0), sizes, strict=False)
    ]
    queries, keys, values, gates = parts
    shape = (rows - delta.values, hidden)
    yield block.joined("attn_qkv.weight", shape, [*queries, *keys, *values])
    yield block.joined("attn_gate.weight", (delta.values, hidden), gates)


def _convolution(block: Block, delta: DeltaNet) -> Planned:
    channels = 2 * delta.keys + delta.values
    source = block.take("linear_attn.conv1d.weight", channels, 1, delta.kernel)
    run = Run(source, 0, channels * delta.kernel)
    return block.joined("ssm_conv1d.weight", (channels, delta.kernel), [run])
