"""A loaded model and its vocabulary."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from threading import Lock

import llama_cpp as lib

from models.errors import GenerationError, ModelError, NoRoom
from models.llama.log import complaints, forget_complaints
from models.llama.placement import model_params
from models.loading import Loading

Token = int

VERSION = version("llama-cpp-python")
"""Of the bindings, which bring their llama.cpp with them."""

_ATTR_CONTROL = lib.LLAMA_TOKEN_ATTR_CONTROL
_ATTR_USER = lib.LLAMA_TOKEN_ATTR_USER_DEFINED


_NO_ROOM = re.compile(r"unable to allocate (\S+) buffer")
"""What llama.cpp says where a device lacks the memory for its part of the weights."""


class Weights:
    """What the file holds, in memory. Tokenizing is safe from any thread."""

    def __init__(
        self,
        path: Path,
        loading: Loading | None = None,
        on_progress: Callable[[float], None] | None = None,
        *,
        vocabulary_only: bool = False,
    ) -> None:
        """Load `path`, which `header` has found sound; `on_progress` gets 0.0 to 1.0."""
        params, self._kept = model_params(loading or Loading(), on_progress)
        params.vocab_only = vocabulary_only
        forget_complaints()
        self._model = lib.llama_model_load_from_file(bytes(path), params)
        if not self._model:
            raise _not_loaded(path, complaints("no reason given"))
        self._vocab = lib.llama_model_get_vocab(self._model)
        self._lock = Lock()
        self.tokens: int = lib.llama_vocab_n_tokens(self._vocab)
        """Size of the vocabulary."""
        self.trained_context: int = lib.llama_model_n_ctx_train(self._model)
        self.recurrent = bool(
            lib.llama_model_is_hybrid(self._model) or lib.llama_model_is_recurrent(self._model)
        )
        """Whether its memory, or a part of it, is a state that cannot be rolled back."""

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

    def end(self) -> Token:
        """The token that ends a text."""
        return int(lib.llama_vocab_eos(self._vocab))

    def bos(self) -> list[Token]:
        """What the model wants before any prompt: nothing, or its BOS token."""
        wanted = lib.llama_vocab_get_add_bos(self._vocab)
        return [lib.llama_vocab_bos(self._vocab)] if wanted else []

    def known(self, tokens: Sequence[Token]) -> bool:
        """Whether every one of `tokens` is in the vocabulary."""
        return not tokens or (min(tokens) >= 0 and max(tokens) < self.tokens)

    def close(self) -> None:
        """Free the model; its contexts must be gone."""
        with self._lock:
            if self._model:
                lib.llama_model_free(self._model)
                self._model = None


def _not_loaded(path: Path, reason: str) -> ModelError:
    if lacking := _NO_ROOM.search(reason):
        return NoRoom(
            f"{lacking[1]} has no room for the weights of {path.name}",
            "another program may have taken it; what fits now: cadre models fit",
        )
    return ModelError(f"llama.cpp cannot load {path}: {reason}", "try another GGUF file")
