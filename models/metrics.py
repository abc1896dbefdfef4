"""What an engine has done so far, as one snapshot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineMetrics:
    """Counts since the engine was loaded; tokens, requests and seconds."""

    waiting: int = 0
    running: int = 0
    finished: int = 0
    cancelled: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    """Of the requests that were admitted."""
    reused_tokens: int = 0
    """Of those, found in the KV."""
    prefilled_tokens: int = 0
    generated_tokens: int = 0
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0
    cells: int = 0
    """Tokens that the KV holds now."""
    context: int = 0
    """Tokens that it can hold."""

    @property
    def decode_rate(self) -> float:
        """Generated tokens per second of decoding."""
        return self.generated_tokens / self.decode_seconds if self.decode_seconds else 0.0
