"""Fields of a configuration, each under the names that Qwen3 checkpoints have used for it.

transformers renamed some over the years, and other tools write theirs. Two names that say different
things are an error: one of them is wrong, and nobody can tell which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from pydantic import JsonValue

from models.errors import ModelError

NAMES: dict[str, tuple[str, ...]] = {
    "layers": ("num_hidden_layers", "num_layers", "n_layers", "n_layer"),
    "hidden": ("hidden_size", "n_embd", "dim"),
    "feed_forward": ("intermediate_size", "n_inner", "hidden_dim"),
    "heads": ("num_attention_heads", "n_heads", "n_head"),
    "kv_heads": ("num_key_value_heads", "n_kv_heads"),
    "head": ("head_dim",),
    "context": ("max_position_embeddings", "n_positions", "n_ctx", "max_sequence_length"),
    "vocabulary": ("vocab_size",),
    "epsilon": ("rms_norm_eps", "norm_eps"),
    "theta": ("rope_theta", "rotary_emb_base"),
    "rotated": ("partial_rotary_factor", "rope_pct"),
    "experts": ("num_experts", "num_local_experts", "moe_num_experts", "n_routed_experts"),
    "experts_used": ("num_experts_per_tok", "num_experts_per_token", "top_k_experts", "moe_top_k"),
    "expert_feed_forward": ("moe_intermediate_size", "expert_intermediate_size"),
    "shared_feed_forward": ("shared_expert_intermediate_size",),
}
"""Our word -> the words of config.json, the usual one first."""

_MOST = 2**31 - 1
_HINT = "mend config.json"


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object that is asked for what it should hold."""

    values: Mapping[str, JsonValue]
    where: str
    """How errors call it: a path, and in it a key."""

    def whole(self, word: str, otherwise: int | None = None, *, least: int = 1) -> int:
        """A whole number; `otherwise` where none is said, and without that an error."""
        value = self._said(word, otherwise)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not least <= value <= _MOST:
            raise ModelError(f"{self.where}: {self._name(word)} is {value!r}", _HINT)
        return value

    def real(self, word: str, otherwise: float | None = None) -> float:
        """A number that is neither negative nor endless."""
        value = self._said(word, otherwise)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not isfinite(float(value)) or float(value) < 0:  # type: ignore[arg-type]
            raise ModelError(f"{self.where}: {self._name(word)} is {value!r}", _HINT)
        return float(value)  # type: ignore[arg-type]  # `number` says so

    def truth(self, word: str, otherwise: bool) -> bool:
        """True or false."""
        value = self._said(word, otherwise)
        if not isinstance(value, bool):
            raise ModelError(f"{self.where}: {self._name(word)} is {value!r}", _HINT)
        return value

    def inside(self, word: str) -> Fields:
        """The object under `word`, empty where there is none."""
        value = self.values.get(word)
        if value is not None and not isinstance(value, dict):
            raise ModelError(f"{self.where}: {word} is no object", _HINT)
        return Fields(value or {}, f"{self.where}: {word}")

    def has(self, word: str) -> bool:
        """Whether it is said at all."""
        return any(self.values.get(name) is not None for name in _names(word))

    def _said(self, word: str, otherwise: JsonValue) -> JsonValue:
        names = _names(word)
        said = {name: self.values[name] for name in names if self.values.get(name) is not None}
        first = next(iter(said.values()), otherwise)
        if any(value != first for value in said.values()):
            both = " and ".join(f"{name} {value!r}" for name, value in said.items())
            raise ModelError(f"{self.where} says {both}", f"{_HINT}: they mean the same")
        if first is None:
            raise ModelError(f"{self.where} says no {self._name(word)}", _HINT)
        return first

    def _name(self, word: str) -> str:
        """The word of config.json that is there, or the usual one."""
        names = _names(word)
        return next((name for name in names if self.values.get(name) is not None), names[0])


def _names(word: str) -> tuple[str, ...]:
    return NAMES.get(word, (word,))
