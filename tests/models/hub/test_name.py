"""How a model on the hub is named, and which of a repository's files is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ModelError
from models.hub import HubName, hub_name, variants
from models.hub.layout import is_path
from models.hub.variant import Variant, quantisation_of

LABELS = {
    "Qwen3-8B-Q4_K_M.gguf": "Q4_K_M",
    "qwen3-8b-q4_k_m.gguf": "Q4_K_M",
    "Qwen3-8B-UD-Q4_K_XL.gguf": "UD-Q4_K_XL",
    "Qwen3-30B-A3B-IQ4_XS.gguf": "IQ4_XS",
    "Qwen3-8B.Q8_0.gguf": "Q8_0",
    "BF16/Qwen3-8B-BF16-00001-of-00002.gguf": "BF16",
    "Q6_K/model.gguf": "Q6_K",
    "Qwen3-8B-Q4_0_4_4.gguf": "Q4_0_4_4",
    "gpt-MXFP4_MOE.gguf": "MXFP4_MOE",
    "Qwen3-8B-Instruct.gguf": "",
    "Qwen3-Q4you.gguf": "",
}


@pytest.mark.parametrize("path", LABELS)
def test_the_quantisation_stands_in_the_name(path: str) -> None:
    assert [one.quantisation for one in variants([path])] == [LABELS[path]]


def test_a_reference_is_a_repository_and_a_quantisation() -> None:
    assert hub_name(" hf:Qwen/Qwen3-8B-GGUF:q8_0 ") == HubName(
        "hf:Qwen/Qwen3-8B-GGUF:q8_0", "Qwen/Qwen3-8B-GGUF", "q8_0"
    )
    assert hub_name("HF:a/b").repository == "a/b"


def test_a_name_of_the_catalogue_is_looked_up_with_its_quantisation() -> None:
    asked: list[tuple[str, str]] = []

    def repository_of(name: str, quantisation: str) -> str:
        asked.append((name, quantisation))
        return "owner/repo"

    name = hub_name("Qwen3-8B:Q8_0", repository_of)
    assert (name.repository, name.quantisation) == ("owner/repo", "Q8_0")
    assert asked == [("Qwen3-8B", "Q8_0")]


@pytest.mark.parametrize("name", ["Qwen3-8B", "qwen3-8b:Q8_0"])
def test_the_catalogue_knows_where_a_model_is(name: str) -> None:
    assert hub_name(name).repository.lower().endswith("qwen3-8b-gguf")


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ModelError) as caught:
        hub_name("Qwen3-8")
    assert "'Qwen3-8'" in caught.value.message
    assert "Qwen3-8B" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    ["hf:", "hf:one", "hf:a/b/c", "hf:../x", "hf:a/..", "hf:a/b--c", "hf:-a/b", "hf:a/b c", "hf:/"],
)
def test_what_is_no_repository_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="names no repository"):
        hub_name(text)


def test_parts_are_put_in_order_and_the_missing_are_named() -> None:
    paths = [f"x-Q4_0-{n:05}-of-00004.gguf" for n in (4, 1, 3)]
    (found,) = variants(paths)
    assert found.files == (paths[1], paths[2], paths[0])
    assert found.missing == ("x-Q4_0-00002-of-00004.gguf",)


def test_a_part_that_claims_a_million_others_is_taken_as_one_file() -> None:
    (found,) = variants(["x-00001-of-99999.gguf"])
    assert not found.missing


def test_one_file_is_preferred_to_parts_of_the_same_name() -> None:
    parts = [f"x-Q4_0-{n:05}-of-00002.gguf" for n in (1, 2)]
    assert variants([*parts, "x-Q4_0.gguf"]) == (Variant("x-Q4_0", "Q4_0", ("x-Q4_0.gguf",)),)


PATHS = st.text(st.sampled_from("aQ4_K-.0123/of\\GUFguf\u202e\x00"), max_size=60)


@given(st.lists(PATHS | PATHS.map(lambda text: text + ".gguf"), max_size=12))
def test_every_gguf_belongs_to_at_most_one_model(paths: list[str]) -> None:
    files = [file for one in variants(paths) for file in one.files]
    assert len(files) == len(set(files))
    assert set(files) <= set(paths)
    assert all(quantisation_of(one.name) == one.quantisation for one in variants(paths))


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_is_refused(text: str) -> None:
    try:
        name = hub_name("hf:" + text)
    except ModelError:
        return
    assert name.repository.count("/") == 1
    assert is_path(name.repository)


@given(st.text(st.sampled_from("a./\\\x00\n "), max_size=12))
def test_a_path_from_a_server_stays_inside(path: str) -> None:
    if is_path(path):
        assert not path.startswith("/")
        assert ".." not in path.split("/")
