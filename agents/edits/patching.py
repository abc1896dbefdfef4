"""The tool that applies a unified diff over one or several files."""

from collections.abc import Sequence

from agents.edits import patch, text
from agents.edits.hunks import applied
from agents.edits.original import Original, look
from agents.edits.outcome import calling, previewing
from agents.edits.patch import FilePatch
from agents.edits.refused import Refused
from agents.edits.writing import Write
from agents.tools.tool import Arguments, Kind, Tool
from agents.tools.workplace import Workplace


class ApplyPatch(Arguments):
    """Apply a unified diff over one or several files."""

    patch: str


def touched(arguments: ApplyPatch) -> Sequence[str]:
    """Every path that the patch names; none where it cannot be read, since then nothing is done."""
    try:
        files = patch.read(arguments.patch)
    except Refused:
        return ()
    return tuple(dict.fromkeys(path for f in files for path in (f.source, f.target) if path))


def patched(workplace: Workplace, arguments: ApplyPatch) -> tuple[Write, ...]:
    """The writes that the patch asks for; Refused where one of its parts does not fit."""
    pending = _Pending(workplace)
    for file in patch.read(arguments.patch):
        pending.apply(file)
    return pending.writes()


class _Pending:
    """The files as they would be, while the parts of a patch are applied one after the other."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._originals: dict[str, Original] = {}
        self._contents: dict[str, bytes | None] = {}
        self._modes: dict[str, int | None] = {}
        self._executable: set[str] = set()

    def apply(self, file: FilePatch) -> None:
        """One file's part."""
        if file.source is None:
            self._add(file)
        elif file.target is None:
            self._remove(file)
        else:
            self._change(file)

    def writes(self) -> tuple[Write, ...]:
        """What is to be written in the end."""
        return tuple(
            Write(original, self._contents[name], self._modes.get(name), name in self._executable)
            for name, original in self._originals.items()
            if self._contents[name] != original.content
        )

    def _add(self, file: FilePatch) -> None:
        name = self._fresh(file.target or "")
        self._contents[name] = _applied(file, b"")
        if file.executable:
            self._executable.add(name)

    def _remove(self, file: FilePatch) -> None:
        name = self._known(file.source or "")
        if _applied(file, self._contents[name] or b""):
            raise Refused(f"the patch removes {name}, but not all of its lines")
        self._contents[name] = None

    def _change(self, file: FilePatch) -> None:
        source = self._known(file.source or "")
        content = _applied(file, self._contents[source] or b"")
        if file.target != file.source:
            target = self._fresh(file.target or "")
            self._modes[target] = self._modes.get(source) or self._originals[source].mode
            self._contents[source] = None
            source = target
        self._contents[source] = content

    def _known(self, path: str) -> str:
        name = self._looked(path)
        if self._contents[name] is None:
            raise Refused(f"there is no file {path}")
        return name

    def _fresh(self, path: str) -> str:
        name = self._looked(path)
        if self._contents[name] is not None:
            raise Refused(f"{path} already exists, and the patch would make it anew")
        return name

    def _looked(self, path: str) -> str:
        original = look(self._workplace, path)
        if original.name not in self._originals:
            self._originals[original.name] = original
            self._contents[original.name] = original.content
        return original.name


def _applied(file: FilePatch, content: bytes) -> bytes:
    held = text.read(content)
    try:
        return held.saying(applied(held, file.hunks)) if file.hunks else content
    except Refused as refused:
        raise Refused(f"{file.source or file.target}: {refused}") from refused


APPLY_PATCH = Tool(
    "apply_patch",
    Kind.EDIT,
    ApplyPatch,
    calling(patched),
    touches=touched,
    preview=previewing(patched),
)
