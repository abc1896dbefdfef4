"""What kind of model a `config.json` describes, and its sizes.

Refuses what llama.cpp would load and then compute otherwise than transformers: experts whose
weights are not normalised, layers without experts among those that have them, sliding windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.convert.fields import Fields
from models.convert.json_file import read_json
from models.convert.rope import Rope, read_rope
from models.errors import ModelError


class Kind(StrEnum):
    """In llama.cpp's words."""

    DENSE = "qwen3"
    MOE = "qwen3moe"
    NEXT = "qwen3next"


SUPPORTED = {
    "Qwen3ForCausalLM": Kind.DENSE,
    "Qwen3MoeForCausalLM": Kind.MOE,
    "Qwen3NextForCausalLM": Kind.NEXT,
}
"""What `architectures` may name."""

_HEADS = {Kind.DENSE: 128, Kind.NEXT: 256}
_FEED_FORWARDS = {Kind.MOE: 6144, Kind.NEXT: 5632}
"""What transformers' configuration classes take where config.json is silent. A mixture of experts
uses no `intermediate_size`; it stands in the metadata all the same."""
_CONTEXT, _EPSILON, _INTERVAL = 32768, 1e-6, 4
_OTHERWISE = "llama.cpp's convert_hf_to_gguf.py knows more models"


@dataclass(frozen=True, slots=True)
class Experts:
    """Of a mixture of experts, in each layer."""

    count: int
    used: int
    """By one token."""
    feed_forward: int
    """Width of one."""
    shared_feed_forward: int = 0
    """Width of the expert that every token uses; 0: there is none."""


@dataclass(frozen=True, slots=True)
class DeltaNet:
    """Sizes of Gated DeltaNet, which Qwen3-Next has in most layers instead of attention."""

    key_heads: int
    value_heads: int
    head: int
    """Width of a head of keys, and of values: llama.cpp has one number for both."""
    kernel: int
    """Tokens that the convolution sees."""
    recurrent: tuple[bool, ...]
    """Which layers have it."""
    interval: int
    """Every such layer is attention, as far as the configuration says so."""

    @property
    def keys(self) -> int:
        """Width of all heads of keys."""
        return self.key_heads * self.head

    @property
    def values(self) -> int:
        """Width of all heads of values."""
        return self.value_heads * self.head


@dataclass(frozen=True, slots=True)
class Architecture:
    """The sizes of a model."""

    kind: Kind
    layers: int
    hidden: int
    feed_forward: int
    heads: int
    kv_heads: int
    head: int
    """Width of a head of attention."""
    head_said: bool
    """Whether the configuration says it; else it follows from hidden size and heads."""
    context: int
    vocabulary: int
    epsilon: float
    rope: Rope
    tied: bool
    """Whether the output is the embeddings."""
    experts: Experts | None = None
    delta: DeltaNet | None = None


def read_architecture(folder: Path) -> Architecture:
    """The architecture of the checkpoint in `folder`."""
    path = folder / "config.json"
    if not folder.is_dir():
        raise ModelError(f"{folder} is no folder", "name the folder that holds config.json")
    if not path.exists():
        raise ModelError(f"{folder} has no config.json", "name the folder of a checkpoint")
    values = read_json(path)
    config = Fields(values, str(path))
    kind = _kind(path, values.get("architectures"))
    _check_quantization(config)
    architecture = _read(config, kind)
    _check_computed_alike(config, architecture)
    return architecture


def _kind(path: Path, architectures: object) -> Kind:
    names = architectures if isinstance(architectures, list) else []
    for name in names:
        if kind := SUPPORTED.get(str(name)):
            return kind
    said = ", ".join(map(str, names)) or "no architecture"
    raise ModelError(
        f"{path} names {said}; supported are {', '.join(SUPPORTED)}",
        _OTHERWISE if names else "mend config.json",
    )


