"""One request on its way through the engine: its tokens, its samplers, its text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.lane import Lane
from models.llama import Context, Weights
from models.picker import Picker
from models.pieces import AnswerText, Done, Finish, Piece, Thinking, ThinkingText
from models.request import Request
from models.reuse import Reuse
from models.stream import Stream
from models.text import Text
from models.thinking import Part, Phase, Thinker, ThinkTokens, Token, limit_of
from models.usage import Usage
from models.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Parked:
    """What is left of a sequence that had to give up its cells."""

    state: bytearray
    """What its cells held; empty: it computes them again."""
    computed: int
    """Tokens that the state stands for."""


class Sequence:
    """Prompt and generated tokens, how far they are computed, and where the answer stands."""

    def __init__(
        self,
        request: Request,
        stream: Stream,
        vocabulary: Vocabulary,
        tags: ThinkTokens | None,
        context: int,
    ) -> None:
        """`context`: tokens that prompt and answer have together; the prompt must fit."""
        self.request = request
        self.stream = stream
        self.tokens: list[Token] = list(request.prompt)
        self.arrival = 0
        """Its number in the queue."""
        self.lane: Lane | None = None
        """Where it is computed; None while it waits."""
        self.parked: Parked | None = None
        self.prefilled = 0
        """Tokens of its prompt that were computed for it."""
        self.steps = self.batched = 0
        """Batches that it was in, and the sequences in those."""
        self.reuse = Reuse.nothing()
        """What the memory had of its prompt, and why no more."""
        self.finish: Finish | None = None
        """Set when the answer has ended."""
        self._vocabulary = vocabulary
        self._context = context
        thinking = (tags.open, tags.close) if tags else ()
        self._forbidden = (*request.forbidden, *thinking)
        limit = limit_of(request.thinking_budget, request.max_tokens, self._room, tags)
        self._thinker = Thinker(tags, request.phase, limit, request.calls_at)
        self._thought = Text(trim_end=True)
        self._answer = Text(request.stop)
        self._picker: Picker | None = None
        self._sampled = self._answered = 0
        self._arrived = time.perf_counter()
        self._admitted = 0.0
        self._first_token = self._thinking_began = self._thinking_ended = 0.0

    @property
    def _room(self) -> int:
        return self._context - len(self.tokens)

    @property
    def rank(self) -> tuple[int, int]:
        """Lower goes first."""
        return self.request.priority, self.arrival

    @property
    def remaining(self) -> int:
        """Tokens that are not computed yet."""
        return len(self.tokens) - (self.lane.computed if self.lane else 0)

    @property
    def prefilling(self) -> bool:
        """Whether what it came in with is not computed yet."""
        return self.lane is not None and self.lane.computed < len(self.lane.path)

    def admit(self, weights: Weights) -> None:
        """Get ready to run: compile the grammar, make the samplers. A GenerationError fails it."""
        request = self.request
        self._admitted = self._admitted or time.perf_counter()
        if self._picker is None:
            self._picker = Picker(weights, request, self._forbidden, self._vocabulary.piece)

    def next(self, count: int) -> list[Token]:
        """The next `count` tokens to compute."""
        at = self.lane.computed if self.lane else 0
        return self.tokens[at : at + count]

    def computed(self, count: int) -> int:
        """`count` more are; returns how many of them are of the prompt."""
        assert self.lane is not None, "it ran"
        before, prompt = self.lane.computed - count, len(self.request.prompt)
        paid = max(0, min(self.lane.computed, prompt) - before)
        self.prefilled += paid
        return paid

    def advance(self, context: Context, output: int) -> Iterator[Piece]:
        """When all is computed: pick what comes next, and give out the text that is certain.

        `output`: index of the logits of its last token in the batch.
        """
        if forced := self._thinker.forced():
            self.tokens += forced
            yield from self._feed_thought(*self._thinker.closing)
            yield from self._end_thought()
            return
        yield from self._see(self._pick(context, output))
        if self.finish is None and self._spent():
            self.finish = "length"

    def done(self) -> Iterator[Piece]:
        """The last pieces."""
        yield from _some(ThinkingText, self._thought.close())
        yield from _some(AnswerText, self._answer.close())
        yield Done(self.finish or "stop", self._usage(), self._thinking())

    def close(self) -> None:
        """Free the samplers."""
        if self._picker is not None:
            self._picker.close()

    def _pick(self, context: Context, output: int) -> Token:
        """Outside, only the opener comes free; anything else is picked as an answer."""
        assert self._picker is not None, "admitted before it runs"
        if self._thinker.phase is not Phase.ANSWERING:
            if self._thinker.phase is Phase.THINKING:
                return self._picker.think(context, output)
            token = self._picker.open(context, output)
            if self._thinker.opens(token):
                return token
        return self._picker.answer(context, output)

    def _see(self, token: Token) -> Iterator[Piece]:
        now = time.perf_counter()
        self._first_token = self._first_token or now
        ends = self._vocabulary.ends(token)
        thought = self._thinker.phase is Phase.THINKING
        part, tokens = self._thinker.see(token, ends=ends)
        if part is Part.ANSWER and ends:
            self.finish = "stop"
            return
        self.tokens += tokens
        self._sampled += part is not Part.TAG
        self._thinking_began = self._thinking_began or now
        if thought and self._thinker.phase is Phase.ANSWERING:
            yield from self._end_thought()
        match part:
            case Part.THINKING:
                yield from self._feed_thought(token)
            case Part.ANSWER:
                if thought and self._picker is not None:
                    self._picker.call()
                yield from self._feed_answer(token)

    def _feed_thought(self, *tokens: Token) -> Iterator[Piece]:
        for token in tokens:
            yield from _some(ThinkingText, self._thought.feed(self._vocabulary.piece(token)))

    def _end_thought(self) -> Iterator[Piece]:
        self._thinking_ended = time.perf_counter()
        yield from _some(ThinkingText, self._thought.close())

    def _feed_answer(self, token: Token) -> Iterator[Piece]:
        self._answered += 1
        yield from _some(AnswerText, self._answer.feed(self._vocabulary.piece(token)))
        if self._answer.stopped:
            self.finish = "stop"

    def _spent(self) -> bool:
        most = self.request.max_tokens
        return self._room <= 0 or (most is not None and self._sampled >= most)

    def _usage(self) -> Usage:
        now = time.perf_counter()
        return Usage(
            prompt_tokens=len(self.request.prompt),
            reused_tokens=max(0, len(self.request.prompt) - self.prefilled),
            prefilled_tokens=self.prefilled,
            reuse_ended=self.reuse.ended,
            thinking_tokens=self._thinker.tokens,
            answer_tokens=self._answered,
            queued_seconds=(self._admitted or now) - self._arrived,
            first_token_seconds=(self._first_token or now) - self._arrived,
            seconds=now - self._arrived,
            steps=self.steps,
            batched=self.batched,
        )

    def _thinking(self) -> Thinking | None:
        thinker = self._thinker
        if thinker.closed is None:
            return None
        seconds = self._thinking_ended - self._thinking_began
        return Thinking(thinker.tokens, max(0.0, seconds), thinker.closed)


def _some(piece: Callable[[str], Piece], text: str) -> Iterator[Piece]:
    if text:
        yield piece(text)
