"""How positions are rotated, as `rope_parameters` (transformers 5) or `rope_theta` and
`rope_scaling` (before) say it."""

from __future__ import annotations

from dataclasses import dataclass

from models.convert.fields import Fields
from models.errors import ModelError

_THETA = 10_000.0
"""What transformers takes where a configuration is silent."""
_YARN = {
    "extrapolation_factor": "yarn_ext_factor",
    "attention_factor": "yarn_attn_factor",
    "attn_factor": "yarn_attn_factor",
    "beta_fast": "yarn_beta_fast",
    "beta_slow": "yarn_beta_slow",
}
"""The configuration's word -> GGUF's, after `rope.scaling.`."""


@dataclass(frozen=True, slots=True)
class Rope:
    """The base, and how a context longer than the trained one is reached."""

    theta: float
    rotated: float | None
    """The part of each head that is rotated; None: not said."""
    scaling: str | None = None
    """`yarn`, `linear`, or None."""
    factor: float = 1.0
    original_context: int | None = None
    more: tuple[tuple[str, float], ...] = ()
    """What yarn has besides, in GGUF's words."""


def read_rope(config: Fields) -> Rope:
    """The rotation of `config`; ModelError where llama.cpp has no such one."""
    own = config.inside("rope_parameters" if config.has("rope_parameters") else "rope_scaling")
    theta = (own if own.has("theta") else config).real("theta", _THETA)
    source = own if own.has("rotated") else config
    rotated = source.real("rotated") if source.has("rotated") else None
    kind = own.values.get("rope_type", own.values.get("type")) or "default"
    match kind:
        case "default":
            return Rope(theta, rotated)
        case "linear":
            return Rope(theta, rotated, "linear", own.real("factor"))
        case "yarn":
            return _yarn(config, own, theta, rotated)
        case _:
            raise ModelError(
                f"{own.where}: rope_type is {kind!r}, and only default, linear and yarn are known",
                "convert it with llama.cpp's convert_hf_to_gguf.py",
            )


def _yarn(config: Fields, own: Fields, theta: float, rotated: float | None) -> Rope:
    word = "original_max_position_embeddings"
    original = (own if own.has(word) else config).whole(word)
    more = {gguf: own.real(name) for name, gguf in reversed(_YARN.items()) if own.has(name)}
    return Rope(theta, rotated, "yarn", own.real("factor"), original, tuple(more.items()))
