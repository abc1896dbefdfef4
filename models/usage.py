"""What one model call cost, in tokens and seconds."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Usage(BaseModel):
    """Tokens and seconds of one call; add two for their sum."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    prompt_tokens: int = 0
    """Tokens of the prompt, reused ones included."""
    reused_tokens: int = 0
    """Tokens of the prompt that the KV cache already held."""
    thinking_tokens: int = 0
    """Tokens generated inside the thinking block, its tags not counted."""
    answer_tokens: int = 0
    """Tokens generated outside the thinking block."""
    first_token_seconds: float = 0.0
    """Seconds from the request to the first generated token; of a sum, the largest."""
    seconds: float = 0.0
    """Seconds from the request to the last token."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            reused_tokens=self.reused_tokens + other.reused_tokens,
            thinking_tokens=self.thinking_tokens + other.thinking_tokens,
            answer_tokens=self.answer_tokens + other.answer_tokens,
            first_token_seconds=max(self.first_token_seconds, other.first_token_seconds),
            seconds=self.seconds + other.seconds,
        )
