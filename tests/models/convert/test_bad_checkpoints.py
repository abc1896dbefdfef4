"""A checkpoint that cannot be converted is refused in one line that names what is wrong."""

import contextlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.convert import SUPPORTED, OutType, convert
from models.convert.checkpoint import read_header
from models.errors import ModelError
from tests.models.convert.checkpoints import (
    CASES,
    numbers,
    stored,
    write_checkpoint,
    write_parts,
    write_safetensors,
)
from tests.models.convert.conftest import Written

ROUTER = "model.layers.1.mlp.gate.weight"
EXPERT = "model.layers.2.mlp.experts.5.up_proj.weight"


def edited(path: Path, **changes: Any) -> None:
    """A JSON file with other values; None takes a key away."""
    values = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({key: value for key, value in values.items() if value is not None}))


def removed(folder: Path, *patterns: str) -> None:
    for pattern in patterns:
        for path in folder.glob(pattern):
            path.unlink()


def without(folder: Path, name: str) -> None:
    rewritten(folder, lambda tensors: tensors.pop(name))


def misshapen(folder: Path, name: str) -> None:
    rewritten(folder, lambda tensors: tensors.update({name: tensors[name].T.copy()}))


def added(folder: Path, name: str) -> None:
    rewritten(folder, lambda tensors: tensors.update({name: np.zeros((2, 2), np.float32)}))


