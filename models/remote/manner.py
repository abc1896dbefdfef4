"""What one server has shown of its ways, so that the next call suits it."""

from __future__ import annotations

import re

OPTIONAL = (
    "chat_template_kwargs", "reasoning_budget_tokens", "thinking_token_budget", "reasoning_effort",
    "repetition_penalty", "repeat_penalty", "top_k", "min_p", "stream_options", "seed",
    "parallel_tool_calls",
)  # fmt: skip
"""Fields without which a request still means nearly the same; strict servers refuse some."""


class Manner:
    """Of one model at one address. Only the wire's thread touches it."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        """Optional fields that it does not take."""
        self.thinks_anyway = False
        """It thought although it was asked not to, so the model itself must be told."""
        self.untagged: bool | None = None
        """Whether it writes thinking without the opening tag, which then stands in the prompt;
        None: it has not shown yet."""

    def refuses(self, text: str) -> bool:
        """Whether a refusal's text names optional fields that are not yet left out."""
        found = {name for name in OPTIONAL if re.search(rf"\b{name}\b", text)} - self.refused
        self.refused |= found
        return bool(found)
