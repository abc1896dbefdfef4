"""The last word of a process that has lost an RPC worker.

A part of the model is gone, and llama.cpp, in a thread of its own, ends the process with it.
Nothing can be unwound, and nothing needs to be: what a run has done is in its session, as after
`kill -9`. So the loss is told, and the process ends at once.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import NoReturn

from models.errors import RunError

EXIT_CODE = 4
"""What a run that cannot go on ends with; `console.exits` stands above this layer."""

Tell = Callable[[RunError], object]


def _plainly(error: RunError) -> None:
    os.write(2, f"error: {error.message}\nhint: {error.hint}\n".encode())


_tell: list[Tell] = [_plainly]


@contextlib.contextmanager
def told_by(tell: Tell) -> Iterator[None]:
    """Until this ends `tell` says it, instead of two lines on stderr. It is called from a thread of
    llama.cpp's, and the process ends when it returns."""
    _tell.append(tell)
    try:
        yield
    finally:
        _tell.remove(tell)


def end(error: RunError) -> NoReturn:
    """Tell `error`, and end the process."""
    try:
        _tell[-1](error)
    finally:
        os._exit(EXIT_CODE)
