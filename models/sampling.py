"""The numbers by which a call picks its tokens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sampling:
    """Numbers of one call; temperature 0 takes the likeliest token, top_k 0 takes all."""

    temperature: float
    top_p: float
    top_k: int
    min_p: float
    seed: int = 0
    presence_penalty: float = 0.0
    """Taken from the logit of a token that was generated before; 0 is none."""
    repetition_penalty: float = 1.0
    """Divides the logit of a token that was generated before; 1 is none."""

    @property
    def penalises(self) -> bool:
        """Whether tokens that were generated count."""
        return self.presence_penalty != 0 or self.repetition_penalty != 1