def _read(config: Fields, kind: Kind) -> Architecture:
    heads, hidden = config.whole("heads"), config.whole("hidden")
    layers = config.whole("layers")
    return Architecture(
        kind=kind,
        layers=layers,
        hidden=hidden,
        feed_forward=config.whole("feed_forward", _FEED_FORWARDS.get(kind)),
        heads=heads,
        kv_heads=config.whole("kv_heads", heads),
        head=config.whole("head", _HEADS.get(kind, hidden // heads)),
        head_said=config.has("head") or kind in _HEADS,
        context=config.whole("context", _CONTEXT),
        vocabulary=config.whole("vocabulary"),
        epsilon=config.real("epsilon", _EPSILON),
        rope=read_rope(config),
        tied=config.truth("tie_word_embeddings", otherwise=False),
        experts=None if kind is Kind.DENSE else _experts(config, shared=kind is Kind.NEXT),
        delta=_delta_net(config, layers) if kind is Kind.NEXT else None,
    )


def _experts(config: Fields, *, shared: bool) -> Experts:
    count, used = config.whole("experts"), config.whole("experts_used")
    if used > count:
        raise ModelError(f"{config.where}: it uses {used} of {count} experts", "mend config.json")
    width = config.whole("expert_feed_forward")
    return Experts(count, used, width, config.whole("shared_feed_forward") if shared else 0)


def _delta_net(config: Fields, layers: int) -> DeltaNet:
    keys, values = config.whole("linear_num_key_heads"), config.whole("linear_num_value_heads")
    head, width = config.whole("linear_key_head_dim"), config.whole("linear_value_head_dim")
    if head != width or values % keys:
        raise ModelError(
            f"{config.where}: {keys} heads of keys of {head} and {values} of values of {width}; "
            "llama.cpp wants one width, and a whole number of values to a key",
            "this model cannot be converted",
        )
    interval = config.whole("full_attention_interval", _INTERVAL)
    return DeltaNet(
        key_heads=keys,
        value_heads=values,
        head=head,
        kernel=config.whole("linear_conv_kernel_dim"),
        recurrent=_recurrent(config, layers, interval),
        interval=interval,
    )


def _recurrent(config: Fields, layers: int, interval: int) -> tuple[bool, ...]:
    types = config.values.get("layer_types")
    if types is None:
        return tuple((layer + 1) % interval != 0 for layer in range(layers))
    known = {"linear_attention": True, "full_attention": False}
    if not isinstance(types, list) or len(types) != layers or not set(map(str, types)) <= {*known}:
        raise ModelError(f"{config.where}: layer_types does not fit {layers} layers", "mend it")
    return tuple(known[str(type)] for type in types)


def _check_quantization(config: Fields) -> None:
    for key in ("quantization_config", "quantization"):
        if config.values.get(key):
            raise ModelError(
                f"{config.where} has a {key}: the weights are quantized already",
                "take the checkpoint in BF16, then: cadre models quantize",
            )


def _check_computed_alike(config: Fields, architecture: Architecture) -> None:
    """What llama.cpp takes for granted."""
    sparse = architecture.experts is not None
    alike = {
        "hidden_act": config.values.get("hidden_act", "silu") == "silu",
        "use_sliding_window": not config.values.get("use_sliding_window"),
        "decoder_sparse_step": not sparse or config.values.get("decoder_sparse_step", 1) == 1,
        "mlp_only_layers": not sparse or not config.values.get("mlp_only_layers"),
        "norm_topk_prob": not sparse
        or config.truth("norm_topk_prob", otherwise=architecture.kind is Kind.NEXT),
        "partial_rotary_factor": architecture.kind is Kind.NEXT
        or architecture.rope.rotated in (None, 1.0),
    }
    if different := [name for name, same in alike.items() if not same]:
        said = ", ".join(f"{name} {config.values.get(name)!r}" for name in different)
        raise ModelError(
            f"{config.where}: llama.cpp computes {architecture.kind} otherwise ({said})",
            "this model cannot be converted",
        )
