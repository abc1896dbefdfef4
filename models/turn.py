"""What a scripted model says, and the file that it can be read from.

{"turns": [
    {"role": "coordinator", "thinking": "two tasks", "text": "{...}"},
    {"role": "testing/t2", "tool_calls": [{"name": "run", "args": {"command": "pytest"}}]},
    {"role": "testing/t2", "text": "3 passed", "split": 4, "delay": 0.05},
    {"text": "whoever calls first without a turn of its own gets this one"}
]}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import ModelError

_HINT = 'a script is {"turns": [{"text": "..."}]}; models/turn.py shows every field'


class ScriptedCall(BaseModel):
    """A tool call that a turn makes."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: str
    args: dict[str, Any] | str = {}
    """The arguments; a string stands for a call so malformed that it cannot be read."""


class Turn(BaseModel):
    """One answer: thinking, text, tool calls, in this order; or an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    role: str | None = None
    """Whose turn: the first parts of a label ("testing", "testing/t2"). None: whoever calls."""
    thinking: str = ""
    """Left out when the call asks for no thinking."""
    text: str = ""
    tool_calls: tuple[ScriptedCall, ...] = ()
    error: str | None = None
    """Raise a GenerationError with this message, after thinking and text."""
    delay: float = Field(default=0.0, ge=0)
    """Seconds to wait before each piece."""
    split: int | None = Field(default=None, gt=0)
    """Cut thinking and text into pieces of so many characters."""


class Script(BaseModel):
    """The file behind `scripted:FILE`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turns: tuple[Turn, ...] = Field(min_length=1)


def read_script(path: Path) -> tuple[Turn, ...]:
    """The turns in `path`, or a ModelError that names the line or the field."""
    try:
        return Script.model_validate_json(path.read_bytes()).turns
    except OSError as error:
        raise ModelError(f"cannot read the script {path}: {error.strerror}", _HINT) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelError(f"script {path}: {field}: {first['msg']}", _HINT) from error
