"""What one model call cost, in tokens and seconds."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Usage(BaseModel):
    """Tokens and seconds of one call; add two for their sum."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    prompt_tokens: int = 0
    """Tokens of the prompt, reused ones included."""
    reused_tokens: int = 0
    """Tokens of the prompt that the KV cache already held, or that another request computed."""
    prefilled_tokens: int = 0
    """Tokens of the prompt that were computed for this call."""
    reuse_ended: str = ""
    """Why no more was reused: the first differing text; of a sum, the latest reason."""
    thinking_tokens: int = 0
    """Tokens generated inside the thinking block, its tags not counted."""
    answer_tokens: int = 0
    """Tokens generated outside the thinking block."""
    queued_seconds: float = 0.0
    """Seconds until its computation began; of a sum, the largest."""
    first_token_seconds: float = 0.0
    """Seconds from the request to the first generated token; of a sum, the largest."""
    seconds: float = 0.0
    """Seconds from the request to the last token."""
    steps: int = 0
    """Batches that it took part in."""
    batched: int = 0
    """Sequences in those batches, itself included, summed."""

    @property
    def occupancy(self) -> float:
        """Sequences that were computed together, on average; 1.0 is alone, 0.0 unknown."""
        return self.batched / self.steps if self.steps else 0.0

    @property
    def decode_rate(self) -> float:
        """Tokens per second after the first one; 0 where there was only one."""
        tokens, seconds = self.thinking_tokens + self.answer_tokens - 1, self.seconds
        seconds -= self.first_token_seconds
        return tokens / seconds if tokens > 0 and seconds > 0 else 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            reused_tokens=self.reused_tokens + other.reused_tokens,
            prefilled_tokens=self.prefilled_tokens + other.prefilled_tokens,
            reuse_ended=other.reuse_ended or self.reuse_ended,
            queued_seconds=max(self.queued_seconds, other.queued_seconds),
            thinking_tokens=self.thinking_tokens + other.thinking_tokens,
            answer_tokens=self.answer_tokens + other.answer_tokens,
            first_token_seconds=max(self.first_token_seconds, other.first_token_seconds),
            seconds=self.seconds + other.seconds,
            steps=self.steps + other.steps,
            batched=self.batched + other.batched,
        )
