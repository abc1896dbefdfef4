"""Reads a unified diff, as git and diff write it and as models write it.

Models miscount: where the numbers in a hunk's heading are wrong, its lines are counted anew.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk as ReadHunk
from unidiff.patch import PatchedFile, PatchSet

from agents.edits.hunks import Hunk
from agents.edits.refused import Refused

NOWHERE = "/dev/null"

HEADING = r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@"


@dataclass(frozen=True)
class FilePatch:
    """What a patch does to one file."""

    source: str | None
    """The old path; None for a new file."""
    target: str | None
    """The new path; None for a removed file."""
    hunks: tuple[Hunk, ...]
    executable: bool = False
    """Whether a new file may be run."""


def read(patch: str) -> tuple[FilePatch, ...]:
    """The files of a patch; Refused where it is none, or does what cannot be done here."""
    patch = _bare(patch)
    try:
        files = PatchSet(patch if _well_counted(patch) else _recounted(patch))
    except UnidiffParseError as error:
        why = " ".join(str(error).split())[:200]
        raise Refused(f"it is no unified diff: {why}") from error
    if not files:
        raise Refused("there is no unified diff in it: it needs lines --- a/FILE, +++ b/FILE, @@")
    return tuple(map(_file, files))


def _bare(patch: str) -> str:
    """Without the fence of a model and the signature of git, and with a newline at its end."""
    patch = re.sub(r"\n-- \n[\d.]+\s*\Z", "\n", patch)
    lines = patch.strip("\n").split("\n")
    if lines[0].startswith("```"):
        lines = lines[1:]
    if lines and lines[-1].rstrip() == "```":
        lines = lines[:-1]
    return "\n".join(lines) + "\n"


def _well_counted(patch: str) -> bool:
    """Whether every hunk is as long as its heading says; the parser drops what is left over."""
    old = new = 0
    for line in patch.split("\n")[:-1]:
        sign = line[:1]
        if old > 0 or new > 0:
            old -= sign in {"", " ", "-"}
            new -= sign in {"", " ", "+"}
        elif line.startswith("@@"):
            if not (heading := re.match(HEADING, line)):
                return False
            old, new = (1 if count is None else int(count) for count in heading.groups())
        elif sign in {" ", "+", "-"} and not line.startswith(("--- ", "+++ ")):
            return False
    return old == new == 0


def _recounted(patch: str) -> str:
    """The patch with the numbers in the headings as its lines are."""
    lines = patch.split("\n")[:-1]
    made: list[str] = []
    at = 0
    while at < len(lines):
        if not lines[at].startswith("@@"):
            made.append(lines[at])
            at += 1
            continue
        end = next((n for n in range(at + 1, len(lines)) if _ends(lines, n)), len(lines))
        while end > at + 1 and not lines[end - 1]:
            end -= 1
        made += [_heading(lines[at], lines[at + 1 : end]), *lines[at + 1 : end]]
        at = end
        while at < len(lines) and not lines[at]:
            at += 1
    return "\n".join(made) + "\n"


def _ends(lines: list[str], at: int) -> bool:
    """Whether another hunk or file begins there."""
    following = lines[at + 1] if at + 1 < len(lines) else ""
    new_file = lines[at].startswith("--- ") and following.startswith("+++ ")
    return new_file or lines[at].startswith(("@@", "diff --git "))


def _heading(heading: str, body: list[str]) -> str:
    old = sum(line[:1] in {"", " ", "-"} for line in body)
    new = sum(line[:1] in {"", " ", "+"} for line in body)
    start = re.search(r"-(\d+)", heading)
    first = int(start[1]) if start else 1
    return f"@@ -{first if old else 0},{old} +{first if new else 0},{new} @@"


def _file(read: PatchedFile) -> FilePatch:
    info = "".join(read.patch_info or ())
    source, target = _paths(read)
    shown = target or source
    if read.is_binary_file or "GIT binary patch" in info:
        raise Refused(f"the patch of {shown} is binary; only text can be edited")
    if re.search(r"(?m)^copy from ", info):
        raise Refused(f"the patch copies a file to {shown}; write it as a new file")
    if source and target and source != target and not re.search(r"(?m)^rename from ", info):
        raise Refused(f"the patch names two files, {source} and {target}, without a rename")
    _check_modes(read, source, target)
    hunks = tuple(_hunk(hunk) for hunk in read)
    return FilePatch(source, target, hunks, executable=read.target_mode == "100755")


def _check_modes(read: PatchedFile, source: str | None, target: str | None) -> None:
    modes = {mode for mode in (read.source_mode, read.target_mode) if mode}
    if odd := modes - {"100644", "100755", "100664", "100600", "100700", "100775"}:
        raise Refused(f"the patch of {target or source} makes no ordinary file: mode {odd.pop()}")
    if source and target and len(modes) > 1:
        raise Refused(f"the patch changes the mode of {target}; only content can be changed so")


def _paths(read: PatchedFile) -> tuple[str | None, str | None]:
    """Both paths without git's a/ and b/."""
    source, target = (_unquoted(path) for path in (read.source_file, read.target_file))
    prefixed = source.startswith("a/") or source == NOWHERE
    if prefixed and (target.startswith("b/") or target == NOWHERE):
        source, target = source.removeprefix("a/"), target.removeprefix("b/")
    return (
        None if source == NOWHERE else source,
        None if target == NOWHERE else target,
    )


def _unquoted(path: str) -> str:
    """A path that git wrote between quotation marks, as it is."""
    if not (len(path) > 1 and path.startswith('"') and path.endswith('"')):
        return path.rstrip("\r")
    parts = re.findall(rb"\\([0-7]{3})|\\(.)|([^\\])", path[1:-1].encode(), re.DOTALL)
    made = bytearray()
    for octal, escape, plain in parts:
        made += bytes([int(octal, 8) & 255]) if octal else _ESCAPES.get(escape, escape) + plain
    return made.decode(errors="replace")


_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f"}


def _hunk(read: ReadHunk) -> Hunk:
    lines: list[tuple[str, str]] = []
    ends: dict[str, bool] = {}
    for sign, line in _lines(read):
        if sign == "\\":
            last = lines[-1][0] if lines else " "
            ends |= dict.fromkeys("-+" if last == " " else last, False)
        else:
            lines.append((sign, line))
    return Hunk(read.source_start, tuple(lines), ends.get("-"), ends.get("+"))


def _lines(read: ReadHunk) -> Iterator[tuple[str, str]]:
    """Each line's sign and text. An empty sign is a blank line after the hunk, no part of it."""
    for line in read:
        if line.line_type:
            yield line.line_type, line.value.rstrip("\n").rstrip("\r")
