"""The engine's door: a loaded model that answers many requests at a time.

`submit` may be called from any thread or event loop and returns at once; the `Stream` brings the
answer. The work is done by one thread (`worker`) on one llama.cpp context:

    waiting ──admit──> running ──plan──> batch ──decode──> sample ──publish──> stream
    (queue)           (schedule)        (cache says what is known already)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from models.cache import Cache
from models.cores import physical_cores
from models.engine_events import EngineEvent
from models.engine_options import EngineOptions
from models.errors import GenerationError
from models.expert_watch import ExpertWatch
from models.experts import ExpertUsage
from models.families import Family, family_for
from models.header import check_header
from models.hyperparameters import check_kv_types
from models.llama import MAX_LANES, VERSION, Batch, Context, Tap, Weights
from models.metrics import EngineMetrics
from models.prefix_store import PrefixStore, fingerprint
from models.prefixes import Prefixes
from models.request import Request
from models.schedule import Schedule
from models.sequence import Sequence
from models.stream import Stream
from models.thinking import Phase, ThinkTokens
from models.vocabulary import Vocabulary
from models.waiting import Waiting
from models.worker import Listener, Worker


class Engine:
    """A loaded model that answers requests."""

    def __init__(
        self,
        weights: Weights,
        options: EngineOptions,
        store: PrefixStore | None = None,
        listener: Listener | None = None,
    ) -> None:
        self.vocabulary = Vocabulary(weights)
        self.family: Family = family_for(weights, self.vocabulary, options.family)
        trained = weights.trained_context or options.context_tokens
        self.context_tokens = min(options.context_tokens, trained)
        """Tokens that a prompt and its answer share."""
        self._options, self._store = options, store
        self._tags = _think_tokens(self.family, self.vocabulary, options.closing)
        self._waiting = Waiting(options.queue)
        tap = Tap(weights) if options.tap_experts else None
        self._experts = ExpertWatch(tap)
        context = _context(weights, options, self.context_tokens, tap)
        self._cache = _cache(context, weights, options)
        prefixes = Prefixes(self._cache, store, self.vocabulary, self._tags)
        batch = Batch(context.batch)
        self._schedule = Schedule(
            self._cache,
            self._waiting,
            prefixes,
            parallel=options.parallel,
            batch=batch.size,
            parked_bytes=options.parked_bytes,
        )
        self._worker = Worker(
            weights,
            context,
            batch,
            self._waiting,
            self._schedule,
            prefixes,
            self._experts,
            listener or _nobody,
        )
        self._worker.start()

    @classmethod
    def load(
        cls,
        path: Path,
        options: EngineOptions | None = None,
        *,
        on_progress: Callable[[float], None] | None = None,
        listener: Listener | None = None,
    ) -> Engine:
        """Check the file, then load it; a ModelError says what is wrong with it."""
        options = options or EngineOptions()
        check_kv_types(check_header(path).metadata, options.loading)
        weights = Weights(path, options.loading, on_progress)
        try:
            return cls(weights, options, _store(path, options), listener)
        except BaseException:
            weights.close()
            raise

    def submit(self, request: Request) -> Stream:
        """Queue `request`; a GenerationError at once where it cannot be served."""
        self._check(request)
        stream = Stream()
        context = self.context_tokens
        self._waiting.put(Sequence(request, stream, self.vocabulary, self._tags, context))
        return stream

    def seed(self) -> int:
        """The seed of a call that brings none."""
        return secrets.randbits(31) if self._options.seed is None else self._options.seed

    def metrics(self) -> EngineMetrics:
        """A snapshot; may be taken from any thread."""
        cache, schedule, store = self._cache, self._schedule, self._store
        return EngineMetrics(
            counts=replace(self._worker.counts),
            waiting=len(self._waiting),
            running=len(schedule.running),
            cells=cache.cells,
            used_cells=cache.used,
            kept_cells=cache.evictable,
            kept_prefixes=cache.kept,
            evicted_prefixes=cache.evicted,
            forked_tokens=cache.forked,
            parked=schedule.parked,
            parked_bytes=schedule.parked_bytes,
            prefixes_read=store.read_count if store else 0,
            prefixes_written=store.written if store else 0,
            prefix_errors=store.bad if store else 0,
        )

    def experts(self) -> ExpertUsage:
        """The experts that the ended requests of each role chose; empty where nobody counts."""
        return self._experts.usage

    def close(self) -> None:
        """Fail what is open, wait for the step that runs, free the memory."""
        self._worker.close()

    def _check(self, request: Request) -> None:
        if not request.prompt:
            raise GenerationError("the prompt is empty")
        if not self.vocabulary.known(request.prompt):
            raise GenerationError("the prompt has tokens that this model's vocabulary has not")
        needed = len(request.prompt) + self._least(request)
        if needed > self.context_tokens:
            raise GenerationError(
                f"the prompt has {len(request.prompt)} tokens and its answer needs at least "
                f"{needed - len(request.prompt)}: {needed - self.context_tokens} over the context "
                f"of {self.context_tokens}",
                "shorten the request, or give the model a larger context",
            )

    def _least(self, request: Request) -> int:
        """Tokens that must be free after the prompt for an answer to be possible."""
        thinks = self._tags is not None and request.phase is not Phase.ANSWERING
        return 1 + (self._tags.overhead if self._tags and thinks else 0)


def _context(
    weights: Weights, options: EngineOptions, context_tokens: int, tap: Tap | None
) -> Context:
    cells = max(options.cells or 2 * context_tokens, context_tokens)
    return Context(
        weights,
        cells=cells,
        lanes=min(_lanes(options), MAX_LANES),
        batch=min(options.batch, cells),
        threads=options.threads or physical_cores(),
        loading=options.loading,
        tap=tap,
    )


def _cache(context: Context, weights: Weights, options: EngineOptions) -> Cache:
    return Cache(
        context,
        cells=context.cells,
        lanes=min(_lanes(options), MAX_LANES),
        rollback=not weights.recurrent,
        can_shift=context.can_shift,
    )


def _lanes(options: EngineOptions) -> int:
    """One of them is for passing states through."""
    return options.parallel + options.kept_prefixes + 1


def _store(path: Path, options: EngineOptions) -> PrefixStore | None:
    folder, loading = options.prefix_folder, options.loading
    if folder is None or not options.prefix_bytes:
        return None
    memory = (loading.kv_type_k, loading.kv_type_v, loading.flash_attention)
    return PrefixStore(folder, fingerprint(path, VERSION, *memory), options.prefix_bytes)


def _think_tokens(
    family: Family, vocabulary: Vocabulary, sentence: str | None
) -> ThinkTokens | None:
    tags = family.tags
    if tags is None:
        return None
    opening, closing = vocabulary.token(tags.open), vocabulary.token(tags.close)
    assert opening is not None, "the family was chosen by its tags"
    assert closing is not None, "the family was chosen by its tags"
    said = tags.closing if sentence is None else sentence
    after = tuple(vocabulary.plain(tags.after))
    return ThinkTokens(opening, closing, after, tuple(vocabulary.plain(said)))


def _nobody(_: EngineEvent) -> None:
    """Listens to nothing."""