def rewritten(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """The checkpoint anew, in one file, after a change of its tensors."""
    case = CASES[folder.name.removeprefix("tiny-")]
    tensors: dict[str, Any] = {n: numbers(n, shape) for n, shape in stored(case)["shapes"].items()}
    change(tensors)
    removed(folder, "*.safetensors", "*.index.json")
    write_safetensors(folder / "model.safetensors", tensors, "BF16")


def as_dtype(folder: Path, dtype: str) -> None:
    """Let the header say another type of the same size."""
    for path in folder.glob("*.safetensors"):
        path.write_bytes(path.read_bytes().replace(b'"BF16"', f'"{dtype}" '.encode()[:6]))


@dataclass(frozen=True)
class Bad:
    """What is done to a sound checkpoint, and what must be said of it."""

    what: str
    spoil: Callable[[Path], Any]
    says: str
    case: str = "qwen3moe"


INDEX = "model.safetensors.index.json"
SHARD = "model-00002-of-00003.safetensors"
BAD = (
    Bad("no config", lambda f: (f / "config.json").unlink(), "has no config.json"),
    Bad("config is no JSON", lambda f: (f / "config.json").write_text("{"), "is broken JSON"),
    Bad("config is deep", lambda f: (f / "config.json").write_text("[" * 10**5), "is broken JSON"),
    Bad("config is a list", lambda f: (f / "config.json").write_text("[]"), "is no JSON object"),
    Bad("config is binary", lambda f: (f / "config.json").write_bytes(b"\xff\xfe"), "is not UTF-8"),
    Bad(
        "another architecture",
        lambda f: edited(f / "config.json", architectures=["LlamaForCausalLM"]),
        "names LlamaForCausalLM; supported are " + ", ".join(SUPPORTED),
    ),
    Bad(
        "no architecture", lambda f: edited(f / "config.json", architectures=None), "supported are"
    ),
    Bad(
        "a size is missing",
        lambda f: edited(f / "config.json", hidden_size=None),
        "says no hidden_size",
    ),
    Bad("a size is text", lambda f: edited(f / "config.json", vocab_size="many"), "vocab_size is"),
    Bad(
        "a size is huge", lambda f: edited(f / "config.json", hidden_size=10**30), "hidden_size is"
    ),
    Bad(
        "no layers",
        lambda f: edited(f / "config.json", num_hidden_layers=0),
        "num_hidden_layers is 0",
    ),
    Bad(
        "two names disagree",
        lambda f: edited(f / "config.json", num_experts=4),
        "num_experts 4 and num_local_experts 8",
    ),
    Bad(
        "more experts used than there are",
        lambda f: edited(f / "config.json", num_experts_per_tok=9),
        "uses 9 of 8 experts",
    ),
    Bad(
        "experts that are not normalised",
        lambda f: edited(f / "config.json", norm_topk_prob=False),
        "norm_topk_prob False",
    ),
    Bad(
        "a dense layer among others",
        lambda f: edited(f / "config.json", mlp_only_layers=[0]),
        "mlp_only_layers",
    ),
    Bad(
        "quantized already",
        lambda f: edited(f / "config.json", quantization_config={"quant_method": "fp8"}),
        "quantized already",
    ),
    Bad(
        "an unknown rotation",
        lambda f: edited(f / "config.json", rope_parameters={"rope_type": "llama3"}),
        "rope_type is 'llama3'",
    ),
    Bad(
        "layer types that do not fit",
        lambda f: edited(f / "config.json", layer_types=["full_attention"]),
        "does not fit 4 layers",
        "qwen3next",
    ),
    Bad(
        "a shard is missing", lambda f: (f / SHARD).unlink(), f"1 of 3 shards are missing: {SHARD}"
    ),
    Bad(
        "half a shard set without its index",
        lambda f: removed(f, SHARD, INDEX),
        SHARD,
    ),
    Bad(
        "the index leads out of the folder",
        lambda f: edited(f / INDEX, weight_map={"a": "../../secret"}),
        "outside of the folder",
    ),
    Bad(
        "the index names another shard",
        lambda f: edited(f / INDEX, weight_map={"a": SHARD}),
        "where the index says",
    ),
    Bad("the index is empty", lambda f: edited(f / INDEX, weight_map={}), "has no weight_map"),
    Bad(
        "no safetensors at all",
        lambda f: removed(f, "model*"),
        "holds no safetensors",
    ),
    Bad(
        "a shard is cut",
        lambda f: (f / SHARD).write_bytes((f / SHARD).read_bytes()[:-1]),
        "lies beyond the end of the file",
    ),
    Bad("a shard is empty", lambda f: (f / SHARD).write_bytes(b""), "truncated"),
    Bad("a router is missing", lambda f: without(f, ROUTER), f"'{ROUTER}' is missing"),
    Bad("an expert is missing", lambda f: without(f, EXPERT), f"'{EXPERT}' is missing"),
    Bad("an expert is turned", lambda f: misshapen(f, EXPERT), f"'{EXPERT}' is 64 × 48"),
    Bad("a router is turned", lambda f: misshapen(f, ROUTER), f"'{ROUTER}' is 64 × 8"),
    Bad(
        "a tensor too many",
        lambda f: added(f, "model.layers.0.self_attn.q_proj.bias"),
        "'model.layers.0.self_attn.q_proj.bias' has no place",
    ),
    Bad("an output is missing", lambda f: without(f, "lm_head.weight"), "lm_head.weight", "qwen3"),
    Bad(
        "numbers of another kind",
        lambda f: as_dtype(f, "I16"),
        "is I16; F32, F16, BF16 can be converted",
        "qwen3",
    ),
    Bad("no tokenizer", lambda f: (f / "tokenizer.json").unlink(), "has no tokenizer.json"),
    Bad(
        "a tokenizer of another kind",
        lambda f: edited(f / "tokenizer.json", model={"type": "Unigram"}),
        "no BPE tokenizer",
    ),
    Bad(
        "words cut otherwise",
        lambda f: edited(f / "tokenizer.json", pre_tokenizer={"type": "Whitespace"}),
        "does not cut text into words as Qwen does",
    ),
    Bad(
        "a vocabulary that is none",
        lambda f: edited(
            f / "tokenizer.json", model={"vocab": {"a": "b"}, "merges": ["a b"], "type": "BPE"}
        ),
        "vocab is broken at a",
    ),
    Bad(
        "merges that are none",
        lambda f: edited(
            f / "tokenizer.json", model={"vocab": {"a": 1}, "merges": [["a"]], "type": "BPE"}
        ),
        "has no merges",
    ),
    Bad(
        "more tokens than embeddings",
        lambda f: edited(f / "tokenizer.json", added_tokens=[{"id": 288, "content": "<|more|>"}]),
        "up to number 288, config.json says vocab_size 288",
    ),
)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.what)
def test_a_checkpoint_is_refused_in_one_line_and_no_file_is_made(
    bad: Bad, checkpoint: Written, tmp_path: Path
) -> None:
    folder = tmp_path / f"tiny-{bad.case}"
    shutil.copytree(checkpoint(bad.case), folder)
    bad.spoil(folder)
    with pytest.raises(ModelError) as raised:
        convert(folder, tmp_path / "out.gguf")
    assert bad.says in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.hint
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("value", [1e6, float("inf"), float("nan")])
def test_numbers_that_a_type_cannot_hold_are_refused_by_name(value: float, tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "tiny-qwen3", CASES["qwen3"])
    name = "model.layers.1.mlp.up_proj.weight"
    rewritten(folder, lambda tensors: tensors[name].__setitem__((3, 5), value))
    with pytest.raises(ModelError, match=f"'{name}' holds numbers that f16 cannot hold"):
        convert(folder, tmp_path / "out.gguf")
    assert not list(tmp_path.glob("out*"))
    convert(folder, tmp_path / "out.gguf", type=OutType.BF16)


@settings(max_examples=40)
@given(st.binary(max_size=64), st.binary(max_size=16))
def test_any_bytes_are_a_header_or_a_model_error(
    tmp_path_factory: pytest.TempPathFactory, header: bytes, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    write_parts(path, header, data)
    with contextlib.suppress(ModelError):
        assert all(tensor.file == path for tensor in read_header(path))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
entry = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "BF16", "F4"]) | anything,
        "shape": st.lists(st.integers(-1, 2**62), max_size=3) | anything,
        "data_offsets": st.lists(st.integers(-1, 2**62), max_size=3) | anything,
    }
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=8), entry | anything, max_size=3), st.integers(0, 32))
def test_a_header_that_lies_is_a_model_error_and_an_honest_one_lies_within_its_file(
    tmp_path_factory: pytest.TempPathFactory, header: dict[str, Any], size: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "lies.safetensors"
    write_parts(path, json.dumps(header).encode(), bytes(size))
    try:
        tensors = read_header(path)
    except ModelError:
        return
    for tensor in tensors:
        assert tensor.offset <= path.stat().st_size
        assert np.prod(tensor.shape, dtype=object) <= size
