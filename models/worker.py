"""The thread that owns the context and steps it: admit, build one batch, decode, sample, publish.

A request that fails, fails alone. A crash of the thread fails every open request with its cause,
and every later one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Thread

from models.engine_events import Admitted, Cancelled, EngineEvent, Failed, Finished, Stepped
from models.errors import GenerationError
from models.expert_watch import ExpertWatch
from models.llama import Batch, Context, Weights
from models.metrics import Counts
from models.pieces import Done
from models.prefixes import Prefixes
from models.schedule import Schedule, Share
from models.sequence import Sequence
from models.waiting import Waiting

Listener = Callable[[EngineEvent], None]


class Worker:
    """Steps one context until its queue is closed."""

    def __init__(
        self,
        weights: Weights,
        context: Context,
        batch: Batch,
        waiting: Waiting,
        schedule: Schedule,
        prefixes: Prefixes,
        experts: ExpertWatch,
        tell: Listener,
    ) -> None:
        self.counts = Counts()
        self._weights, self._context, self._batch = weights, context, batch
        self._waiting, self._schedule, self._prefixes = waiting, schedule, prefixes
        self._experts, self._tell = experts, tell
        self._thread = Thread(target=self._run, name="cadre-engine", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Fail what is open, wait for the step that runs, free the memory."""
        self._refuse(GenerationError("the model was closed"))
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._waiting.closed:
                self._step()
        except BaseException as cause:  # noqa: BLE001 - the thread's edge: told to every request
            self._refuse(_crash(cause))
        finally:
            for sequence in self._schedule.running:
                sequence.close()
            self._prefixes.close()
            self._context.close()
            self._weights.close()

    def _step(self) -> None:
        self._drop_cancelled()
        for sequence in self._schedule.admit():
            self._admit(sequence)
        shares = self._schedule.plan()
        if not shares:
            return self._waiting.wait()
        for sequence, output in self._compute(shares):
            self._advance(sequence, output)
        return None

    def _drop_cancelled(self) -> None:
        waiting = self._waiting.cancelled()
        self._schedule.forget(waiting)
        running = [each for each in self._schedule.running if each.stream.cancelled]
        for sequence in running:
            self._leave(sequence)
        for sequence in (*waiting, *running):
            sequence.close()
            self.counts.cancelled += 1
            self._tell(Cancelled(sequence.request.label))

    def _admit(self, sequence: Sequence) -> None:
        try:
            sequence.admit(self._weights)
        except GenerationError as error:
            return self._fail(sequence, error)
        self._experts.begins(sequence)
        prompt = len(sequence.request.prompt)
        self._tell(Admitted(sequence.request.label, prompt, sequence.reuse))
        return None

    def _compute(self, shares: list[Share]) -> list[tuple[Sequence, int]]:
        """Decode one batch; returns who can be sampled now, and where their logits are."""
        began = time.perf_counter()
        ready = self._fill(shares)
        self._context.decode(self._batch)
        prefilled = sum(self._schedule.computed(share) for share in shares)
        for share in shares:
            lane = share.sequence.lane
            assert lane is not None, "it is in the batch"
            share.sequence.steps += 1
            share.sequence.batched += len(shares)
            self._prefixes.computed(share.sequence, lane.computed - share.tokens)
        self._count(shares, prefilled, time.perf_counter() - began)
        return ready

    def _fill(self, shares: list[Share]) -> list[tuple[Sequence, int]]:
        self._batch.clear()
        ready = []
        for share in shares:
            sequence, lane = share.sequence, share.sequence.lane
            assert lane is not None, "it is in the batch"
            last = share.tokens == sequence.remaining
            tokens = sequence.next(share.tokens)
            output = self._batch.add(lane.id, tokens, lane.computed, sample=last)
            if last:
                ready.append((sequence, output))
        return ready

    def _advance(self, sequence: Sequence, output: int) -> None:
        """Sample, and publish what came of it."""
        try:
            for piece in sequence.advance(self._context, output):
                sequence.stream.publish(piece)
        except GenerationError as error:
            return self._fail(sequence, error)
        return self._finish(sequence) if sequence.finish is not None else None

    def _fail(self, sequence: Sequence, error: GenerationError) -> None:
        self._leave(sequence)
        sequence.close()
        self.counts.failed += 1
        self._tell(Failed(sequence.request.label, str(error)))
        sequence.stream.fail(error)

    def _finish(self, sequence: Sequence) -> None:
        pieces = list(sequence.done())
        self._leave(sequence)
        sequence.close()
        self.counts.finished += 1
        for piece in pieces:
            if isinstance(piece, Done):
                self.counts.prompt_tokens += piece.usage.prompt_tokens
                self.counts.reused_tokens += piece.usage.reused_tokens
                self._tell(Finished(sequence.request.label, piece.usage))
            sequence.stream.publish(piece)

    def _leave(self, sequence: Sequence) -> None:
        self._experts.ends(sequence)
        self._schedule.finish(sequence)

    def _count(self, shares: list[Share], prefilled: int, seconds: float) -> None:
        counts, generated = self.counts, sum(share.tokens for share in shares) - prefilled
        counts.steps += 1
        counts.batched += len(shares)
        counts.most_batched = max(counts.most_batched, len(shares))
        counts.prefilled_tokens += prefilled
        counts.generated_tokens += generated
        if prefilled:
            counts.prefill_seconds += seconds
        else:
            counts.decode_seconds += seconds
            counts.decoded_tokens += generated
        used = self._schedule.used_cells
        self._tell(Stepped(len(shares), prefilled, generated, used, seconds))

    def _refuse(self, error: GenerationError) -> None:
        open_requests: Iterable[Sequence] = (*self._schedule.running, *self._waiting.close(error))
        for sequence in open_requests:
            sequence.stream.fail(error)


def _crash(cause: BaseException) -> GenerationError:
    error = GenerationError(f"the engine stopped: {cause or type(cause).__name__}")
    error.__cause__ = cause
    return error
