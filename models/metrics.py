"""What an engine has done so far, as one snapshot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """Counts since the engine was loaded; tokens, requests and seconds. The engine's own."""

    finished: int = 0
    cancelled: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    """Of the requests that were finished."""
    reused_tokens: int = 0
    """Of those, not computed for them."""
    prefilled_tokens: int = 0
    generated_tokens: int = 0
    prefill_seconds: float = 0.0
    """Of steps that computed prompts; tokens that others generated in them are counted there."""
    decode_seconds: float = 0.0
    """Of steps that only generated."""
    decoded_tokens: int = 0
    """Generated in those."""
    steps: int = 0
    batched: int = 0
    """Sequences in those steps, summed."""
    most_batched: int = 0
    """Sequences in one step, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineMetrics:
    """`Counts` at one moment, and what the engine holds at that moment."""

    counts: Counts
    waiting: int
    running: int
    cells: int
    """Tokens that the memory can hold."""
    used_cells: int
    """Tokens that it holds now."""
    kept_cells: int
    """Of these, those that would make room for a request."""
    kept_prefixes: int
    evicted_prefixes: int
    forked_tokens: int
    """Shared with another request instead of computed."""
    parked: int
    """How often a request had to give way."""
    parked_bytes: int
    """RAM that those waiting to come back take now."""
    prefixes_read: int
    """From disk."""
    prefixes_written: int
    prefix_errors: int
    """Files that were damaged or could not be written."""

    @property
    def occupancy(self) -> float:
        """Sequences of a step, on average."""
        return self.counts.batched / self.counts.steps if self.counts.steps else 0.0

    @property
    def decode_rate(self) -> float:
        """Tokens of all sequences, per second of steps that only generate."""
        seconds = self.counts.decode_seconds
        return self.counts.decoded_tokens / seconds if seconds else 0.0
