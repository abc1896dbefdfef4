"""How an engine serves: its memory, its queue, and where it keeps prefixes."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from models.loading import Loading


class EngineOptions(BaseModel):
    """The options of one engine; sizes in tokens unless they say otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    context_tokens: int = Field(default=8192, gt=0)
    """What one prompt and its answer may have together."""
    cells: int | None = Field(default=None, gt=0)
    """What all prompts and answers, and the prefixes that are kept, have together; None: twice the
    context of one."""
    parallel: int = Field(default=8, gt=0, le=64)
    """Requests that are computed together."""
    kept_prefixes: int = Field(default=24, ge=0, le=160)
    """Prefixes that are remembered at a time; in models with a recurrent state each costs one."""
    batch: int = Field(default=512, gt=0)
    """Tokens of one decode: a long prompt is computed in chunks of this."""
    threads: int | None = Field(default=None, gt=0)
    """None: as many as there are physical cores."""
    seed: int | None = None
    """For calls that bring none; None: a new one for each."""
    queue: int = Field(default=256, gt=0)
    """Requests that may wait; one more is refused."""
    parked_bytes: int = Field(default=2 << 30, ge=0)
    """RAM for the states of requests that had to give way; past it they are computed again."""
    prefix_folder: Path | None = None
    """Where prefixes are kept for the next process; None: nowhere."""
    prefix_bytes: int = Field(default=4 << 30, ge=0)
    """Bound on that folder."""
    family: str | None = None
    """The family that serves the model, whatever its file says; one of `models.families.NAMES`."""
    closing: str | None = None
    """Said for the model when its thinking budget is used up; None: the family's own sentence."""
    tap_experts: bool = False
    """Count which experts a mixture of experts chooses."""
    loading: Loading = Loading()
