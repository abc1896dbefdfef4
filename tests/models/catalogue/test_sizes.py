"""Bytes from shapes: files, keys and values, and amounts as people type them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import UsageError
from models.catalogue import file_size, find, need_of, parse_amount
from models.catalogue.amount import as_gib
from models.catalogue.need import kv_bytes_a_token, state_bytes
from models.catalogue.quantisation import expert_bytes, read_bytes, tensor_bytes


@pytest.mark.parametrize(
    ("name", "bytes"),
    [
        ("Qwen3-0.6B", 114_688),
        ("Qwen3-8B", 147_456),
        ("Qwen3-32B", 262_144),
        ("Qwen3-30B-A3B", 98_304),
        ("Qwen3-235B-A22B", 192_512),
        ("Qwen3-Next-80B-A3B-Instruct", 24_576),
    ],
)
def test_keys_and_values_of_a_token(name: str, bytes: int) -> None:
    assert kv_bytes_a_token(find(name).shape) == bytes


def test_only_next_has_a_state_that_does_not_grow() -> None:
    """36 layers: three tokens of 8192 channels, and 128 by 4096, in F32."""
    shape = find("Qwen3-Next-80B-A3B-Thinking").shape
    assert state_bytes(shape) == 36 * (3 * 8192 + 128 * 4096) * 4
    assert state_bytes(find("Qwen3-8B").shape) == 0


def test_a_published_size_is_told_and_any_other_is_an_estimate() -> None:
    known, reckoned = file_size(find("Qwen3-8B")), file_size(find("Qwen3-8B"), "BF16")
    assert (known.bytes, known.estimate) == (5_027_783_488, False)
    assert reckoned.estimate
    assert reckoned.bytes == pytest.approx(2 * 8_190_735_360, rel=0.001)


def test_experts_are_most_of_a_mixture_and_nothing_of_a_dense_model() -> None:
    mixture, dense = find("Qwen3-30B-A3B").shape, find("Qwen3-32B").shape
    assert 0.9 < expert_bytes(mixture, "Q8_0") / tensor_bytes(mixture, "Q8_0") < 1.0
    assert expert_bytes(mixture, "Q8_0") == 48 * 128 * 3 * 2048 * 768 * 34 // 32
    assert expert_bytes(dense, "Q8_0") == 0


def test_a_token_reads_the_chosen_experts_and_everything_else_once() -> None:
    shape = find("Qwen3-30B-A3B").shape
    experts = read_bytes(shape, "Q8_0", experts=True)
    assert experts == expert_bytes(shape, "Q8_0") * 8 // 128
    embedding = shape.vocabulary * shape.hidden * 34 // 32
    rest = tensor_bytes(shape, "Q8_0") - expert_bytes(shape, "Q8_0") - embedding
    assert read_bytes(shape, "Q8_0", experts=False) == rest


def test_a_need_is_the_file_the_context_and_the_logits() -> None:
    need = need_of(find("Qwen3-8B"), 1000)
    assert need.weights == 5_027_783_488
    assert need.context == 147_456_000
    assert need.compute == 151_936 * 512 * 4
    assert need.total == need.core == 5_027_783_488 + 147_456_000 + 311_164_928
    mixture = need_of(find("Qwen3-30B-A3B"), 1000)
    assert mixture.weights + mixture.experts == 18_556_685_824


@pytest.mark.parametrize(
    ("text", "bytes"),
    [
        ("24G", 24 * 2**30),
        ("24g", 24 * 2**30),
        (" 24 GiB ", 24 * 2**30),
        ("24GB", 24 * 10**9),
        ("512M", 512 * 2**20),
        ("512MiB", 512 * 2**20),
        ("1.5T", 3 * 2**39),
        ("0G", 0),
        ("100k", 102_400),
    ],
)
def test_an_amount_is_read_with_its_unit(text: str, bytes: int) -> None:
    assert parse_amount(text) == bytes


@pytest.mark.parametrize(
    "text", ["", "24", "G", "-1G", "24X", "1e9G", "24 G B", "nanG", "999999999T", "٢٤G", "24G\n1"]
)
def test_what_is_no_amount_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="--vram cannot be") as caught:
        parse_amount(text, "--vram")
    assert "24G" in caught.value.hint


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert 0 <= parse_amount(text) <= 2**50


@given(st.integers(0, 10**6), st.sampled_from(["k", "M", "Gi", "GB", "T"]))
def test_a_larger_number_is_never_a_smaller_amount(number: int, unit: str) -> None:
    unit = "GiB" if unit == "Gi" else unit
    if number < 1000:
        assert parse_amount(f"{number}{unit}") <= parse_amount(f"{number + 1}{unit}")


def test_amounts_are_told_in_the_unit_that_people_compare() -> None:
    assert as_gib(18_556_685_824) == "17.3 GiB"
    assert as_gib(650 * 2**20) == "650 MiB"
