"""What goes wrong when git cannot keep or give back what undo needs."""

from models.errors import RunError


class SnapshotError(RunError):
    """A snapshot or the record of a write could not be kept, or cannot be read any more."""


ROOM = "see that the disk has room and that the repository can be written to"
"""A hint."""
