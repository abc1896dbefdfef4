"""One run of so many requests at once, and what its clock said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from models.engine_events import Stepped
from models.usage import Usage


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the engine, and when it was computed."""

    at: float
    """Seconds of a clock that only goes forward."""
    event: Stepped


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run showed."""

    concurrency: int
    first_token_seconds: tuple[float, ...]
    """Of each request, from its arrival."""
    prefill: float
    """Prompt tokens of all requests, a second, until the last of them had its first token."""
    decode: float | None
    """New tokens of all requests, a second, while all of them decoded; None: they never did."""
    bandwidth: float
    """Bytes a second that memory gave just before."""


def sample_of(usages: Sequence[Usage], steps: Sequence[Step], bandwidth: float) -> Sample:
    """The figures of one run."""
    first = tuple(usage.first_token_seconds for usage in usages)
    prompts = sum(usage.prompt_tokens for usage in usages)
    return Sample(
        concurrency=len(usages),
        first_token_seconds=first,
        prefill=prompts / max(first),
        decode=decode_rate(steps, len(usages)),
        bandwidth=bandwidth,
    )


def decode_rate(steps: Sequence[Step], sequences: int) -> float | None:
    """Tokens a second over the longest stretch in which `sequences` decoded and nothing else ran.

    The clock runs from the first step's end to the last one's: an accelerator may still be at work
    when a step says that it was computed, and has ended it when the next one says so.
    """

    def full(step: Step) -> bool:
        return not step.event.prefilled and step.event.sequences == sequences

    stretches = [list(group) for is_full, group in groupby(steps, full) if is_full]
    longest = max(stretches, key=len, default=[])
    if len(longest) < 2:
        return None
    tokens = sum(step.event.generated for step in longest[1:])
    seconds = longest[-1].at - longest[0].at
    return tokens / seconds if seconds > 0 else None
