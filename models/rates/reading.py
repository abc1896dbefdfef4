"""What one step of decoding reads from memory, and so how many there can be in a second."""

from __future__ import annotations

from dataclasses import dataclass

from models.inspection import Inspection
from models.inspection.dimensions import Dimensions
from models.inspection.kinds import Kind
from models.inspection.memory import kv_bytes
from models.loading import Loading


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes of a model that a step reads."""

    shared: int
    """Weights that every token needs, read once for all sequences."""
    experts: int
    """All routed experts together."""
    used: float
    """The part of them that one token uses, 0 to 1."""
    sequence: int
    """Of each sequence: its keys and values, and its recurrent state, read and written."""

    def step(self, sequences: int) -> float:
        """Bytes of one step that decodes so many sequences.

        Their tokens choose experts as if by lot, so that some are shared and the more are read the
        more sequences there are.
        """
        chosen = 1 - (1 - self.used) ** sequences
        return self.shared + chosen * self.experts + sequences * self.sequence

    def limit(self, bandwidth: float, sequences: int) -> float:
        """Tokens a second, of all sequences, that memory of `bandwidth` bytes a second allows."""
        return sequences * bandwidth / max(self.step(sequences), 1)


def reading_of(model: Inspection, loading: Loading, context: int) -> Reading:
    """What a step reads where each sequence has `context` tokens."""
    d = model.dimensions
    used = d.experts_used / d.experts if 0 < d.experts_used <= d.experts else 1.0
    return Reading(
        shared=model.rest_bytes - _rows(model),
        experts=model.expert_bytes,
        used=used,
        sequence=sequence_bytes(d, loading, context) + 2 * model.recurrent_bytes_per_sequence,
    )


def sequence_bytes(dimensions: Dimensions, loading: Loading, context: int) -> int:
    """Keys and values of `context` tokens, as the two types keep them; 0 where that is unknown."""
    key, value = dimensions.key_length, dimensions.value_length
    as_k = kv_bytes(dimensions, loading.kv_type_k)
    as_v = kv_bytes(dimensions, loading.kv_type_v)
    if not (key and value and as_k and as_v):
        return 0
    return context * (as_k * key + as_v * value) // (key + value)


def _rows(model: Inspection) -> int:
    """Embeddings, of which a token reads one row, unless the output is made with them too."""
    by_kind = {share.kind: share.bytes for share in model.shares}
    return by_kind.get(Kind.EMBEDDINGS, 0) if Kind.OUTPUT in by_kind else 0
