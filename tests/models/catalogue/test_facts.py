"""Each fact of the catalogue that a configuration, a card, a file or an adapter can confirm."""

import json
from collections.abc import Iterator

import jsonschema
import pytest
from transformers import Qwen3Config, Qwen3MoeConfig, Qwen3NextConfig

from models.calls import XML
from models.catalogue import Entry, catalogue, find
from models.catalogue.book import DATA, SCHEMA
from models.catalogue.entry import Catalogue
from models.catalogue.quantisation import tensor_bytes
from models.families.qwen3 import Qwen3
from models.families.qwen3_2507 import Instruct2507, NextInstruct, NextThinking, Thinking2507
from models.families.qwen3_coder import Coder

ENTRIES = catalogue().models
NAMED = (
    "Qwen3-0.6B", "Qwen3-1.7B", "Qwen3-4B", "Qwen3-8B", "Qwen3-14B", "Qwen3-32B",
    "Qwen3-30B-A3B", "Qwen3-235B-A22B",
    "Qwen3-4B-Instruct-2507", "Qwen3-4B-Thinking-2507",
    "Qwen3-30B-A3B-Instruct-2507", "Qwen3-30B-A3B-Thinking-2507",
    "Qwen3-235B-A22B-Instruct-2507", "Qwen3-235B-A22B-Thinking-2507",
    "Qwen3-Coder-30B-A3B-Instruct", "Qwen3-Coder-480B-A35B-Instruct",
    "Qwen3-Next-80B-A3B-Instruct", "Qwen3-Next-80B-A3B-Thinking",
)  # fmt: skip
MLX = """
Qwen3-0.6B-4bit | 28 | 1024 | no | 342884352
Qwen3-0.6B-8bit | 28 | 1024 | no | 698351616
Qwen3-30B-A3B-4bit | 48 | 2048 | yes | 17612931072
Qwen3-30B-A3B-8bit | 48 | 2048 | yes | 33279705088
Qwen3-235B-A22B-Instruct-2507-4bit | 94 | 4096 | yes | 141733920768
Qwen3-235B-A22B-Instruct-2507-8bit | 94 | 4096 | yes | 268435456000
Qwen3-Coder-480B-A35B-Instruct-4bit | 62 | 6144 | yes | 289910292480
Qwen3-Coder-480B-A35B-Instruct-8bit | 62 | 6144 | yes | 579820584960
Qwen3-Next-80B-A3B-Instruct-4bit | 48 | 2048 | yes | 46976204800
Qwen3-Next-80B-A3B-Instruct-8bit | 48 | 2048 | yes | 88814387200
Qwen3-Next-80B-A3B-Thinking-4bit | 48 | 2048 | yes | 47080074240
Qwen3-Next-80B-A3B-Thinking-8bit | 48 | 2048 | yes | 88814387200
"""
PARAMETERS = {
    "Qwen3-4B": 4_022_468_096,
    "Qwen3-8B": 8_190_735_360,
    "Qwen3-14B": 14_768_307_200,
    "Qwen3-32B": 32_762_123_264,
    "Qwen3-30B-A3B": 30_532_122_624,
}
"""As the hub counts the tensors of the makers' own GGUF files."""
ADAPTERS = {
    kind.name: kind
    for kind in (Qwen3, Instruct2507, Thinking2507, Coder, NextInstruct, NextThinking)
}

each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


def test_every_model_is_there() -> None:
    assert tuple(entry.name for entry in ENTRIES) == NAMED
    assert all(entry.repository == f"Qwen/{entry.name}" for entry in ENTRIES)


@each
def test_the_parameters_round_to_what_the_card_says(entry: Entry) -> None:
    assert _in_the_digits_of(entry.card.parameters, entry.parameters) == entry.card.parameters


@each
def test_the_active_parameters_are_those_of_the_card(entry: Entry) -> None:
    """Cards cut them off: 3.35 billion are 3.3B, 3.87 are 3B."""
    if entry.card.active is None:
        assert not entry.moe or entry.name == "Qwen3-235B-A22B-Thinking-2507"
    else:
        said = float(entry.card.active.removesuffix("B"))
        digit = 0.1 if "." in entry.card.active else 1.0
        assert said <= entry.active / 1e9 < said + digit


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_parameters_are_those_of_the_published_files(name: str) -> None:
    assert find(name).parameters == PARAMETERS[name]


@each
def test_a_published_file_is_its_tensors_and_a_header_of_six_megabytes(entry: Entry) -> None:
    """To the byte, but for Next: its files join two tensors that llama.cpp parts today."""
    for _, build in entry.builds:
        header = build.bytes - tensor_bytes(entry.shape, build.quantisation)
        if entry.series == "Qwen3-Next":
            assert abs(header) < build.bytes / 500
        else:
            assert 5_950_000 < header < 6_010_000, build


def test_qwen3_is_what_transformers_takes_for_qwen3() -> None:
    config = Qwen3Config()
    for entry in ENTRIES:
        assert entry.shape.vocabulary == config.vocab_size
        if not entry.moe:
            assert entry.shape.head_dimension == config.head_dim


