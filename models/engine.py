"""One thread that owns one llama.cpp context and serves every request for its model.

`submit` may be called from any thread or event loop and returns at once; the `Stream` brings the
answer. For now one sequence runs at a time: the step is already that of many (compute what is not
computed, pick, publish), so that only admission and the batch change. A request that fails, fails
alone; a crash of the thread fails every open request with its cause, and every later one.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from pathlib import Path
from threading import Thread

from models.cores import physical_cores
from models.errors import GenerationError
from models.families import Family, family_of
from models.header import check_header
from models.llama import Context, Token, Weights
from models.metrics import EngineMetrics
from models.request import Request
from models.sequence import Sequence
from models.stream import Stream
from models.thinking import Phase, ThinkTokens
from models.vocabulary import Vocabulary
from models.waiting import Waiting

_BATCH = 512
"""Tokens of one decode: a longer prompt is computed in chunks, between which a cancel counts."""


class Engine:
    """A loaded model that answers requests."""

    def __init__(
        self, weights: Weights, *, context_tokens: int, threads: int | None, seed: int | None
    ) -> None:
        self._weights = weights
        self.vocabulary = Vocabulary(weights)
        architecture = weights.metadata("general.architecture") or "unknown"
        self.family: Family = family_of(architecture, weights.chat_template(), self.vocabulary)
        self.context_tokens = min(context_tokens, weights.trained_context or context_tokens)
        """Tokens that a prompt and its answer share."""
        self._tags = _think_tokens(self.family, self.vocabulary)
        self._context = Context(
            weights,
            tokens=self.context_tokens,
            batch=min(_BATCH, self.context_tokens),
            threads=threads or physical_cores(),
        )
        self._seed = seed
        self._waiting = Waiting()
        self._running: Sequence | None = None
        self._held: list[Token] = []
        self._metrics = EngineMetrics(context=self.context_tokens)
        self._thread = Thread(target=self._run, name="cadre-engine", daemon=True)
        self._thread.start()

    @classmethod
    def load(
        cls,
        path: Path,
        *,
        context_tokens: int = 8192,
        threads: int | None = None,
        seed: int | None = None,
    ) -> Engine:
        """Check the file, then load it; a ModelError says what is wrong with it."""
        check_header(path)
        weights = Weights(path)
        try:
            return cls(weights, context_tokens=context_tokens, threads=threads, seed=seed)
        except BaseException:
            weights.close()
            raise

    def submit(self, request: Request) -> Stream:
        """Queue `request`; a GenerationError at once where its prompt does not fit."""
        needed = len(request.prompt) + self._least(request)
        if needed > self.context_tokens:
            raise GenerationError(
                f"the prompt has {len(request.prompt)} tokens and its answer needs at least "
                f"{needed - len(request.prompt)}: {needed - self.context_tokens} over the context "
                f"of {self.context_tokens}",
                "shorten the request, or give the model a larger context",
            )
        stream = Stream()
        context = self.context_tokens
        self._waiting.put(Sequence(request, stream, self.vocabulary, self._tags, context))
        return stream

    def seed(self) -> int:
        """The seed of a call that brings none."""
        return secrets.randbits(31) if self._seed is None else self._seed

    def metrics(self) -> EngineMetrics:
        """A snapshot; may be taken from any thread."""
        return replace(
            self._metrics,
            waiting=len(self._waiting),
            running=int(self._running is not None),
            cells=len(self._held),
        )

    def close(self) -> None:
        """Fail what is open, wait for the step that runs, free the memory."""
        self._refuse(GenerationError("the model was closed"))
        self._thread.join()

    def _run(self) -> None:
        try:
            while self._admit():
                self._step()
        except BaseException as cause:  # noqa: BLE001 - the thread's edge: told to every request
            self._refuse(_crash(cause))
        finally:
            self._retire()
            self._context.close()
            self._weights.close()

    def _admit(self) -> bool:
        """Have a sequence to run; False when the engine is closed."""
        while self._running is None:
            sequence = self._waiting.take(wait=True)
            if sequence is None:
                return False
            if sequence.stream.cancelled:
                self._count(cancelled=1)
            else:
                self._start(sequence)
        return not self._waiting.closed

    def _step(self) -> None:
        """Compute, pick, publish."""
        sequence = self._running
        assert sequence is not None, "_admit found one"
        if sequence.stream.cancelled:
            self._count(cancelled=1)
            return self._retire()
        self._compute(sequence)
        if sequence.computed == len(sequence.tokens):
            for piece in sequence.advance(self._context):
                sequence.stream.publish(piece)
        if sequence.finish is not None:
            self._finish(sequence)
        return None

    def _start(self, sequence: Sequence) -> None:
        """Make it ready and take over what the KV already holds of its prompt."""
        try:
            sequence.admit(self._weights)
        except GenerationError as error:
            self._count(failed=1)
            sequence.stream.fail(error)
            sequence.close()
            return
        self._running = sequence
        # The last token is computed again in any case: its logits are needed.
        shared = min(_common(self._held, sequence.tokens), len(sequence.tokens) - 1)
        shared = shared if self._context.keep(shared) else 0
        del self._held[shared:]
        sequence.computed = sequence.reused = shared
        self._count(prompt_tokens=len(sequence.tokens), reused_tokens=shared)

    def _compute(self, sequence: Sequence) -> None:
        began, at = time.perf_counter(), sequence.computed
        tokens = sequence.uncomputed(self._context.batch)
        last = at + len(tokens) == len(sequence.tokens)
        self._context.decode(tokens, at, sample=last)
        self._held += tokens
        sequence.computed += len(tokens)
        seconds = time.perf_counter() - began
        if at < len(sequence.request.prompt):
            self._count(prefilled_tokens=len(tokens), prefill_seconds=seconds)
        else:
            self._count(generated_tokens=len(tokens), decode_seconds=seconds)

    def _finish(self, sequence: Sequence) -> None:
        self._count(finished=1)
        pieces = list(sequence.done())
        self._retire()
        for piece in pieces:
            sequence.stream.publish(piece)

    def _retire(self) -> None:
        """Stop running what runs; the KV keeps its tokens for the next prompt."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def _refuse(self, error: GenerationError) -> None:
        waiting = self._waiting.close(error)
        running = self._running
        for sequence in waiting if running is None else [running, *waiting]:
            sequence.stream.fail(error)

    def _least(self, request: Request) -> int:
        """Tokens that must be free after the prompt for an answer to be possible."""
        thinks = self._tags is not None and request.phase is not Phase.ANSWERING
        return 1 + (self._tags.overhead if self._tags and thinks else 0)

    def _count(self, **more: float) -> None:
        now = {name: getattr(self._metrics, name) + by for name, by in more.items()}
        self._metrics = replace(self._metrics, **now)


def _think_tokens(family: Family, vocabulary: Vocabulary) -> ThinkTokens | None:
    tags = family.tags
    if tags is None:
        return None
    opening, closing = vocabulary.token(tags.open), vocabulary.token(tags.close)
    assert opening is not None, "the family was chosen by its tags"
    assert closing is not None, "the family was chosen by its tags"
    after, sentence = vocabulary.plain(tags.after), vocabulary.plain(tags.closing)
    return ThinkTokens(opening, closing, tuple(after), tuple(sentence))


def _common(held: list[Token], wanted: list[Token]) -> int:
    """Length of the longest common prefix."""
    pairs = zip(held, wanted, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(held), len(wanted)))


def _crash(cause: BaseException) -> GenerationError:
    error = GenerationError(f"the engine stopped: {cause or type(cause).__name__}")
    error.__cause__ = cause
    return error
