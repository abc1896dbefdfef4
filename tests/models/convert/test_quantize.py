"""`quantize` lets llama.cpp make a GGUF smaller, and keeps what is there when it cannot."""

from pathlib import Path

import pytest

from models.convert import convert, nearest_type, quantize
from models.errors import ModelError, UsageError
from models.header import check_header
from tests.models.convert.conftest import Written
from tests.models.convert.gguf_contents import contents


@pytest.fixture(scope="module")
def full(checkpoint: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("quantize") / "full.gguf"
    convert(checkpoint("qwen3"), path)
    return path


def test_a_quantized_file_is_smaller_and_says_what_it_is(full: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    made = quantize(full, "q8_0", tmp_path / "q8.gguf", on_progress=lambda *at: seen.append(at))
    metadata, tensors = contents(tmp_path / "q8.gguf")
    assert made.size == (tmp_path / "q8.gguf").stat().st_size < made.size_before
    assert metadata["general.file_type"] == [[4], 7]
    assert tensors["blk.0.attn_q.weight"][0] == "Q8_0"
    assert tensors["blk.0.attn_norm.weight"][0] == "F32"
    assert seen == [(number, len(tensors)) for number in range(1, len(tensors) + 1)]
    with pytest.raises(ModelError, match="is quantized already"):
        quantize(tmp_path / "q8.gguf", "Q4_0", tmp_path / "q4.gguf")


def test_what_cannot_be_written_is_refused_before_llama_cpp_begins(
    full: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.gguf").write_text("mine")
    with pytest.raises(ModelError, match="is the file to be read"):
        quantize(full, "Q8_0", full.parent / "." / "full.gguf", force=True)
    with pytest.raises(ModelError, match="exists"):
        quantize(full, "Q8_0", tmp_path / "mine.gguf")
    with pytest.raises(ModelError, match="is not a GGUF file"):
        quantize(tmp_path / "mine.gguf", "Q8_0", tmp_path / "out.gguf")
    assert (tmp_path / "mine.gguf").read_text() == "mine"
    assert check_header(full)


def test_what_llama_cpp_refuses_is_told_in_its_words_and_leaves_no_file(
    checkpoint: Written, tmp_path: Path
) -> None:
    convert(checkpoint("qwen3"), tmp_path / "full.gguf")
    whole = (tmp_path / "full.gguf").read_bytes()
    unknown = whole.replace(b"\x05\0\0\0\0\0\0\0qwen3", b"\x05\0\0\0\0\0\0\0qwenX")
    (tmp_path / "full.gguf").write_bytes(unknown)
    with pytest.raises(ModelError, match="unknown model architecture: 'qwenX'"):
        quantize(tmp_path / "full.gguf", "Q8_0", tmp_path / "out.gguf")
    assert [path.name for path in tmp_path.iterdir()] == ["full.gguf"]


def test_an_interrupted_quantisation_leaves_no_file(full: Path, tmp_path: Path) -> None:
    def interrupt(number: int, _: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quantize(full, "Q4_K_M", tmp_path / "out.gguf", on_progress=interrupt)
    assert not list(tmp_path.iterdir())


def test_a_type_is_known_in_any_case_and_else_the_nearest_are_named() -> None:
    assert [nearest_type(text) for text in ("q4_k_m", " Q8_0", "iq4-xs")] == [
        "Q4_K_M", "Q8_0", "IQ4_XS"
    ]  # fmt: skip
    with pytest.raises(UsageError, match=r"unknown type 'Q4KM' \(did you mean Q4_K_M"):
        nearest_type("Q4KM")
    with pytest.raises(UsageError, match=r"known: Q8_0, Q6_K"):
        nearest_type("?")
