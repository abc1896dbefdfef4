"""The tools that change one file: a text in it, or the whole of it."""

from agents.edits import text
from agents.edits.original import Original, look
from agents.edits.outcome import calling, previewing
from agents.edits.refused import Refused
from agents.edits.replacing import replaced
from agents.edits.writing import Write
from agents.tools.tool import Arguments, Kind, Tool
from agents.tools.workplace import Workplace


class EditFile(Arguments):
    """Replace text that occurs exactly once in a file."""

    path: str
    old: str
    new: str


class WriteFile(Arguments):
    """Write a whole file, new or old."""

    path: str
    content: str


def edited(workplace: Workplace, arguments: EditFile) -> tuple[Write, ...]:
    """The write that the call asks for; Refused where it cannot be."""
    original = look(workplace, arguments.path)
    if original.content is None:
        raise Refused(f"there is no file {arguments.path}; use write_file for a new one")
    held = text.read(original.content)
    return (Write(original, held.saying(replaced(held, arguments.old, arguments.new))),)


def written(workplace: Workplace, arguments: WriteFile) -> tuple[Write, ...]:
    """The same for a whole file, which keeps its line endings, its mark and its encoding."""
    if "\0" in arguments.content:
        raise Refused("the content has a NUL character in it; only text can be written")
    original = look(workplace, arguments.path)
    return (Write(original, _as_before(original, arguments.content)),)


def _as_before(original: Original, content: str) -> bytes:
    if not original.content:
        return text.Text("").saying(content)
    held = text.read(original.content)
    windows = held.newline == "\r\n"
    return held.saying(text.with_newlines(content, "\r\n") if windows else content)


EDIT_FILE = Tool(
    "edit_file",
    Kind.EDIT,
    EditFile,
    calling(edited),
    paths=("path",),
    preview=previewing(edited),
)
WRITE_FILE = Tool(
    "write_file",
    Kind.EDIT,
    WriteFile,
    calling(written),
    paths=("path",),
    preview=previewing(written),
)
