"""The KV memory of one model: cells that lanes share, and the decode that fills them.

A lane is llama.cpp's sequence id. The cells are one pool for all lanes (`kv_unified`): a fork marks
cells, it copies none. Belongs to one thread at a time.
"""

from __future__ import annotations

import ctypes

import llama_cpp as lib
import numpy as np

from models.errors import GenerationError, NoRoom
from models.ggml_types import KV_TYPES
from models.llama.batch import Batch
from models.llama.experts import Tap
from models.llama.log import complaints, forget_complaints
from models.llama.weights import Weights
from models.loading import Loading

MAX_LANES: int = lib.llama_max_parallel_sequences()


class Context:
    """Cells, lanes and the decode."""

    def __init__(
        self,
        weights: Weights,
        *,
        cells: int,
        lanes: int,
        batch: int,
        threads: int,
        loading: Loading,
        tap: Tap | None = None,
    ) -> None:
        """`cells`: tokens that all lanes have together; `batch`: tokens of one decode."""
        params = lib.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = cells, batch, batch
        params.n_seq_max, params.kv_unified = lanes, True
        # Without this bound the graph reserves logits for every token of a batch: 300 MB at 151k.
        params.n_outputs_max = lanes
        params.n_threads = params.n_threads_batch = threads
        params.swa_full = True  # a lane must be forkable at any of its tokens
        params.no_perf = True
        params.type_k = KV_TYPES[loading.kv_type_k]
        params.type_v = KV_TYPES[loading.kv_type_v]
        params.flash_attn_type = {None: -1, False: 0, True: 1}[loading.flash_attention]
        params.offload_kqv = loading.offload_kv
        if tap is not None:
            tap.hang_in(params)
        self._tap = tap
        forget_complaints()
        self._ctx = lib.llama_init_from_model(weights._model, params)
        if not self._ctx:
            reason = complaints("out of memory")
            raise NoRoom(f"no context of {cells} tokens: {reason}", "ask for a smaller context")
        self._memory = lib.llama_get_memory(self._ctx)
        self.batch = batch
        """Tokens that one decode can take."""
        self.cells: int = lib.llama_n_ctx(self._ctx)
        """Tokens that the memory holds."""
        self.can_shift = bool(lib.llama_memory_can_shift(self._memory)) and not weights.recurrent
        """Whether tokens can be cut out of a lane and the rest moved up."""

    def decode(self, batch: Batch) -> None:
        """Compute the batch."""
        if self._tap is not None:
            self._tap.begin(batch)
        status = lib.llama_decode(self._ctx, batch.raw)
        if self._tap is not None:
            self._tap.end()
        if status != 0:
            raise RuntimeError(f"llama_decode answered {status} for {len(batch)} tokens")

    def logits(self, output: int, tokens: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """The logits after the batch's token at `output`, (tokens,), until the next decode."""
        return np.ctypeslib.as_array(lib.llama_get_logits_ith(self._ctx, output), (tokens,))

    def fork(self, source: int, target: int, start: int, end: int) -> None:
        """Let `target` have the cells of `source` for positions [start, end)."""
        lib.llama_memory_seq_cp(self._memory, source, target, start, end)

    def drop(self, lane: int, start: int = 0, end: int = -1) -> None:
        """Take positions [start, end) from a lane; cells that no lane has are free."""
        if not lib.llama_memory_seq_rm(self._memory, lane, start, end):
            raise RuntimeError(f"this memory cannot drop [{start}, {end}) of lane {lane}")

    def shift(self, lane: int, start: int, by: int) -> None:
        """Move the positions from `start` on; the cells must be the lane's own."""
        lib.llama_memory_seq_add(self._memory, lane, start, -1, by)

    def state(self, lane: int) -> bytearray:
        """Everything that the lane's cells hold, to be restored by `restore`."""
        size = lib.llama_state_seq_get_size(self._ctx, lane)
        state = bytearray(size)
        view = (ctypes.c_uint8 * size).from_buffer(state)
        if lib.llama_state_seq_get_data(self._ctx, view, size, lane) != size:
            raise GenerationError(f"llama.cpp cannot save {size} bytes of state")
        return state

    def restore(self, lane: int, state: bytearray) -> bool:
        """Fill an empty lane with `state`; False where llama.cpp refuses it."""
        view = (ctypes.c_uint8 * len(state)).from_buffer(state)
        restored = lib.llama_state_seq_set_data(self._ctx, view, len(state), lane)
        return bool(restored == len(state))

    def close(self) -> None:
        """Free the memory."""
        if self._ctx:
            lib.llama_free(self._ctx)
            self._ctx = None
