"""Files that a run leaves behind: `--report` and `--sarif`.

They are tried before the run, since nobody wants to learn after an hour that a folder is missing.
"""

from __future__ import annotations

from pathlib import Path

from console.options import Output
from models.errors import RunError, UsageError


def check(output: Output) -> None:
    """UsageError for the first file that could not be written."""
    for option, path in (("--sarif", output.sarif), ("--report", output.report)):
        if path is not None:
            _try(option, path)


def write(path: Path, text: str) -> None:
    """The whole text, or RunError."""
    try:
        path.write_text(text, "utf-8", "replace")
    except OSError as error:
        raise RunError(f"cannot write {path}: {error.strerror}", "the run itself is kept") from None


def _try(option: str, path: Path) -> None:
    new = not path.exists()
    try:
        with path.open("ab"):
            pass
        if new:
            path.unlink()
    except OSError as error:
        raise UsageError(
            f"{option}: cannot write {path}: {error.strerror}",
            "name a file in a folder that exists",
        ) from None
