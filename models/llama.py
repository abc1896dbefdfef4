"""The one module that touches llama.cpp: weights, context, batch, samplers, grammars.

Thin and typed; it decides nothing. A `Context` and its samplers belong to one thread at a time.
llama.cpp's own log goes to the logger `cadre.llama` at debug level, never to stderr.
"""

from __future__ import annotations

import ctypes
import logging
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import llama_cpp as lib
from llama_cpp.llama_grammar import json_schema_to_gbnf

from models.errors import GenerationError, ModelError

Token = int
_ATTR_CONTROL = lib.LLAMA_TOKEN_ATTR_CONTROL
_ATTR_USER = lib.LLAMA_TOKEN_ATTR_USER_DEFINED

_LOG_ERROR = 4  # GGML_LOG_LEVEL_ERROR, which the bindings do not export

_logger = logging.getLogger("cadre.llama")
_complaints: deque[str] = deque(maxlen=4)


@lib.llama_log_callback  # type: ignore[untyped-decorator]  # ctypes
def _on_log(level: int, text: bytes, _: ctypes.c_void_p) -> None:
    line = text.decode("utf-8", "replace").strip()
    if level == _LOG_ERROR:
        _complaints.append(line)
    _logger.debug(line)


lib.llama_log_set(_on_log, ctypes.c_void_p(0))  # `_on_log` stays referenced by the module
lib.llama_backend_init()


