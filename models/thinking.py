"""The thinking automaton of one sequence, over token ids.

    OUTSIDE ──<think>──> THINKING ──</think>, a call, an end, the limit──> ANSWERING
       └───────────any other token───────────────────────────────────────────┘

Leaving THINKING forces tokens: the closing sentence if the limit was reached, the closing tag if
the model did not write it, and what the template has before an answer. So an answer always follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from models.pieces import Closed

Token = int

_ANSWER_RESERVE = 256
"""Tokens that thinking leaves to the answer; of a smaller allowance, half."""


@dataclass(frozen=True, slots=True)
class ThinkTokens:
    """A family's thinking tags in one model's vocabulary."""

    open: Token
    close: Token
    after: tuple[Token, ...]
    """What the template has between the closing tag and the answer."""
    closing: tuple[Token, ...]
    """Said for the model when the limit is reached."""

    @property
    def overhead(self) -> int:
        """Tokens that a forced block adds: tags, closing sentence, what follows."""
        return 2 + len(self.closing) + len(self.after)


@dataclass(frozen=True, slots=True)
class Limit:
    """After how many tokens thinking ends, and which bound that is."""

    tokens: int
    closed: Closed


class Phase(Enum):
    """Where a sequence stands."""

    OUTSIDE = auto()
    THINKING = auto()
    ANSWERING = auto()


class Part(Enum):
    """What a token belongs to."""

    TAG = auto()
    THINKING = auto()
    ANSWER = auto()


class Thinker:
    """Follows one sequence; says what each token is and what must come next."""

    def __init__(
        self,
        tags: ThinkTokens | None,
        phase: Phase,
        limit: Limit,
        calls_at: Token | None = None,
    ) -> None:
        """`tags` None: a model that cannot think, so every token is answer. `calls_at`: the token
        that begins a tool call, which no thinking holds."""
        self._tags = tags or ThinkTokens(-1, -1, (), ())
        self._limit, self._calls_at = limit, calls_at
        self.phase = phase if tags else Phase.ANSWERING
        self.tokens = 0
        """Tokens inside the block so far, the closing sentence included, tags not."""
        self.closed: Closed | None = None
        """Who ended the thinking; None while nobody has, or where there was none."""

    @property
    def closing(self) -> tuple[Token, ...]:
        """The closing sentence, which is thinking too."""
        return self._tags.closing

    def opens(self, token: Token) -> bool:
        """Whether `token` begins the thinking."""
        return self.phase is Phase.OUTSIDE and token == self._tags.open

    def forced(self) -> list[Token]:
        """What must come now instead of a sampled token; empty: sample."""
        if self.phase is Phase.THINKING and self.tokens >= self._limit.tokens:
            self.tokens += len(self.closing)
            return [*self.closing, *self._end(self._limit.closed)]
        return []

    def see(self, token: Token, *, ends: bool) -> tuple[Part, list[Token]]:
        """What a sampled `token` is, and the tokens that go into the sequence for it."""
        match self.phase:
            case Phase.OUTSIDE if self.opens(token):
                self.phase = Phase.THINKING
                return Part.TAG, [token]
            case Phase.THINKING if token == self._calls_at:
                return Part.ANSWER, [*self._end("model"), token]
            case Phase.THINKING if token == self._tags.close or ends:
                return Part.TAG, self._end("model")
            case Phase.THINKING:
                self.tokens += 1
                return (Part.TAG if token == self._tags.open else Part.THINKING), [token]
            case _:
                self.phase = Phase.ANSWERING
                return Part.ANSWER, [token]

    def _end(self, closed: Closed) -> list[Token]:
        self.phase, self.closed = Phase.ANSWERING, closed
        return [self._tags.close, *self._tags.after]


def limit_of(
    budget: int | None, max_tokens: int | None, room: int, tags: ThinkTokens | None
) -> Limit:
    """Where thinking ends: at its budget, or earlier, so that the answer keeps its reserve.

    `room`: tokens that are left in the context.
    """
    left = room - (tags.overhead if tags else 0)
    most = left if max_tokens is None else min(left, max_tokens)
    length = max(0, most - max(1, min(_ANSWER_RESERVE, most // 2)))
    return Limit(length, "length") if budget is None or budget > length else Limit(budget, "budget")
