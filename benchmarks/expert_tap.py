"""What counting the experts of a mixture costs while decoding, and that it costs nothing when off.

The model is random, of 8 layers with 32 experts each: the embedded one may have no experts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
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

WIDTH, LAYERS, EXPERTS, USED, INNER = 512, 8, 32, 4, 256
_HEADS, _KV_HEADS, _HEAD = 8, 2, 64
PROMPT, NEW = 16, 48
SEQUENCES = (1, 8)


def claims(bench: Bench) -> Iterator[Claim]:
    """With the tap on beside off, and off beside another engine's off, whose ratio is the noise."""
    with TemporaryDirectory() as folder:
        model = write_mixture(Path(folder) / "mixture.gguf")
        for sequences in SEQUENCES:
            with ExitStack() as stack:
                loaded = partial(_engine, stack, bench, model, sequences)
                engines = [loaded(tap=True), loaded(tap=False), loaded(tap=False)]
                works = [partial(_rate, engine, sequences) for engine in engines]
                on, off, again = in_turn(4 * bench.rounds, *works)
            work = f"decode a mixture of experts, {sequences} at a time"
            yield Claim(f"{work}, experts counted", "not", on, off, "tokens/s", Asked(least=0.9))
            yield Claim(f"{work}, not counted", "once more", off, again, "tokens/s")


def write_mixture(path: Path) -> Path:
    """A random Qwen3-MoE of about 60 M parameters in Q8_0, with Qwen's vocabulary."""
    writer = GGUFWriter(path, "qwen3moe")
    writer.add_block_count(LAYERS)
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(4 * INNER)
    writer.add_head_count(_HEADS)
    writer.add_head_count_kv(_KV_HEADS)
    writer.add_key_length(_HEAD)
    writer.add_value_length(_HEAD)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e6)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(USED)
    writer.add_expert_feed_forward_length(INNER)
    add_vocabulary(writer)
    random = np.random.default_rng(0)
    for name, shape in _shapes():
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


def _shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "token_embd.weight", (SIZE, WIDTH)
    yield "output_norm.weight", (WIDTH,)
    layer = {
        "attn_norm": (WIDTH,),
        "attn_q": (_HEADS * _HEAD, WIDTH),
        "attn_k": (_KV_HEADS * _HEAD, WIDTH),
        "attn_v": (_KV_HEADS * _HEAD, WIDTH),
        "attn_output": (WIDTH, _HEADS * _HEAD),
        "attn_q_norm": (_HEAD,),
        "attn_k_norm": (_HEAD,),
        "ffn_norm": (WIDTH,),
        "ffn_gate_inp": (EXPERTS, WIDTH),
        "ffn_gate_exps": (EXPERTS, INNER, WIDTH),
        "ffn_up_exps": (EXPERTS, INNER, WIDTH),
        "ffn_down_exps": (EXPERTS, WIDTH, INNER),
    }
    for number in range(LAYERS):
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


def _rate(engine: Engine, sequences: int) -> float:
    """Tokens a second of all sequences, each after its first token."""
    answers = ask(engine, [request(prompt, tokens=NEW) for prompt in _prompts(sequences)])
    return sum(map(decode_rate, answers))


def _prompts(sequences: int) -> list[tuple[Token, ...]]:
    return [tuple(range(100 * n + 50, 100 * n + 50 + PROMPT)) for n in range(sequences)]