class Weights:
    """A loaded model and its vocabulary."""

    def __init__(self, path: Path, on_progress: Callable[[float], None] | None = None) -> None:
        """Load `path`, which `header` has found sound; `on_progress` gets 0.0 to 1.0."""
        params = lib.llama_model_default_params()
        if on_progress is not None:
            params.progress_callback = _progress(on_progress)
        _complaints.clear()
        self._model = lib.llama_model_load_from_file(bytes(path), params)
        if not self._model:
            reason = "; ".join(_complaints) or "no reason given"
            raise ModelError(f"llama.cpp cannot load {path}: {reason}", "try another GGUF file")
        self._vocab = lib.llama_model_get_vocab(self._model)
        self._lock = Lock()
        self.tokens: int = lib.llama_vocab_n_tokens(self._vocab)
        """Size of the vocabulary."""
        self.trained_context: int = lib.llama_model_n_ctx_train(self._model)

    def metadata(self, key: str) -> str | None:
        """A scalar of the GGUF's metadata as text."""
        size = lib.llama_model_meta_val_str(self._model, key.encode(), None, 0)
        if size < 0:
            return None
        buffer = ctypes.create_string_buffer(size + 1)
        lib.llama_model_meta_val_str(self._model, key.encode(), buffer, size + 1)
        return buffer.value.decode("utf-8", "replace")

    def chat_template(self) -> str:
        """The Jinja template that the file brings; empty where it brings none."""
        template: bytes | None = lib.llama_model_chat_template(self._model, None)
        return (template or b"").decode("utf-8", "replace")

    def tokenize(self, text: str, *, special: bool) -> list[Token]:
        """Tokens of `text`, without BOS; `special` lets control tokens be read out of it."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        buffer = (lib.llama_token * room)()
        with self._lock:  # any thread may ask, also while the engine's thread closes the model
            if not self._model:
                raise GenerationError("the model was closed")
            count = lib.llama_tokenize(self._vocab, raw, len(raw), buffer, room, False, special)
        if count < 0:
            raise GenerationError(f"llama.cpp cannot tokenize a text of {len(raw)} bytes")
        return list(buffer[:count])

    def piece(self, token: Token) -> bytes:
        """The bytes of a token; none for control tokens."""
        buffer = ctypes.create_string_buffer(256)
        size = lib.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        if size < 0:
            buffer = ctypes.create_string_buffer(-size)
            size = lib.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, False)
        return buffer.raw[:size]

    def text(self, token: Token) -> str:
        """The token as the vocabulary writes it."""
        written: bytes = lib.llama_vocab_get_text(self._vocab, token)
        return written.decode("utf-8", "replace")

    def special(self) -> list[Token]:
        """Control tokens, and the added ones that llama.cpp reads out of any text."""
        wanted = _ATTR_CONTROL | _ATTR_USER
        attr = lib.llama_vocab_get_attr
        return [token for token in range(self.tokens) if attr(self._vocab, token) & wanted]

    def ends(self, token: Token) -> bool:
        """Whether `token` ends a generation."""
        return bool(lib.llama_vocab_is_eog(self._vocab, token))

    def bos(self) -> list[Token]:
        """What the model wants before any prompt: nothing, or its BOS token."""
        wanted = lib.llama_vocab_get_add_bos(self._vocab)
        return [lib.llama_vocab_bos(self._vocab)] if wanted else []

    def close(self) -> None:
        """Free the model; its contexts must be gone."""
        with self._lock:
            if self._model:
                lib.llama_model_free(self._model)
                self._model = None


class Context:
    """The KV memory of one model, and the batch that feeds it."""

    def __init__(self, weights: Weights, *, tokens: int, batch: int, threads: int) -> None:
        params = lib.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = tokens, batch, batch
        params.n_threads = params.n_threads_batch = threads
        params.n_seq_max = 1
        # Without this bound the graph reserves logits for every token of a batch: 300 MB at 151k.
        params.n_outputs_max = 1
        params.no_perf = True
        _complaints.clear()
        self._ctx = lib.llama_init_from_model(weights._model, params)
        if not self._ctx:
            reason = "; ".join(_complaints) or "out of memory"
            raise ModelError(
                f"no context of {tokens} tokens: {reason}", "ask for a smaller context"
            )
        self._memory = lib.llama_get_memory(self._ctx)
        self._batch = lib.llama_batch_init(batch, 0, 1)
        self.batch = batch
        """Tokens that one decode can take."""

    def decode(self, tokens: Sequence[Token], position: int, *, sample: bool) -> None:
        """Compute `tokens` from `position` on; `sample` asks for the logits after the last."""
        batch = self._batch
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i] = token
            batch.pos[i] = position + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = 0
        batch.logits[len(tokens) - 1] = sample
        status = lib.llama_decode(self._ctx, batch)
        if status != 0:
            raise RuntimeError(f"llama_decode answered {status} for {len(tokens)} tokens")

    def keep(self, position: int) -> bool:
        """Forget everything from `position` on; False: this memory had to forget it all."""
        if lib.llama_memory_seq_rm(self._memory, 0, position, -1):
            return True
        lib.llama_memory_clear(self._memory, True)
        return False

    def close(self) -> None:
        """Free context and batch."""
        if self._ctx:
            lib.llama_batch_free(self._batch)
            lib.llama_free(self._ctx)
            self._ctx = None


class Sampler:
    """A chain of llama.cpp's samplers; picks one token out of a context's logits."""

    def __init__(self, stages: Sequence[Any]) -> None:  # Any: pointers of the bindings
        self._chain = lib.llama_sampler_chain_init(lib.llama_sampler_chain_default_params())
        for stage in stages:
            lib.llama_sampler_chain_add(self._chain, stage)

    def sample(self, context: Context) -> Token:
        """Sample from the last logits, and tell the chain."""
        return int(lib.llama_sampler_sample(self._chain, context._ctx, -1))

    def close(self) -> None:
        """Free the chain and its stages."""
        if self._chain:
            lib.llama_sampler_free(self._chain)
            self._chain = None


class Grammar:
    """A compiled GBNF grammar and where it stands; owned by the chain that it is a stage of."""

    def __init__(self, weights: Weights, gbnf: str) -> None:
        _complaints.clear()
        self.stage = lib.llama_sampler_init_grammar(weights._vocab, gbnf.encode(), b"root")
        if not self.stage:
            reason = "; ".join(_complaints) or "no reason given"
            raise GenerationError(f"the grammar cannot be compiled: {reason}")
        self._one = lib.llama_token_data(0, 1.0, 0.0)
        self._array = lib.llama_token_data_array(ctypes.pointer(self._one), 1, -1, False)

    def allows(self, token: Token) -> bool:
        """Whether the grammar may go on with `token`; costs one token, not the vocabulary."""
        self._one.id, self._one.logit = token, 1.0
        lib.llama_sampler_apply(self.stage, ctypes.byref(self._array))
        return bool(self._one.logit == 1.0)

    def accept(self, token: Token) -> None:
        """Go on with `token`, which must be allowed: llama.cpp throws across C otherwise."""
        lib.llama_sampler_accept(self.stage, token)


def stage(name: str, *arguments: float) -> Any:  # Any: a pointer of the bindings
    """One stage by llama.cpp's name for it: greedy, dist, top_k, top_p, min_p, temp."""
    return getattr(lib, f"llama_sampler_init_{name}")(*arguments)


def forbid(weights: Weights, tokens: Sequence[Token]) -> Any:  # Any: a pointer of the bindings
    """A stage that makes `tokens` impossible."""
    biases = (lib.llama_logit_bias * len(tokens))(
        *(lib.llama_logit_bias(token, float("-inf")) for token in tokens)
    )
    return lib.llama_sampler_init_logit_bias(weights.tokens, len(tokens), biases)


def gbnf_of(schema: str) -> str:
    """A JSON schema as GBNF with the root rule `root`; the errors are the converter's own."""
    return str(json_schema_to_gbnf(schema))


def _progress(report: Callable[[float], None]) -> Any:  # Any: a ctypes function object
    def on_progress(fraction: float, _: ctypes.c_void_p) -> bool:
        report(fraction)
        return True

    return lib.llama_progress_callback(on_progress)
