"""Opens folders of the work tree part by part, so that no link is followed on the way."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextmanager
def opened(root: Path, parts: Sequence[str]) -> Iterator[int]:
    """A descriptor of the folder. OSError where a part is missing, a link or no folder."""
    with ExitStack() as stack:
        descriptor = _kept(stack, os.open(root, _FOLDER))
        for part in parts:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
            descriptor = _kept(stack, inner)
        yield descriptor


def make(root: Path, parts: Sequence[str]) -> tuple[Path, ...]:
    """Make what is missing of the folder; gives what was made, outermost first."""
    made: list[Path] = []
    for depth, part in enumerate(parts):
        with opened(root, parts[:depth]) as outer:
            try:
                os.mkdir(part, dir_fd=outer)
            except FileExistsError:
                continue
            made.append(root.joinpath(*parts[: depth + 1]))
    return tuple(made)


def remove(root: Path, parts: Sequence[str]) -> bool:
    """Remove the folder where it is there and empty; says whether it was."""
    try:
        with opened(root, parts[:-1]) as outer:
            os.rmdir(parts[-1], dir_fd=outer)
    except OSError:
        return False
    return True


def _kept(stack: ExitStack, descriptor: int) -> int:
    stack.callback(os.close, descriptor)
    return descriptor
