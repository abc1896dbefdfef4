"""Models that break a rule: each is told by the tensor's name, with what was expected and found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from models.inspection import Finding, inspect
from tests.models.inspection.shapes import (
    F16,
    F32,
    Q4_K,
    Shape,
    Tensor,
    qwen3_06b,
    qwen3_30b_a3b,
    qwen3_next_80b_a3b,
    write_shape,
)

WORDS = 64
"""Of the vocabularies here."""


@dataclass(frozen=True)
class Case:
    """A change to a sound model, and the one finding that it brings."""

    model: Callable[[int], Shape]
    tensors: Mapping[str, Tensor | None]
    finding: tuple[str, str, str, str]
    """Rule, where, expected, found."""
    broken: bool = True


CASES = {
    "no router": Case(
        qwen3_30b_a3b,
        {"blk.7.ffn_gate_inp.weight": None},
        ("missing", "blk.7.ffn_gate_inp.weight", "[2048, 128]", "nothing"),
    ),
    "a router of another width": Case(
        qwen3_30b_a3b,
        {"blk.7.ffn_gate_inp.weight": ((2048, 64), F32)},
        ("shape", "blk.7.ffn_gate_inp.weight", "[2048, 128]", "[2048, 64]"),
    ),
    "a router that is turned": Case(
        qwen3_30b_a3b,
        {"blk.7.ffn_gate_inp.weight": ((128, 2048), F32)},
        ("order", "blk.7.ffn_gate_inp.weight", "[2048, 128]", "[128, 2048]"),
    ),
    "a router in half precision": Case(
        qwen3_30b_a3b,
        {"blk.7.ffn_gate_inp.weight": ((2048, 128), F16)},
        ("type", "blk.7.ffn_gate_inp.weight", "F32", "F16"),
        broken=False,
    ),
    "a router beyond the last layer": Case(
        qwen3_30b_a3b,
        {"blk.48.ffn_gate_inp.weight": ((2048, 128), F32)},
        ("misplaced", "blk.48.ffn_gate_inp.weight", "layers 0 to 47", "it in layer 48"),
    ),
    "experts under another name": Case(
        qwen3_06b,
        {"blk.3.ffn_up.weight": None, "blk.3.ffn_upp.weight": ((1024, 3072), F16)},
        ("missing", "blk.3.ffn_up.weight", "[1024, 3072]", "nothing, but blk.3.ffn_upp.weight"),
    ),
    "one expert too few": Case(
        qwen3_30b_a3b,
        {"blk.0.ffn_up_exps.weight": ((2048, 768, 127), Q4_K)},
        ("shape", "blk.0.ffn_up_exps.weight", "[2048, 768, 128]", "[2048, 768, 127]"),
    ),
    "experts stacked first": Case(
        qwen3_30b_a3b,
        {"blk.0.ffn_up_exps.weight": ((768, 128, 2048), F16)},
        ("order", "blk.0.ffn_up_exps.weight", "[2048, 768, 128]", "[768, 128, 2048]"),
    ),
    "down where up should be": Case(
        qwen3_30b_a3b,
        {"blk.0.ffn_up_exps.weight": ((768, 2048, 128), Q4_K)},
        (
            "order",
            "blk.0.ffn_up_exps.weight",
            "[2048, 768, 128]",
            "[768, 2048, 128], the shape of blk.0.ffn_down_exps.weight",
        ),
    ),
    "gate and up in one, in an architecture that knows no such tensor": Case(
        qwen3_30b_a3b,
        {"blk.1.ffn_gate_up_exps.weight": ((2048, 1536, 128), Q4_K)},
        ("extra", "blk.1.ffn_gate_up_exps.weight", "no such tensor", "[2048, 1536, 128]"),
    ),
    "no norm": Case(
        qwen3_06b,
        {"output_norm.weight": None},
        ("missing", "output_norm.weight", "[1024]", "nothing"),
    ),
    "an output of another vocabulary": Case(
        qwen3_06b,
        {"output.weight": ((1024, 96), F16)},
        ("shape", "output.weight", f"[1024, {WORDS}]", "[1024, 96]"),
    ),
    "heads of queries lost": Case(
        qwen3_06b,
        {"blk.27.attn_q.weight": ((1024, 1024), F16)},
        ("shape", "blk.27.attn_q.weight", "[1024, 2048]", "[1024, 1024]"),
    ),
    "attention in a layer of DeltaNet": Case(
        qwen3_next_80b_a3b,
        {"blk.4.attn_q.weight": ((2048, 8192), Q4_K)},
        (
            "misplaced",
            "blk.4.attn_q.weight",
            "it only in layers 3, 7, 11, 15, ... 47",
            "it in layer 4",
        ),
    ),
    "attention without its gate": Case(
        qwen3_next_80b_a3b,
        {"blk.3.attn_q.weight": ((2048, 4096), Q4_K)},
        ("shape", "blk.3.attn_q.weight", "[2048, 8192]", "[2048, 4096]"),
    ),
    "no shared expert": Case(
        qwen3_next_80b_a3b,
        {"blk.47.ffn_up_shexp.weight": None},
        ("missing", "blk.47.ffn_up_shexp.weight", "[2048, 512]", "nothing"),
    ),
    "no state": Case(
        qwen3_next_80b_a3b,
        {"blk.0.ssm_a": None},
        ("missing", "blk.0.ssm_a", "[32]", "nothing"),
    ),
}


def _findings(path: Path, shape: Shape) -> tuple[Finding, ...]:
    return inspect(str(write_shape(path / "model.gguf", shape))).findings


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_broken_rule_is_named_by_its_tensor(case: Case, tmp_path: Path) -> None:
    findings = _findings(tmp_path, case.model(WORDS).but(case.tensors))
    told = [(f.rule, f.where, f.expected, f.found) for f in findings]
    assert case.finding in told
    assert len(told) == (2 if case.finding[3].startswith("nothing, but") else 1)
    assert findings[0].broken == case.broken


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (qwen3_30b_a3b, {"blk.0.attn_q.bias": ((4096,), F32)}),
        (qwen3_30b_a3b, {"blk.0.ffn_up_exps.scale": ((128,), F32)}),
        (qwen3_30b_a3b, {"output.weight": None}),
        (
            qwen3_next_80b_a3b,
            {
                "blk.0.ffn_gate_exps.weight": None,
                "blk.0.ffn_up_exps.weight": None,
                "blk.0.ffn_gate_up_exps.weight": ((2048, 1024, 512), Q4_K),
            },
        ),
        (
            qwen3_next_80b_a3b,
            {
                "blk.0.attn_qkv.weight": None,
                "blk.0.attn_gate.weight": None,
                "blk.0.ssm_in.weight": ((2048, 12288), Q4_K),
            },
        ),
        (
            qwen3_06b,
            {
                "blk.0.attn_q.weight": None,
                "blk.0.attn_k.weight": None,
                "blk.0.attn_v.weight": None,
                "blk.0.attn_qkv.weight": ((1024, 4096), F16),
            },
        ),
    ],
)
def test_what_llama_cpp_takes_as_well_breaks_no_rule(
    model: Callable[[int], Shape], change: Mapping[str, Tensor | None], tmp_path: Path
) -> None:
    assert _findings(tmp_path, model(WORDS).but(change)) == ()


def test_a_dense_model_called_a_mixture_is_told_once(tmp_path: Path) -> None:
    dense = qwen3_06b(WORDS)
    experts = {"expert_count": 128, "expert_used_count": 8, "expert_feed_forward_length": 384}
    shape = Shape("qwen3moe", {**dense.metadata, **experts}, dense.tensors, words=WORDS)
    (finding,) = _findings(tmp_path, shape)
    assert finding.rule == "kind"
    assert finding.expected == "128 experts in every layer, as qwen3moe says"
    assert finding.found == "a dense model: no tensor of experts"


def test_a_mixture_called_dense_is_told_once(tmp_path: Path) -> None:
    mixture = qwen3_30b_a3b(WORDS)
    (finding,) = _findings(tmp_path, Shape("qwen3", mixture.metadata, mixture.tensors, words=WORDS))
    assert (finding.rule, finding.found) == ("kind", "a mixture of experts: 144 tensors of experts")


def test_experts_written_in_another_order_than_elsewhere_are_a_note(tmp_path: Path) -> None:
    shape = qwen3_30b_a3b(WORDS)
    gate = shape.tensors["blk.5.ffn_gate_exps.weight"]
    last = shape.but({"blk.5.ffn_gate_exps.weight": None}).but({"blk.5.ffn_gate_exps.weight": gate})
    (finding,) = _findings(tmp_path, last)
    assert (finding.rule, finding.where) == ("order", "blk.5.ffn_*_exps.weight")
    assert (finding.expected, finding.found) == (
        "gate, up, down, as in most layers",
        "up, down, gate",
    )
    assert not finding.broken


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"expert_used_count": 200}, "it uses 200 of 128 experts"),
        ({"block_count": 100_000}, "block_count is 100000"),
        ({"attention.head_count": 0}, "attention.head_count is 0"),
        ({"embedding_length": None}, "some of them missing: shapes are not checked"),
        ({"block_count": "many"}, "some of them missing: shapes are not checked"),
    ],
)
def test_numbers_that_cannot_be_are_told(
    metadata: Mapping[str, Any], found: str, tmp_path: Path
) -> None:
    findings = _findings(tmp_path, qwen3_30b_a3b(WORDS).saying(metadata))
    assert found in [finding.found for finding in findings if finding.rule == "header"]


def test_another_architecture_is_held_to_what_all_have_in_common(tmp_path: Path) -> None:
    mixture = qwen3_30b_a3b(WORDS)
    there = {name: one for name, one in mixture.tensors.items() if not name.startswith("blk.9.")}
    shape = Shape("olmoe", mixture.metadata, there, words=WORDS).but(
        {
            "blk.2.ffn_up_exps.weight": ((2048, 768, 64), Q4_K),
            "blk.3.ffn_gate_inp.weight": ((128, 2048), F32),
            "blk.50.attn_q.weight": ((2048, 4096), Q4_K),
            "token_embd.weight": ((2048, WORDS + 1), Q4_K),
        }
    )
    told = {(finding.rule, finding.where) for finding in _findings(tmp_path, shape)}
    assert told == {
        ("shape", "blk.2.ffn_up_exps.weight"),
        ("order", "blk.3.ffn_gate_inp.weight"),
        ("misplaced", "blk.50.attn_q.weight"),
        ("shape", "token_embd.weight"),
        ("missing", "blk.9"),
    }
