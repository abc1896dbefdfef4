"""What counting the experts of a mixture costs while decoding, and that it costs nothing when off.

Two random models: a tiny one, whose layers take less time than the graph takes to be cut, and one
with the layers of Qwen3-30B-A3B (eight of 48, and 32 of their 128 experts, of which eight work).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize

from benchmarks.asking import ask, decode_rate, request
from benchmarks.bench import Bench
from benchmarks.claim import Asked, Claim
from benchmarks.turns import in_turn
from models.engine import Engine
from models.engine_options import EngineOptions
from models.llama import Token
from tests.models.qwen_vocabulary import SIZE
from tests.models.tiny import add_vocabulary


@dataclass(frozen=True)
class Mixture:
    """The shape of a Qwen3-MoE."""

    name: str
    width: int
    heads: int
    kv_heads: int
    head: int
    used: int
    """Experts that work on a token."""
    inner: int
    new: int
    """Tokens that a round decodes."""
    layers: int = 8
    experts: int = 32


TINY = Mixture("a tiny mixture", 512, heads=8, kv_heads=2, head=64, used=4, inner=256, new=48)
LARGE = Mixture(
    "layers of 30B-A3B", 2048, heads=32, kv_heads=4, head=128, used=8, inner=768, new=16
)
PROMPT = 16
SEQUENCES = (1, 8)


def claims(bench: Bench) -> Iterator[Claim]:
    """With the tap on beside off, and off beside another engine's off, whose ratio is the noise."""
    for mixture in (TINY, LARGE):
        with TemporaryDirectory() as folder:
            model = write_mixture(Path(folder) / "mixture.gguf", mixture)
            for sequences in SEQUENCES:
                yield from _claims(bench, mixture, model, sequences)


def _claims(bench: Bench, mixture: Mixture, model: Path, sequences: int) -> Iterator[Claim]:
    with ExitStack() as stack:
        loaded = partial(_engine, stack, bench, model, sequences)
        engines = [loaded(tap=True), loaded(tap=False), loaded(tap=False)]
        works = [partial(_rate, engine, sequences, mixture.new) for engine in engines]
        on, off, again = in_turn(4 * bench.rounds, *works)
    work = f"decode {mixture.name}, {sequences} at a time"
    yield Claim(f"{work}, experts counted", "not", on, off, "tokens/s", Asked(least=0.9))
    yield Claim(f"{work}, not counted", "once more", off, again, "tokens/s")


def write_mixture(path: Path, mixture: Mixture) -> Path:
    """A random Qwen3-MoE in Q8_0, with Qwen's vocabulary."""
    writer = GGUFWriter(path, "qwen3moe")
    writer.add_block_count(mixture.layers)
    writer.add_context_length(4096)
    writer.add_embedding_length(mixture.width)
    writer.add_feed_forward_length(4 * mixture.inner)
    writer.add_head_count(mixture.heads)
    writer.add_head_count_kv(mixture.kv_heads)
    writer.add_key_length(mixture.head)
    writer.add_value_length(mixture.head)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e6)
    writer.add_expert_count(mixture.experts)
    writer.add_expert_used_count(mixture.used)
    writer.add_expert_feed_forward_length(mixture.inner)
    add_vocabulary(writer)
    random = np.random.default_rng(0)
    for name, shape in _shapes(mixture):
        tensor = _random(random, name, shape)
        if tensor.ndim == 1 or "gate_inp" in name:
            writer.add_tensor(name, tensor)
        else:
            q8_0 = GGMLQuantizationType.Q8_0
            writer.add_tensor(name, quantize(tensor, q8_0), raw_dtype=q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _shapes(mixture: Mixture) -> Iterator[tuple[str, tuple[int, ...]]]:
    width, head, experts, inner = mixture.width, mixture.head, mixture.experts, mixture.inner
    yield "token_embd.weight", (SIZE, width)
    yield "output_norm.weight", (width,)
    layer = {
        "attn_norm": (width,),
        "attn_q": (mixture.heads * head, width),
        "attn_k": (mixture.kv_heads * head, width),
        "attn_v": (mixture.kv_heads * head, width),
        "attn_output": (width, mixture.heads * head),
        "attn_q_norm": (head,),
        "attn_k_norm": (head,),
        "ffn_norm": (width,),
        "ffn_gate_inp": (experts, width),
        "ffn_gate_exps": (experts, inner, width),
        "ffn_up_exps": (experts, inner, width),
        "ffn_down_exps": (experts, width, inner),
    }
    for number in range(mixture.layers):
        yield from ((f"blk.{number}.{name}.weight", shape) for name, shape in layer.items())


def _random(random: np.random.Generator, name: str, shape: tuple[int, ...]) -> np.ndarray:
    if "norm" in name:
        return np.ones(shape, np.float32)
    return random.standard_normal(shape, dtype=np.float32) / np.float32(shape[-1] ** 0.5)


def _engine(stack: ExitStack, bench: Bench, model: Path, sequences: int, *, tap: bool) -> Engine:
    """All are open together and take turns of a second, so that a busy machine slows all alike."""
    options = EngineOptions(
        context_tokens=1024,
        cells=1024 * sequences,
        parallel=sequences,
        threads=bench.threads,
        seed=1,
        loading=bench.loading,
        tap_experts=tap,
    )
    engine = stack.enter_context(closing(Engine.load(model, options)))
    # The prompts are known before it counts, so that all sequences begin to decode together.
    ask(engine, [request(prompt, tokens=1) for prompt in _prompts(sequences)])
    return engine


def _rate(engine: Engine, sequences: int, new: int) -> float:
    """Tokens a second of all sequences, each after its first token."""
    answers = ask(engine, [request(prompt, tokens=new) for prompt in _prompts(sequences)])
    return sum(map(decode_rate, answers))


def _prompts(sequences: int) -> list[tuple[Token, ...]]:
    return [tuple(range(100 * n + 50, 100 * n + 50 + PROMPT)) for n in range(sequences)]
