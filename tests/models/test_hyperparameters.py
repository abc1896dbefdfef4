"""Values that made llama.cpp abort or crash when they were tried: each is refused before."""

import math

import pytest

from models.gguf_reader import STRING, Array, Malformed, Tensor, Value
from models.hyperparameters import check_hyperparameters

SOUND: dict[str, Value] = {
    "general.architecture": "qwen3moe",
    "qwen3moe.block_count": 2,
    "qwen3moe.embedding_length": 32,
    "qwen3moe.attention.head_count": 2,
    "qwen3moe.attention.key_length": 16,
    "qwen3moe.attention.layer_norm_rms_epsilon": 1e-6,
    "qwen3moe.expert_count": 4,
    "qwen3moe.expert_used_count": 2,
    "tokenizer.ggml.tokens": Array(STRING, 3),
    "tokenizer.ggml.token_type": Array(5, 3),
}
WEIGHT = Tensor("output.weight", (32, 3), 1, 0)


def test_a_sound_model_is_accepted() -> None:
    check_hyperparameters(SOUND, [WEIGHT, Tensor("output_norm.weight", (32,), 0, 0)])
    check_hyperparameters({**SOUND, "qwen3moe.rope.dimension_count": 16}, [WEIGHT])
    check_hyperparameters({"general.architecture": "llama"}, [WEIGHT])


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("block_count", 0, "block_count is 0"),
        ("block_count", 10**6, "block_count is"),
        ("attention.head_count", 0, "head_count is 0"),
        ("attention.layer_norm_rms_epsilon", math.nan, "epsilon is nan"),
        ("attention.layer_norm_rms_epsilon", -1.0, "epsilon is -1.0"),
        ("rope.dimension_count", 3, "rope.dimension_count is 3 for heads of 16"),
        ("rope.scaling.type", "x", "rope.scaling.type is 'x'"),
        ("expert_count", 0, "uses 2 of 0 experts"),
        ("expert_used_count", 5, "uses 5 of 4 experts"),
        ("expert_used_count", 0, "uses 0 of 4 experts"),
        ("expert_used_count", Array(5, 2, (0, 0)), "uses 0 of 4 experts"),
        ("expert_group_count", 3, "4 experts in 3 groups"),
        ("nextn_predict_layers", 5, "larger than block_count"),
    ],
)
def test_a_number_that_makes_llama_cpp_abort(key: str, value: Value, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        check_hyperparameters({**SOUND, f"qwen3moe.{key}": value}, [WEIGHT])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("general.architecture", 5, "names no architecture"),
        ("general.architecture", "", "names no architecture"),
        ("tokenizer.ggml.tokens", Array(5, 3), "is not the array"),
        ("tokenizer.ggml.tokens", "x", "is not the array"),
        ("tokenizer.ggml.tokens", Array(STRING, 3, repeated="a"), "the token 'a' twice"),
        ("tokenizer.ggml.token_type", Array(5, 2), "has 2 entries for 3 tokens"),
        ("tokenizer.ggml.merges", Array(5, 2), "is not the array"),
    ],
)
def test_a_vocabulary_that_makes_llama_cpp_abort(key: str, value: Value, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        check_hyperparameters({**SOUND, key: value}, [WEIGHT])
    assert message in str(caught.value)


@pytest.mark.parametrize(("name", "type"), [("output_norm.weight", 1), ("output.weight", 24)])
def test_a_type_that_no_weight_has(name: str, type: int) -> None:
    with pytest.raises(Malformed, match="which no weight has"):
        check_hyperparameters(SOUND, [Tensor(name, (32,), type, 0)])
