"""Writes several files, all or none of them.

New contents are first written beside their targets and synced; only then, after one more look that
the files are still those that were read, are they renamed into place. Where a step fails, those
before it are taken back; that needs no room on the disk, since old files are kept as second links
until the end. A process that is killed leaves each file whole, old or new.
"""

import os
import secrets
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

from agents.edits import folder
from agents.edits.original import LIMIT, Original, look
from agents.edits.refused import Refused
from agents.tools.workplace import Workplace


@dataclass(frozen=True)
class Write:
    """One file's new content."""

    original: Original
    """What was read; where that is no longer there, nothing is written."""
    after: bytes | None
    """None removes the file."""
    mode: int | None = None
    """Permission bits; None keeps those of the file, or those usual for a new one."""
    executable: bool = False
    """Whether a new file may be run."""


def write_all(workplace: Workplace, writes: Sequence[Write]) -> None:
    """Make all the writes, or raise Refused and leave every file as it was."""
    for write in writes:
        _unchanged(workplace, write.original)
    try:
        _write_all(workplace, writes)
    except OSError as error:
        why = error.strerror or str(error)
        raise Refused(f"{error.filename or 'the disk'}: {why}") from error


def _write_all(workplace: Workplace, writes: Sequence[Write]) -> None:
    # Left in the order: what was placed is taken back, what lies beside goes, made folders go.
    with ExitStack() as folders, ExitStack() as beside, ExitStack() as placed:
        steps = []
        for write in writes:
            _make_folders(workplace, write.original.folders, folders)
            outer = beside.enter_context(folder.opened(workplace.root, write.original.folders))
            steps.append(_Step(workplace, write, outer))
            beside.callback(steps[-1].clean)
            steps[-1].stage()
        for step in steps:
            placed.callback(step.take_back)
            step.put_in_place()
        for step in steps:
            step.settle()
        placed.pop_all()
        folders.pop_all()


def _make_folders(workplace: Workplace, parts: Sequence[str], on_failure: ExitStack) -> None:
    for made in folder.make(workplace.root, parts):
        on_failure.callback(folder.remove, workplace.root, made.relative_to(workplace.root).parts)


class _Step:
    """One write, and how it is taken back."""

    def __init__(self, workplace: Workplace, write: Write, outer: int) -> None:
        token = secrets.token_hex(8)
        self._workplace = workplace
        self._write = write
        self._outer = outer
        self._name = write.original.last
        self._new = f".cadre-{token}.new"
        self._old = f".cadre-{token}.old"
        self._placed = False

    def stage(self) -> None:
        """Write the new content beside the file, and the old one once more for `take_back`."""
        if self._write.after is not None:
            self._create(self._new, self._write.after, self._write.mode)
            if self._write.original.content is not None:
                self._create(self._old, self._write.original.content, None)

    def put_in_place(self) -> None:
        """Look once more, then rename."""
        _unchanged(self._workplace, self._write.original)
        self._still_here()
        if self._write.after is None:
            self._rename(self._name, self._old)
        else:
            self._rename(self._new, self._name)
        self._placed = True

    def settle(self) -> None:
        """See that the renaming is on the disk."""
        os.fsync(self._outer)

    def take_back(self) -> None:
        """Put the old file back."""
        if self._placed and self._write.original.content is None:
            os.unlink(self._name, dir_fd=self._outer)
        elif self._placed:
            self._rename(self._old, self._name)

    def clean(self) -> None:
        """Leave nothing beside the file."""
        for name in (self._new, self._old):
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=self._outer)

    def _create(self, name: str, content: bytes, mode: int | None) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        usual = 0o777 if self._write.executable else 0o666
        with os.fdopen(os.open(name, flags, usual, dir_fd=self._outer), "wb") as file:
            file.write(content)
            file.flush()
            self._dress(file.fileno(), mode)
            os.fsync(file.fileno())

    def _rename(self, source: str, target: str) -> None:
        os.rename(source, target, src_dir_fd=self._outer, dst_dir_fd=self._outer)

    def _dress(self, descriptor: int, mode: int | None) -> None:
        """Owner and permission bits as those of the file, or as they are wanted."""
        if self._write.original.content is not None:
            was = os.stat(self._name, dir_fd=self._outer, follow_symlinks=False)
            with suppress(PermissionError):
                os.fchown(descriptor, was.st_uid, was.st_gid)
        mode = self._write.original.mode if mode is None else mode
        if mode is not None:
            os.fchmod(descriptor, mode)

    def _still_here(self) -> None:
        """The folder is where it was when it was opened: nobody moved it or put a link there."""
        with folder.opened(self._workplace.root, self._write.original.folders) as now:
            if not os.path.samestat(os.fstat(now), os.fstat(self._outer)):
                raise Refused(f"the folder of {self._write.original.name} was moved meanwhile")


def _unchanged(workplace: Workplace, original: Original) -> None:
    limit = max(LIMIT, len(original.content or b""))
    if look(workplace, original.name, limit) != original:
        raise Refused(f"{original.name} was changed meanwhile; read it again")
