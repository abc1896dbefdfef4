"""A file on this machine."""

from __future__ import annotations

from collections.abc import Generator
from difflib import get_close_matches
from pathlib import Path

from models.errors import ModelError
from models.header import blocks_of, size_of_file
from models.inspection.part import Absent


class LocalFile:
    """A file by its path. Nothing is mapped, and no data read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name, self.file = str(path), path.name

    @property
    def size(self) -> int:
        """Its bytes; a ModelError where it cannot be a GGUF file, Absent where there is none."""
        try:
            return size_of_file(self._path)
        except ModelError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise Absent(error.message, self._near() or error.hint) from error
            raise

    def blocks(self) -> Generator[bytes]:
        """Its beginning."""
        if self.size:
            yield from blocks_of(self._path)

    def sibling(self, file: str) -> LocalFile:
        """A file of the same folder."""
        return LocalFile(self._path.with_name(file))

    def _near(self) -> str:
        others = {path.name for path in self._path.parent.glob("*.gguf")}
        near = get_close_matches(self.file, sorted(others), n=3, cutoff=0.5)
        return f"did you mean {', '.join(near)}?" if near else ""
