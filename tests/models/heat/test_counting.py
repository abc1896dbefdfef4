"""A model's experts are counted over prompts, each as if it came first."""

import struct
from pathlib import Path

import pytest

from models.engine_options import EngineOptions
from models.errors import GenerationError, ModelError
from models.heat import count_experts, experts_in, standard_prompts
from tests.models.tiny import write_tiny
from tests.models.tiny_next import write_tiny_next

OPTIONS = EngineOptions(context_tokens=512, threads=1)
USED = 2


def test_each_prompt_is_counted_whole_whatever_came_before(qwen3moe_file: Path) -> None:
    text = "kubectl get pods says that two of them restart"
    prompts = {"first": text, "between": f"{text} again", "again": text}
    heard: list[str] = []
    usage = count_experts(qwen3moe_file, prompts, OPTIONS, answer=4, on_prompt=heard.append)
    assert heard == list(prompts)
    assert usage.by_label["first"] == usage.by_label["again"]
    for counts in usage.by_label.values():
        # Of the last layer llama.cpp computes the prompt's last token and those of the answer.
        assert sum(counts.layers[1]) == USED * 4
    assert sum(usage.by_label["between"].layers[0]) > sum(usage.by_label["first"].layers[0])


def test_a_hybrid_model_is_counted_too(tiny_folder: Path) -> None:
    path = write_tiny_next(tiny_folder / "heat_next.gguf")
    usage = count_experts(path, {"a": "one two", "b": "one two"}, OPTIONS, answer=3)
    assert usage.by_label["a"] == usage.by_label["b"]
    layers = [sum(row) for row in usage.by_label["a"].layers]
    assert layers == [layers[0]] * 4
    assert layers[0] > USED * 3


def test_a_dense_model_has_no_experts_and_is_not_loaded(qwen3_file: Path) -> None:
    loaded: list[float] = []
    with pytest.raises(ModelError, match="has no experts") as refused:
        count_experts(qwen3_file, {"a": "b"}, OPTIONS, on_progress=loaded.append)
    assert "mixture of experts" in refused.value.hint
    assert not loaded


def test_a_mixture_tells_how_many_experts_it_has(qwen3moe_file: Path) -> None:
    assert experts_in(qwen3moe_file) == 4


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<Iqq", 3, 2**40, 2**40))
    with pytest.raises(ModelError, match=r"broken|truncated"):
        experts_in(path)


def test_a_prompt_longer_than_the_context_is_refused(qwen3moe_file: Path) -> None:
    with pytest.raises(GenerationError, match="over the context"):
        count_experts(qwen3moe_file, {"a": "word " * 600}, OPTIONS)


def test_the_standard_prompts_fit_a_small_context(tiny_folder: Path) -> None:
    path = write_tiny(tiny_folder / "heat_wide.gguf", experts=4, context=1024)
    usage = count_experts(path, standard_prompts(), OPTIONS, answer=1)
    assert list(usage.by_label) == list(standard_prompts())
    assert all(counts.total for counts in usage.by_label.values())