def test_30b_a3b_is_the_default_of_the_mixture_in_transformers() -> None:
    config, shape = Qwen3MoeConfig(), find("Qwen3-30B-A3B").shape
    assert shape.experts is not None
    assert (shape.hidden, shape.heads) == (config.hidden_size, config.num_attention_heads)
    assert shape.kv_heads == config.num_key_value_heads
    assert shape.experts.feed_forward == config.moe_intermediate_size
    assert shape.experts.active == config.num_experts_per_tok
    assert shape.experts.count == config.num_local_experts
    assert shape.tied == config.tie_word_embeddings


def test_next_is_the_default_of_next_in_transformers() -> None:
    config, shape = Qwen3NextConfig(), find("Qwen3-Next-80B-A3B-Instruct").shape
    experts, delta = shape.experts, shape.delta
    assert experts is not None
    assert delta is not None
    assert shape.layers == config.num_hidden_layers == 48
    assert (shape.hidden, shape.heads) == (config.hidden_size, config.num_attention_heads)
    assert (shape.kv_heads, shape.head_dimension) == (config.num_key_value_heads, config.head_dim)
    assert (experts.count, experts.active, experts.shared) == (512, 10, 1)
    assert (experts.count, experts.active) == (config.num_experts, config.num_experts_per_tok)
    assert experts.feed_forward == config.moe_intermediate_size
    assert experts.shared_feed_forward == config.shared_expert_intermediate_size
    assert (delta.key_heads, delta.value_heads) == (
        config.linear_num_key_heads,
        config.linear_num_value_heads,
    )
    assert delta.head_dimension == config.linear_key_head_dim == config.linear_value_head_dim
    assert delta.kernel == config.linear_conv_kernel_dim
    attends = [kind == "full_attention" for kind in config.layer_types or ()]
    assert [shape.has_attention(layer) for layer in range(48)] == attends
    assert shape.attention_layers == 12


@each
def test_heads_divide_and_rows_fill_the_blocks_of_every_type(entry: Entry) -> None:
    shape = entry.shape
    assert shape.heads % shape.kv_heads == 0
    assert (shape.feed_forward is None) == entry.moe
    widths = [shape.hidden, shape.heads * shape.head_dimension, shape.feed_forward or 256]
    if shape.experts:
        widths += [shape.experts.feed_forward, shape.experts.shared_feed_forward]
        assert shape.experts.active < shape.experts.count
        assert bool(shape.experts.shared) == bool(shape.experts.shared_feed_forward)
    assert all(width % 256 == 0 for width in widths)


@each
def test_the_adapter_thinks_and_calls_as_the_catalogue_says(entry: Entry) -> None:
    adapter = ADAPTERS[entry.family]
    assert adapter.can == entry.thinking
    assert ("xml" if adapter.calls is XML else "json") == entry.tools


@each
def test_a_sibling_is_the_same_model_that_thinks_the_other_way(entry: Entry) -> None:
    if entry.sibling is not None:
        sibling = find(entry.sibling)
        assert sibling.sibling == entry.name
        assert sibling.shape == entry.shape
        assert sibling.context == entry.context
        assert {sibling.thinking, entry.thinking} == {"always", "never"}


@each
def test_files_are_named_after_their_quantisation_and_parts_are_whole(entry: Entry) -> None:
    for gguf, build in entry.builds:
        assert gguf.repository.endswith("-GGUF")
        assert all(build.quantisation.lower() in name.lower() for name in build.files)
        assert all(name.endswith(".gguf") for name in build.files)
        if len(build.files) > 1:
            ends = [
                f"-{n:05d}-of-{len(build.files):05d}.gguf" for n in range(1, len(build.files) + 1)
            ]
            assert all(name.endswith(end) for name, end in zip(build.files, ends, strict=True))
    listed = [(gguf.repository, build.quantisation) for gguf, build in entry.builds]
    assert len(set(listed)) == len(listed)


def test_the_twelve_conversions_for_mlx_are_as_given() -> None:
    rows = [line.split(" | ") for line in MLX.strip().splitlines()]
    found = [
        [one.name, str(one.layers), str(one.hidden), _yes(one.tensor_parallel), str(one.bytes)]
        for one in catalogue().mlx
    ]
    assert found == rows
    for one in catalogue().mlx:
        assert one.repository == f"mlx-community/{one.name}"
        assert one.name == f"{one.model}-{one.bits}bit"
        shape = find(one.model).shape
        assert (one.layers, one.hidden) == (shape.layers, shape.hidden)


def test_every_number_has_a_source_and_every_source_is_used() -> None:
    used = set(_sources())
    assert used == set(catalogue().sources)
    assert all(source.what and source.read for source in catalogue().sources.values())


def test_the_schema_beside_the_file_is_that_of_the_records() -> None:
    schema = json.loads(SCHEMA.read_text())
    assert schema.pop("$schema") == "https://json-schema.org/draft/2020-12/schema"
    assert schema == Catalogue.model_json_schema()


def test_the_schema_accepts_the_file_and_refuses_a_fact_that_it_does_not_know() -> None:
    schema, data = json.loads(SCHEMA.read_text()), json.loads(DATA.read_text())
    jsonschema.validate(data, schema)
    data["models"][0]["shape"]["colour"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


def _sources() -> Iterator[str]:
    for entry in ENTRIES:
        yield from entry.sources.model_dump().values()
        yield from (gguf.source for gguf in entry.gguf)
    yield from (one.source for one in catalogue().mlx)


def _in_the_digits_of(said: str, number: int) -> str:
    decimals = len(said.removesuffix("B").partition(".")[2])
    return f"{number / 1e9:.{decimals}f}B"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
