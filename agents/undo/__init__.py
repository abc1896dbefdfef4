"""Keeps what a session changes, in git's object store, and puts it back."""

from agents.undo.error import SnapshotError
from agents.undo.expiry import drop, expire
from agents.undo.planning import Conflict
from agents.undo.snapshots import Snapshots, Undo

__all__ = ["Conflict", "SnapshotError", "Snapshots", "Undo", "drop", "expire"]
