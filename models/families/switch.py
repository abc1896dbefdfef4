"""`/think` and `/no_think` in a user's turn."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.messages import BaseMessage, HumanMessage

_SWITCH = re.compile(r"(?<!\S)/(no_)?think(?!\S)")


def switch_of(messages: Sequence[BaseMessage]) -> bool | None:
    """What the latest user turn asks for; its last word counts. None: it does not say."""
    latest = next((m for m in reversed(messages) if isinstance(m, HumanMessage)), None)
    found = list(_SWITCH.finditer(latest.text)) if latest else []
    return found[-1].group(1) is None if found else None
