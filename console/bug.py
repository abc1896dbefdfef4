"""An exception that nobody expected: one line for the user, the traceback in a file for us."""

from __future__ import annotations

import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_state_path

from console.clean import one_line


def report_bug(error: BaseException) -> str:
    """Keeps the traceback, and returns the line that says where; all of it with CADRE_DEBUG=1."""
    from agents.safety import masked

    trace = masked("".join(traceback.format_exception(error)))
    what = f"this is a bug in Cadre: {type(error).__name__}: {one_line(str(error), 200)}"
    if os.environ.get("CADRE_DEBUG"):
        return f"{trace}{what}"
    return f"{what} (traceback in {_keep(trace)}; please send it to us)"


def _keep(trace: str) -> Path:
    name = f"bug-{datetime.now(UTC):%Y%m%d-%H%M%S}.txt"
    state = Path(os.environ.get("CADRE_STATE_DIR") or user_state_path("cadre"))
    try:
        folder = state / "bugs"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(trace, "utf-8", "backslashreplace")
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="cadre-"))
        (folder / name).write_text(trace, "utf-8", "backslashreplace")
    return folder / name
