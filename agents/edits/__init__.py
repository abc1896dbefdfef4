"""Changes files: a text in one, the whole of one, or many by a diff; all or nothing."""

from agents.edits.editing import EDIT_FILE, WRITE_FILE
from agents.edits.patching import APPLY_PATCH

__all__ = ["APPLY_PATCH", "EDIT_FILE", "WRITE_FILE"]
