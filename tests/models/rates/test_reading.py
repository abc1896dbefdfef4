"""What a step of decoding reads, of files that have the shape of real models."""

from pathlib import Path

import pytest

from models.inspection import inspect
from models.loading import Loading
from models.rates.reading import Reading, reading_of
from tests.models.inspection.shapes import (
    Shape,
    qwen3_06b,
    qwen3_30b_a3b,
    qwen3_next_80b_a3b,
    write_shape,
)

CONTEXT = 1000
WORDS = 64


def reading(folder: Path, shape: Shape, loading: Loading | None = None) -> Reading:
    path = write_shape(folder / "m.gguf", shape)
    return reading_of(inspect(str(path)), loading or Loading(), CONTEXT)


def test_embeddings_are_read_whole_only_where_the_output_is_made_with_them(tmp_path: Path) -> None:
    tied = reading(tmp_path, qwen3_06b(WORDS))
    parameters = 596_049_920 - (151_936 - WORDS) * 1024  # Qwen3-0.6B with a small vocabulary
    vectors = 2 * (28 * (2 * 1024 + 2 * 128) + 1024)  # F32, where the rest is F16
    assert tied.shared == 2 * parameters + vectors
    assert tied.experts == 0

    own = reading(tmp_path, qwen3_30b_a3b(WORDS))
    rows = WORDS * 2048 * 144 // 256  # Q4_K
    assert own.shared == inspect(str(tmp_path / "m.gguf")).rest_bytes - rows


def test_a_mixture_reads_the_experts_that_are_chosen(tmp_path: Path) -> None:
    mixture = reading(tmp_path, qwen3_30b_a3b(WORDS))
    assert mixture.used == 8 / 128
    alone = mixture.step(1) - mixture.sequence
    assert alone == pytest.approx(mixture.shared + mixture.experts / 16)
    # Two tokens share an expert now and then: fewer than twice as many are read.
    both = mixture.step(2) - 2 * mixture.sequence - mixture.shared
    assert 1.9 < both / (mixture.experts / 16) < 2.0
    many = mixture.step(1000) - 1000 * mixture.sequence - mixture.shared
    assert many == pytest.approx(mixture.experts)


def test_keys_and_values_are_read_as_their_types_keep_them(tmp_path: Path) -> None:
    full = reading(tmp_path, qwen3_06b(WORDS))
    assert full.sequence == CONTEXT * 114_688
    small = reading(tmp_path, qwen3_06b(WORDS), Loading(kv_type_k="q8_0", kv_type_v="q8_0"))
    assert small.sequence == CONTEXT * 60_928
    mixed = reading(tmp_path, qwen3_06b(WORDS), Loading(kv_type_k="q8_0"))
    assert mixed.sequence == (full.sequence + small.sequence) // 2


def test_a_hybrid_reads_and_writes_its_state(tmp_path: Path) -> None:
    hybrid = reading(tmp_path, qwen3_next_80b_a3b(WORDS))
    attention = CONTEXT * 12 * 2 * 2 * 256 * 2
    assert hybrid.sequence == attention + 2 * 79_036_416


def test_the_limit_is_bandwidth_over_bytes_and_grows_with_the_batch() -> None:
    dense = Reading(shared=900, experts=0, used=1.0, sequence=100)
    assert dense.limit(10_000, 1) == 10.0
    assert dense.limit(10_000, 6) == pytest.approx(6 * 10_000 / 1500)
    assert Reading(0, 0, 1.0, 0).limit(10.0, 1) == 10.0  # and no division by nought
