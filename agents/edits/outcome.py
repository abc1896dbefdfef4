"""Makes a tool's call and its preview of one function that says what would be written.

So what a person is shown and what is done come from the same place.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from agents.change import Change
from agents.edits.original import LIMIT
from agents.edits.parsing import broken_by, fault
from agents.edits.refused import Refused
from agents.edits.writing import Write, write_all
from agents.tools.excerpt import clip
from agents.tools.tool import Arguments, Result
from agents.tools.workplace import Workplace

A = TypeVar("A", bound=Arguments)

DIFF_CHARS = 2000
"""What a result shows of its diff; the whole of it is in its changes."""


def calling(
    plan: Callable[[Workplace, A], Sequence[Write]],
) -> Callable[[Workplace, A], Awaitable[Result]]:
    """The tool's call: write what was planned, or say why not."""

    async def call(workplace: Workplace, arguments: A) -> Result:
        try:
            writes = plan(workplace, arguments)
            changes = await _checked(workplace, writes)
            write_all(workplace, writes)
        except Refused as refused:
            return Result(f"nothing written: {refused}", exit_code=1)
        return Result(_told(changes), changes=changes)

    return call


def previewing(
    plan: Callable[[Workplace, A], Sequence[Write]],
) -> Callable[[Workplace, A], Awaitable[Sequence[Change]]]:
    """The tool's preview: what the call would change, or Refused as it would be."""

    async def preview(workplace: Workplace, arguments: A) -> Sequence[Change]:
        return await _checked(workplace, plan(workplace, arguments))

    return preview


async def _checked(workplace: Workplace, writes: Sequence[Write]) -> tuple[Change, ...]:
    """The changes; Refused where there is none, one is too large or breaks a file."""
    changes = tuple(change_of(write) for write in writes)
    if all(change.before == change.after for change in changes):
        raise Refused("the files are so already; there is nothing to change")
    for change in changes:
        if change.after is not None and len(change.after) > LIMIT:
            raise Refused(f"{change.path} would be larger than {LIMIT:,} bytes")
        if broken := await broken_by(workplace, change):
            raise Refused(f"{change.path} would no longer parse: {broken}")
    return changes


def change_of(write: Write) -> Change:
    """The write as a person sees it."""
    return Change(write.original.name, write.original.content, write.after)


def _told(changes: Sequence[Change]) -> str:
    """Path and number of lines of each file, what does not parse, and the diff."""
    lines = [_counted(change) for change in changes]
    for change in changes:
        if found := fault(change.path, change.after):
            lines.append(f"note: {change.path} does not parse: {found}")
    diff = "".join(change.diff for change in changes)
    return "\n".join((*lines, clip(diff.rstrip("\n"), DIFF_CHARS))).rstrip("\n")


def _counted(change: Change) -> str:
    diff = change.diff.split("\n")[2:]
    added, removed = (sum(line.startswith(sign) for line in diff) for sign in "+-")
    verb = "changed"
    if change.before is None:
        verb = "created"
    elif change.after is None:
        verb = "removed"
    return f"{verb} {change.path}: +{added} -{removed} lines"
