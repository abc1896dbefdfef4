"""What the engine is asked for, in tokens."""

from __future__ import annotations

from dataclasses import dataclass

from models.sampling import Sampling
from models.thinking import Phase, Token


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt and how to go on from it."""

    prompt: tuple[Token, ...]
    sampling: Sampling
    phase: Phase = Phase.ANSWERING
    """Where the prompt leaves off: OUTSIDE lets the model think, THINKING has begun it."""
    thinking_budget: int | None = None
    max_tokens: int | None = None
    """Bound on sampled tokens, thinking included."""
    gbnf: str | None = None
    """The answer is held to this grammar."""
    thought_gbnf: str | None = None
    """Thinking is held to this one, the closing tag included; None: it is free."""
    gbnf_after: str = ""
    """The grammar sleeps until the answer says this, and again when it is fulfilled; it describes
    what the answer says from this text on. Empty: it holds the whole answer."""
    gbnf_once: bool = False
    """Fulfilled once, the grammar ends the answer instead of sleeping again."""
    stop: tuple[str, ...] = ()
    forbidden: tuple[Token, ...] = ()
    """Tokens that the answer may not hold, beside those of thinking."""
    calls_at: Token | None = None
    """A tool call begins with this token; sampled while thinking, it ends the thinking."""
    label: str = ""
    priority: int = 0
    """Lower goes first."""
    keep: tuple[int, ...] = ()
    """Lengths of prefixes of the prompt that later requests will share: kept longest, and on disk
    where the engine has a folder for them."""
