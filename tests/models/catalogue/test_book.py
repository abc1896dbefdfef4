"""Names: what is found, what is meant, and what is said where there is no such model."""

import pytest

from models import ModelError
from models.catalogue import catalogue, find, named_in, reference_to, repository_of


@pytest.mark.parametrize("entry", catalogue().models, ids=lambda entry: entry.name)
def test_a_model_is_found_by_its_name_in_any_case(entry: object) -> None:
    for spelled in (str.lower, str.upper, "  {} ".format):
        assert find(spelled(entry.name)) is entry  # type: ignore[attr-defined]


def test_an_unknown_name_is_answered_with_the_nearest_three() -> None:
    with pytest.raises(ModelError, match="called 'qwen3-9b'") as caught:
        find("qwen3-9b")
    near = caught.value.hint.partition("?")[0].removeprefix("did you mean ").split(", ")
    assert len(near) == 3
    assert "Qwen3-8B" in near
    assert "cadre models list" in caught.value.hint


@pytest.mark.parametrize("name", ["", "x" * 10_000, "\x1b[2J", "Qwen3", "../etc/passwd"])
def test_no_name_is_too_odd_for_an_answer(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        find(name)
    assert caught.value.hint.count(", ") == 2


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("Qwen3-8B", "Qwen3-8B"),
        ("qwen3-8b", "Qwen3-8B"),
        ("~/models/Qwen3-8B-Q4_K_M.gguf", "Qwen3-8B"),
        ("C:\\models\\Qwen3-30B-A3B-UD-Q4_K_XL.gguf", "Qwen3-30B-A3B"),
        ("./Qwen3-30B-A3B-Instruct-2507-Q8_0.gguf", "Qwen3-30B-A3B-Instruct-2507"),
        ("Qwen3-235B-A22B-Q4_K_M-00001-of-00005.gguf", "Qwen3-235B-A22B"),
        ("hf:Qwen/Qwen3-8B-GGUF", "Qwen3-8B"),
        ("hf:Qwen/Qwen3-8B-GGUF:Q4_K_M", "Qwen3-8B"),
        ("hf:bartowski/Qwen_Qwen3-14B-GGUF:Q6_K", "Qwen3-14B"),
        ("hf:ggml-org/Qwen3-4B-Instruct-2507-Q8_0-GGUF", "Qwen3-4B-Instruct-2507"),
        ("embedded", None),
        ("Qwen3-8B-abliterated-Q4_K_M.gguf", None),
        ("DeepSeek-R1-0528-Qwen3-8B-Q4_K_M.gguf", None),
        ("Qwen3-8B/other.gguf", None),
        ("", None),
    ],
)
def test_a_reference_means_the_model_whose_name_it_bears(reference: str, name: str | None) -> None:
    found = named_in(reference)
    assert (found.name if found else None) == name


def test_the_usual_build_is_the_makers_own_where_they_have_one() -> None:
    assert repository_of("qwen3-8b") == "Qwen/Qwen3-8B-GGUF"
    assert repository_of("Qwen3-4B-Thinking-2507") == "unsloth/Qwen3-4B-Thinking-2507-GGUF"
    assert reference_to(find("Qwen3-8B"), "Q6_K") == "hf:Qwen/Qwen3-8B-GGUF:Q6_K"
    assert reference_to(find("Qwen3-8B"), "Q2_K") is None
