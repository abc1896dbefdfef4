"""The prompts by which experts are counted where nobody gives one: one for each role."""

from __future__ import annotations

import tomllib
from pathlib import Path

_FILE = Path(__file__).with_name("prompts.toml")


def standard_prompts() -> dict[str, str]:
    """By role; they stay as they are, so that the counts of two models can be compared."""
    written = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {role: str(text).strip() for role, text in written.items()}
