"""What is asked of a model while it is timed."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

BATCH = 512
"""Tokens of one decode, as the engine has it by default."""
MOST_AT_ONCE = 64
"""As many as an engine computes together."""
LEAST_NEW = 4
"""Tokens of an answer: a rate is taken from some steps that all sequences decode together."""


class Work(BaseModel):
    """Prompts of random tokens, so many at once, and answers that do not end early."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    prompt: int = Field(default=512, ge=1)
    """Tokens of each prompt."""
    new: int = Field(default=64, ge=LEAST_NEW)
    """Tokens of each answer."""
    concurrency: tuple[int, ...] = (1, 2, 4)
    """How many requests are sent at once, in turn."""
    rounds: int = Field(default=3, ge=1)
    """How often each is repeated."""

    @property
    def context(self) -> int:
        """Tokens of a prompt and its answer."""
        return self.prompt + self.new

    @property
    def most(self) -> int:
        """Requests at once, at most."""
        return max(self.concurrency)

    @property
    def least_new(self) -> int:
        """Tokens that an answer needs: prompts are computed a batch at a time, and the first answer
        must go on until the last prompt is computed and all have decoded together for a while."""
        others = self.most - 1
        batches = -(-others * self.prompt // (BATCH - others)) + 1 if others else 0
        return LEAST_NEW + batches
