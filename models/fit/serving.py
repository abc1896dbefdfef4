"""How a model is served, as far as memory cares: what `models.llama.Context` asks llama.cpp for."""

from __future__ import annotations

from dataclasses import dataclass

from models.engine_options import EngineOptions
from models.loading import KvType

_PADDED = 256
"""llama.cpp rounds a context up to a multiple of this (`n_ctx` in llama-context.cpp)."""
_MOST_LANES = 256
"""What `llama_max_parallel_sequences` answers."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The size of one context."""

    cells: int
    """Tokens that all sequences have together."""
    lanes: int
    """Sequences: running requests and kept prefixes."""
    batch: int = 512
    """Tokens of one decode."""
    kv_type_k: KvType = "f16"
    kv_type_v: KvType = "f16"
    flash: bool = True
    """Whether attention is computed without its matrix; llama.cpp does so wherever it can."""

    @property
    def kv_cells(self) -> int:
        """Cells that keys and values get."""
        return -(-self.cells // _PADDED) * _PADDED

    @property
    def outputs(self) -> int:
        """Tokens of one decode whose logits can be wanted."""
        return min(self._tokens, self.lanes)

    @property
    def tokens_a_lane(self) -> int:
        """Of the largest decode, in which llama.cpp gives every sequence the same number."""
        return -(-self._tokens // self.lanes)

    @property
    def tokens(self) -> int:
        """Of the largest decode."""
        return self.tokens_a_lane * self.lanes

    @property
    def _tokens(self) -> int:
        return min(self.batch, self.kv_cells)

    @classmethod
    def of(cls, options: EngineOptions, trained: int | None = None) -> Serving:
        """As an engine with these options serves a model that was trained for so many tokens."""
        context = min(options.context_tokens, trained or options.context_tokens)
        cells, loading = max(options.cells or 2 * context, context), options.loading
        return cls(
            cells=cells,
            lanes=min(options.parallel + options.kept_prefixes + 1, _MOST_LANES),
            batch=min(options.batch, cells),
            kv_type_k=loading.kv_type_k,
            kv_type_v=loading.kv_type_v,
            flash=loading.flash_attention is not False,
        )
