"""Headers that lie: the answer is a description or one line, and costs little."""

import os
import struct
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import ModelError
from models.inspection import Inspection, inspect
from tests.models.inspection.shapes import F32, Shape, write_shape

_LAYER = {
    "attn_norm.weight": ((32,), F32),
    "attn_q.weight": ((32, 32), F32),
    "attn_k.weight": ((32, 16), F32),
    "attn_v.weight": ((32, 16), F32),
    "attn_output.weight": ((32, 32), F32),
    "attn_q_norm.weight": ((16,), F32),
    "attn_k_norm.weight": ((16,), F32),
    "ffn_norm.weight": ((32,), F32),
    "ffn_gate_inp.weight": ((32, 4), F32),
    "ffn_gate_exps.weight": ((32, 64, 4), F32),
    "ffn_up_exps.weight": ((32, 64, 4), F32),
    "ffn_down_exps.weight": ((64, 32, 4), F32),
}
SMALL = Shape(
    "qwen3moe",
    {
        "block_count": 1,
        "context_length": 64,
        "embedding_length": 32,
        "feed_forward_length": 64,
        "attention.head_count": 2,
        "attention.head_count_kv": [1],
        "attention.key_length": 16,
        "attention.value_length": 16,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "expert_count": 4,
        "expert_used_count": 2,
        "expert_feed_forward_length": 64,
    },
    {
        "token_embd.weight": ((32, 16), F32),
        "output_norm.weight": ((32,), F32),
        **{f"blk.0.{name}": tensor for name, tensor in _LAYER.items()},
    },
    words=16,
    template="",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("small")


@pytest.fixture(scope="module")
def small(folder: Path) -> bytes:
    path = write_shape(folder / "small.gguf", SMALL, data=False)
    assert [finding.rule for finding in inspect(str(path)).findings] == ["data"]
    return path.read_bytes()


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_mutation_is_more_than_a_description_or_one_line(
    folder: Path, small: bytes, data: st.DataObject
) -> None:
    raw = bytearray(small)
    for _ in range(data.draw(st.integers(1, 3))):
        width = data.draw(st.sampled_from([1, 4, 8]))
        at = data.draw(st.integers(0, len(raw) - width))
        value = data.draw(st.integers(0, 256**width - 1) | st.integers(0, 255))
        raw[at : at + width] = value.to_bytes(width, "little")
    path = folder / "mutant.gguf"
    path.write_bytes(raw[: data.draw(st.integers(1, len(raw)) | st.just(len(raw)))])
    answer = _answer(path)
    if isinstance(answer, ModelError):
        assert str(path) in answer.message
        assert answer.hint
    else:
        assert Inspection.model_fields.keys() <= answer.model_dump(mode="json").keys()


def _answer(path: Path) -> Inspection | ModelError:
    try:
        return inspect(str(path))
    except ModelError as error:
        return error


def _string(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def _claiming(kind: str, number: int) -> bytes:
    """A header that claims a number of something, and goes on with noughts."""
    counts = {"tensors": (number, 0), "values": (0, number)}.get(kind, (0, 1))
    head = b"GGUF" + struct.pack("<Iqq", 3, *counts)
    if kind == "strings":
        return head + _string(b"tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, number)
    if kind == "numbers":
        return head + _string(b"a.b") + struct.pack("<IIQ", 9, 4, number)
    if kind == "text":
        return head + _string(b"general.architecture") + struct.pack("<IQ", 8, number)
    return head


@pytest.mark.parametrize("kind", ["tensors", "values", "strings", "numbers", "text"])
@pytest.mark.parametrize("number", [2**27, 2**36, 2**63 - 1])
def test_what_a_header_claims_costs_neither_memory_nor_time(
    kind: str, number: int, tmp_path: Path
) -> None:
    path = tmp_path / "liar.gguf"
    path.write_bytes(_claiming(kind, number))
    os.truncate(path, 2**40)
    start = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(ModelError):
            inspect(str(path))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 200 * 2**20
    assert time.process_time() - start < 5


def test_half_a_million_empty_words_are_read_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "liar.gguf"
    path.write_bytes(_claiming("strings", 2**19))
    os.truncate(path, 2**40)
    start = time.process_time()
    (finding,) = [one for one in inspect(str(path)).findings if one.rule == "header"]
    assert finding.found == "it names no architecture"
    assert time.process_time() - start < 5


def test_an_adapter_is_no_model(tmp_path: Path) -> None:
    shape = replace(SMALL, general={"general.type": "adapter"})
    findings = inspect(str(write_shape(tmp_path / "model.gguf", shape))).findings
    assert [(one.rule, one.found) for one in findings] == [("kind", "adapter")]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.gguf")
    with pytest.raises(ModelError, match="is no file"):
        inspect(str(tmp_path / "model.gguf"))


def test_a_folder_names_the_model_in_it(tmp_path: Path, small: bytes) -> None:
    (tmp_path / "model.gguf").write_bytes(small)
    with pytest.raises(ModelError, match="is a directory") as caught:
        inspect(str(tmp_path))
    assert "model.gguf" in caught.value.hint


def test_an_offset_that_leaves_a_gap_is_named(tmp_path: Path, small: bytes) -> None:
    name = b"blk.0.attn_q.weight"
    at = small.index(name) + len(name) + 4 + 2 * 8 + 4
    offset = struct.unpack_from("<Q", small, at)[0]
    moved = small[:at] + struct.pack("<Q", offset + 32) + small[at + 8 :]
    (tmp_path / "model.gguf").write_bytes(moved)
    finding = inspect(str(tmp_path / "model.gguf")).findings[0]
    assert (finding.rule, finding.where) == ("data", name.decode())
    assert (finding.expected, finding.found) == (
        f"its data at offset {offset}",
        f"offset {offset + 32}",
    )


@pytest.mark.parametrize("name", ["blk.99999999999999999999.x", "blk.-1.x", "blk.٣.x", "blk.0.\n"])
def test_a_name_that_is_none_is_told(name: str, tmp_path: Path) -> None:
    shape = SMALL.but({name: ((32,), F32)})
    findings = inspect(str(write_shape(tmp_path / "model.gguf", shape))).findings
    assert [finding.where for finding in findings] == [name]
