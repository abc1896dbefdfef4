"""Files that are no models: each is refused with its reason, before llama.cpp could abort."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from gguf.constants import GGML_QUANT_SIZES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import ModelError
from models.ggml_types import SIZES
from models.gguf_reader import Malformed
from models.header import check_header, parse_header


def _string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def _small(
    *, tensors: int = 1, values: int = 1, shape: tuple[int, ...] = (32, 2), offset: int = 0
) -> bytes:
    head = b"GGUF" + struct.pack("<Iqq", 3, tensors, values)
    metadata = _string("general.architecture") + struct.pack("<I", 8) + _string("qwen3")
    tensor = _string("w") + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    body = head + metadata + tensor + struct.pack("<IQ", 0, offset)
    return body + bytes(-len(body) % 32) + bytes(32 * 2 * 4)


def test_a_written_model_is_sound(qwen3moe_file: Path) -> None:
    header = check_header(qwen3moe_file)
    assert header.metadata["general.architecture"] == "qwen3moe"
    assert header.size == qwen3moe_file.stat().st_size
    assert {tensor.name for tensor in header.tensors} >= {"token_embd.weight", "output.weight"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 something else", "is not a GGUF file"),
        (b"<!DOCTYPE html><html>", "but a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "but a Git LFS pointer"),
        (b"GGUF", "is truncated"),
        (b"GGUF" + struct.pack("<I", 1), "its version is 1"),
        (b"GGUF" + struct.pack(">I", 3), "its version is"),
        (_small()[:-1], "1 bytes are missing"),
        (_small()[:60], "is truncated"),
        (_small(tensors=2**40), "it claims 1099511627776 tensors"),
        (_small(tensors=-1), "it claims -1 tensors"),
        (_small(values=2**60), "metadata values"),
        (_small(shape=(2**62, 2**62)), "has the shape"),
        (_small(shape=(0, 2)), "has the shape"),
        (_small(shape=(1, 1, 1, 1, 1)), "has 5 dimensions"),
        (_small(offset=2**20), "is truncated: 1,048,576 bytes are missing"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        check_header(path)
    assert message in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_the_sound_small_file_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(_small())
    assert check_header(tmp_path / "model.gguf").tensors[0].shape == (32, 2)


def _missing(folder: Path) -> Path:
    return folder / "nothing.gguf"


def _directory(folder: Path) -> Path:
    (folder / "real.gguf").write_bytes(_small())
    return folder


def _loop(folder: Path) -> Path:
    link = folder / "loop.gguf"
    link.symlink_to(link)
    return link


@pytest.mark.parametrize(
    ("place", "message"),
    [(_missing, "No such file"), (_directory, "is a directory"), (_loop, "cannot read")],
)
def test_a_path_that_is_no_file(
    tmp_path: Path, place: Callable[[Path], Path], message: str
) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        check_header(place(tmp_path))
    assert caught.value.hint


def test_a_directory_with_a_model_says_which(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        check_header(_directory(tmp_path))
    assert "real.gguf" in caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(_small())
    path.chmod(0)
    with pytest.raises(ModelError, match="Permission denied"):
        check_header(path)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_mutation_of_a_header_gets_past_as_anything_but_an_answer(data: st.DataObject) -> None:
    raw = bytearray(_small())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(4, len(raw)))
    try:
        header = parse_header(memoryview(bytes(raw[:cut])))
    except Malformed:
        return
    assert header.version in (2, 3)
    assert all(length > 0 for tensor in header.tensors for length in tensor.shape)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_garbage_behind_the_magic_is_malformed_or_empty(garbage: bytes) -> None:
    try:
        header = parse_header(memoryview(b"GGUF" + struct.pack("<I", 3) + garbage))
    except Malformed:
        return
    assert "general.architecture" in header.metadata


def test_the_sizes_of_types_are_ggmls() -> None:
    assert {int(type): sizes for type, sizes in GGML_QUANT_SIZES.items()} == SIZES
