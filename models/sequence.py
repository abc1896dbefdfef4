"""One request on its way through the engine: its tokens, its samplers, its text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from models.llama import Context, Weights
from models.pieces import AnswerText, Done, Finish, Piece, Thinking, ThinkingText
from models.request import Request
from models.sampling import Picker
from models.stream import Stream
from models.text import Text
from models.thinking import Part, Phase, Thinker, ThinkTokens, Token, limit_of
from models.usage import Usage
from models.vocabulary import Vocabulary


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
        self.computed = 0
        """So many of the tokens are in the KV."""
        self.reused = 0
        """So many of them were there before."""
        self.finish: Finish | None = None
        """Set when the answer has ended."""
        self._vocabulary = vocabulary
        self._context = context
        self._forbidden = (tags.open, tags.close) if tags else ()
        limit = limit_of(request.thinking_budget, request.max_tokens, self._room, tags)
        self._thinker = Thinker(tags, request.phase, limit)
        self._thought = Text(trim_end=True)
        self._answer = Text(request.stop)
        self._picker: Picker | None = None
        self._sampled = self._answered = 0
        self._arrived = time.perf_counter()
        self._first_token = self._thinking_began = self._thinking_ended = 0.0

    @property
    def _room(self) -> int:
        return self._context - len(self.tokens)

    def admit(self, weights: Weights) -> None:
        """Get ready to run: compile the grammar, make the samplers."""
        request = self.request
        self._picker = Picker(weights, request.sampling, self._forbidden, request.gbnf)

    def uncomputed(self, most: int) -> list[Token]:
        """The next tokens to compute, at most `most`."""
        return self.tokens[self.computed : self.computed + most]

    def advance(self, context: Context) -> Iterator[Piece]:
        """When all is computed: pick what comes next, and give out the text that is certain."""
        if forced := self._thinker.forced():
            self.tokens += forced
            yield from self._feed_thought(*self._thinker.closing)
            yield from self._end_thought()
            return
        yield from self._see(self._pick(context))
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

    def _pick(self, context: Context) -> Token:
        """Outside, only the opener comes free; anything else is picked as an answer."""
        assert self._picker is not None, "admitted before it runs"
        if self._thinker.phase is not Phase.ANSWERING:
            token = self._picker.think(context)
            if self._thinker.phase is Phase.THINKING or self._thinker.opens(token):
                return token
        return self._picker.answer(context)

    def _see(self, token: Token) -> Iterator[Piece]:
        now = time.perf_counter()
        self._first_token = self._first_token or now
        ends = self._vocabulary.ends(token)
        part, tokens = self._thinker.see(token, ends=ends)
        if part is Part.ANSWER and ends:
            self.finish = "stop"
            return
        self.tokens += tokens
        self._sampled += part is not Part.TAG
        self._thinking_began = self._thinking_began or now
        match part:
            case Part.THINKING:
                yield from self._feed_thought(token)
            case Part.ANSWER:
                yield from self._feed_answer(token)
            case Part.TAG if self._thinker.phase is Phase.ANSWERING:
                yield from self._end_thought()

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
            reused_tokens=self.reused,
            thinking_tokens=self._thinker.tokens,
            answer_tokens=self._answered,
            first_token_seconds=(self._first_token or now) - self._arrived,
            seconds=now - self._arrived,
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
