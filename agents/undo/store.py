"""Keeps journals and snapshots in git's object store, below refs/cadre/, and reads them back.

Contents are kept byte by byte: no filter and no conversion of line endings touches them.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from agents.tools.git import git
from agents.tools.process import CommandRunner, Ran
from agents.tools.workplace import Workplace
from agents.undo import refs
from agents.undo.error import ROOM, SnapshotError
from agents.undo.journal import Entry, State, Step

SECONDS = 120
COMMITTER = b"committer Cadre <cadre@localhost> now\n"

MAX_BYTES = 256_000_000
"""Room for a journal, or for the names of a few million files."""


@dataclass(frozen=True)
class Store:
    """The object store of one repository, as one of its work trees sees it."""

    workplace: Workplace
    folder: Path
    """Where git keeps what belongs to this work tree, absolute."""
    index: Path
    tree: str
    """A name for the work tree: linked ones share their references."""
    format: str
    """The hash that ids are made with, such as sha1."""
    _known: set[str] = field(default_factory=set)
    """Journals that are there."""

    def id_of(self, content: bytes) -> str:
        """The id that git gives to this content."""
        hashed = hashlib.new(self.format, usedforsecurity=False)
        hashed.update(b"blob %d\0" % len(content))
        hashed.update(content)
        return hashed.hexdigest()

    async def add(self, ref: str, entry: Entry, contents: Sequence[bytes] = ()) -> None:
        """Add an entry to a journal, with the contents that it names, all in one step."""
        follows = await self._has(ref)
        message = entry.model_dump_json().encode()
        stream = b"".join(
            (
                *(_blob(n, content) for n, content in enumerate(contents, 1)),
                b"commit %s\n%sdata " % (ref.encode(), COMMITTER),
                b"%d\n%s\n" % (len(message), message),
                b"from %s^0\ndeleteall\n" % ref.encode() if follows else b"",
                *(b"M 100644 :%d %d\n" % (n, n) for n in range(1, len(contents) + 1)),
                b"\ndone\n",
            )
        )
        await self._import(stream)
        self._known.add(ref)

    async def differences(self, before: str, after: str) -> list[Step]:
        """The files in which two trees differ; of modes only whether they can be run."""
        how = ("--raw", "-r", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff")
        ran = await self.git("diff-tree", *how, before, after)
        words = ran.stdout.split("\0")
        facts = (word.lstrip(":").split(" ") for word in words[:-1:2])
        return [
            Step(path=path, before=_state(f[0], f[2]), after=_state(f[1], f[3]))
            for f, path in zip(facts, words[1::2], strict=False)
        ]

    async def folders(self, tree: str) -> frozenset[str]:
        """The folders in a tree."""
        ran = await self.git("ls-tree", "-r", "-d", "-z", "--name-only", tree)
        return frozenset(ran.stdout.split("\0"))

    async def keep(self, ref: str, tree: str, subject: str) -> None:
        """Make a reference to a commit of this tree."""
        told = subject.encode(errors="replace")
        stream = b'commit %s\n%sdata %d\n%s\nM 040000 %s ""\n\ndone\n'
        await self._import(stream % (ref.encode(), COMMITTER, len(told), told, tree.encode()))

    async def entries(self, ref: str) -> list[Entry]:
        """A journal, oldest entry first; empty where there is none."""
        if not await self._has(ref):
            return []
        how = ("--reverse", "--encoding=UTF-8", "-z", "--format=%B", "--no-show-signature")
        ran = await self.git("log", *how, ref, "--")
        try:
            return [Entry.model_validate_json(each) for each in ran.stdout.split("\0") if each]
        except ValidationError as error:
            raise SnapshotError(f"the journal {ref} cannot be read") from error

    async def content(self, blob: str) -> bytes:
        """The content with this id."""
        # A command's output comes as text; git can also write the bytes to a file.
        try:
            with tempfile.TemporaryDirectory() as name:
                there = replace(self.workplace, root=Path(name).resolve())
                ran = await git(there, f"--git-dir={self.folder}", "unpack-file", blob)
                if ran.exit_code:
                    raise SnapshotError(f"git no longer has {blob}: {_said(ran)}")
                return (Path(name) / ran.stdout.strip()).read_bytes()
        except OSError as error:
            raise SnapshotError(f"{blob} cannot be read: {error}", ROOM) from error

    async def references(self) -> list[tuple[str, int]]:
        """All references below ours, and when what they name was made."""
        ran = await self.git("for-each-ref", "--format=%(refname) %(committerdate:unix)", refs.ROOT)
        lines = (line.split(" ") for line in ran.stdout.splitlines())
        return [(ref, int(when or 0)) for ref, when in lines]

    async def delete(self, names: Sequence[str]) -> None:
        """Delete references, all or none."""
        if names:
            orders = "".join(f"delete {name}\n" for name in names)
            await self.git("update-ref", "--stdin", stdin=orders.encode())

    async def _has(self, ref: str) -> bool:
        if ref not in self._known:
            ran = await self.git("rev-parse", "--verify", "--quiet", ref, good=(0, 1))
            self._known.update(() if ran.exit_code else (ref,))
        return ref in self._known

    async def _import(self, stream: bytes) -> None:
        """All of the stream at once, or nothing."""
        await self.git("fast-import", "--quiet", "--date-format=now", "--done", stdin=stream)

    async def git(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        good: Sequence[int] = (0,),
        index: Path | None = None,
    ) -> Ran:
        """Run git, with another index where one is given; SnapshotError where it ends otherwise
        than with a good exit code.
        """
        runner = _Giving(self.workplace.run, stdin, index)
        workplace = replace(self.workplace, run=runner)
        # Whatever reads or writes an index may compare files with it, through the filters.
        filters = index is not None
        ran = await git(
            workplace, *arguments, timeout=SECONDS, max_bytes=MAX_BYTES, filters=filters
        )
        if ran.exit_code not in good or ran.clipped:
            raise SnapshotError(
                f"git {arguments[0]} could not keep what undo needs: {_said(ran)}",
                ROOM,
            )
        return ran


async def open_store(workplace: Workplace) -> Store:
    """The repository's store; SnapshotError where git cannot say where it is."""
    asked = ("--absolute-git-dir", "--git-common-dir", "--show-object-format", "--git-path")
    ran = await git(workplace, "rev-parse", *asked, "index")
    words = ran.stdout.splitlines()
    if ran.exit_code or len(words) != 4:
        raise SnapshotError(f"git cannot say where it keeps things: {_said(ran)}")
    folder, common, index = (workplace.root / words[n] for n in (0, 1, 3))
    linked = folder.resolve() != common.resolve()
    tree = f"tree-{hashlib.sha256(folder.name.encode()).hexdigest()[:12]}" if linked else "main"
    return Store(workplace, folder, index, tree, words[2])


@dataclass(frozen=True)
class _Giving:
    """A command runner whose commands read `stdin` and, where it is given, use another index."""

    run: CommandRunner
    stdin: bytes | None
    index: Path | None

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        timeout: float,  # noqa: ASYNC109 - as every command runner
        stdin: bytes | None = None,
        max_bytes: int = 1_000_000,
    ) -> Ran:
        if self.index is not None:
            argv = ["env", f"GIT_INDEX_FILE={self.index}", *argv]
        given = self.stdin if stdin is None else stdin
        return await self.run(argv, cwd=cwd, timeout=timeout, stdin=given, max_bytes=max_bytes)


def _state(mode: str, blob: str) -> State | None:
    return None if mode == "000000" else State(blob=blob, mode=int(mode, 8) & 0o777 or None)


def _blob(mark: int, content: bytes) -> bytes:
    return b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(content), content)


def _said(ran: Ran) -> str:
    lines = [line for line in ran.stderr.splitlines() if line.startswith(("fatal:", "error:"))]
    return " ".join((lines or [ran.stderr.strip()])[0].split())[:300] or f"exit {ran.exit_code}"
