"""The session store: one SQLite file with every conversation's checkpoints and a row about each.

The only module that opens SQLite. A session is a LangGraph thread of the same name. While a
process works on one it holds a lock, which the system frees when the process dies, however it does.
"""

import asyncio
import fcntl
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import aiosqlite

from agents.errors import SessionError, StoreError
from agents.evidence import Evidence
from agents.finding import Finding, Severity
from agents.outcome import Outcome, Status
from agents.plan import Plan, Task
from agents.report import Report
from agents.request import Request
from agents.role import Role
from agents.spent import Spent
from agents.thought import Thought
from graphs.session import SessionRow, SessionStatus, SessionView
from models.heat import kept_file
from models.usage import Usage

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

PAGE_BYTES = 4096
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a session may be called: it is also a file's name."""

_TABLE = """
CREATE TABLE IF NOT EXISTS cadre_session (
    name TEXT PRIMARY KEY, repo TEXT NOT NULL, request TEXT NOT NULL, status TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, asked TEXT NOT NULL, flags TEXT NOT NULL
)
"""


_COLUMNS = ("name", "repo", "request", "status", "created", "updated", "asked", "flags")

_CALLS = """
CREATE TABLE IF NOT EXISTS cadre_call (
    session TEXT NOT NULL, evidence TEXT NOT NULL, PRIMARY KEY (session, evidence)
)
"""


class Sessions:
    """The open store. Made by `open_sessions`."""

    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self.path = path
        """The SQLite file."""
        self._db = connection

    @cached_property
    def saver(self) -> "BaseCheckpointSaver[str]":
        """LangGraph's own saver over the same file."""
        # Imported here: a list of sessions should not wait for LangGraph.
        from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        serde = JsonPlusSerializer(allowed_msgpack_modules=_words())
        return AsyncSqliteSaver(self._db, serde=serde)

    async def begin(self, name: str, request: Request, flags: Mapping[str, Any]) -> None:
        """Note that work on a request begins; makes the session where it is new."""
        now = _now()
        await self._db.execute(
            "INSERT INTO cadre_session VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET"
            " repo = excluded.repo, request = excluded.request, status = excluded.status,"
            " updated = excluded.updated, asked = excluded.asked, flags = excluded.flags",
            (
                *(name, request.repo, request.text, SessionStatus.RUNNING, now, now),
                *(request.model_dump_json(), json.dumps(flags)),
            ),
        )
        await self._db.commit()

    async def mark(self, name: str, status: SessionStatus) -> None:
        """Note how the work stands."""
        await self._db.execute(
            "UPDATE cadre_session SET status = ?, updated = ? WHERE name = ?",
            (status, _now(), name),
        )
        await self._db.commit()

    async def begin_call(self, session: str, evidence: str) -> bool:
        """Note that the call of that evidence begins; False where it had begun before."""
        cursor = await self._db.execute(
            "INSERT OR IGNORE INTO cadre_call VALUES (?, ?)", (session, evidence)
        )
        await self._db.commit()
        return cursor.rowcount > 0

    async def list(self) -> list[SessionRow]:
        """Every session, the latest first."""
        query = "SELECT * FROM cadre_session ORDER BY updated DESC, rowid DESC"
        async with self._db.execute(query) as rows:
            return [self._row(row) async for row in rows]

    async def get(self, name: str) -> SessionRow:
        """One session; SessionError where there is none."""
        query = "SELECT * FROM cadre_session WHERE name = ?"
        async with self._db.execute(query, (name,)) as rows:
            found = await rows.fetchone()
        if found is None:
            raise SessionError(
                f"there is no session {name!r}", "see them with: cadre sessions list"
            )
        return self._row(found)

    async def latest(self, repo: str | None = None) -> SessionRow:
        """The session that was worked on last, in that repository or anywhere."""
        for row in await self.list():
            if repo is None or row.repo == repo:
                return row
        raise SessionError("there is no session yet", 'begin one with: cadre run "..."')

    async def show(self, name: str) -> SessionView:
        """Everything about one session."""
        from graphs.viewing import view  # the workflow is heavy, and a list does not need it

        return await view(self.saver, await self.get(name))

    async def rm(self, name: str) -> None:
        """Delete one session with all its checkpoints."""
        await self.get(name)
        with self.held(name):
            await self.saver.adelete_thread(name)
            await self._db.execute("DELETE FROM cadre_session WHERE name = ?", (name,))
            await self._db.execute("DELETE FROM cadre_call WHERE session = ?", (name,))
            await self._db.commit()
        self._lock_file(name).unlink(missing_ok=True)
        kept_file(self.path.parent, name).unlink(missing_ok=True)

    async def trim(self, keep: int, max_bytes: int) -> None:
        """Delete the oldest sessions beyond `keep`, then until the store is below `max_bytes`."""
        rows = await self.list()
        oldest_first = list(reversed(rows[1:]))
        surplus = len(rows) - keep
        for n, row in enumerate(oldest_first):
            if n >= surplus and await self._used_bytes() <= max_bytes:
                return
            if not self._is_held(row.name):
                await self.rm(row.name)

    async def free_name(self, request: str) -> str:
        """A name for a new session: the day and the first words of its request."""
        words = re.findall(r"[a-z0-9]+", request.lower())[:4]
        stem = "-".join([datetime.now(UTC).strftime("%m%d-%H%M"), *words])[:48]
        taken = {row.name for row in await self.list()}
        names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Hold the session for this process; SessionError where another one has it."""
        if not NAME.fullmatch(name):
            raise SessionError(
                f"{name!r} cannot be a session's name",
                "use up to 64 letters, digits, dots, dashes and underscores",
            )
        with self._locking(name) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SessionError(
                    f"another process works on session {name!r}",
                    "wait for it, or begin another with: --session NAME",
                ) from None
            yield

    def _locking(self, name: str) -> IO[str]:
        with storing(self.path):
            self._lock_file(name).parent.mkdir(exist_ok=True)
            return self._lock_file(name).open("w")

    def _is_held(self, name: str) -> bool:
        try:
            with self.held(name):
                return False
        except SessionError:
            return True

    def _lock_file(self, name: str) -> Path:
        return self.path.parent / "locks" / f"{name}.lock"

    def _row(self, row: aiosqlite.Row | tuple[str, ...]) -> SessionRow:
        name, repo, request, status, created, updated, asked, flags = row
        found = SessionRow(
            name=name,
            repo=repo,
            request=request,
            status=SessionStatus(status),
            created=datetime.fromisoformat(created),
            updated=datetime.fromisoformat(updated),
            asked=Request.model_validate_json(asked),
            flags=json.loads(flags),
        )
        died = found.status is SessionStatus.RUNNING and not self._is_held(name)
        return found.model_copy(update={"status": SessionStatus.STOPPED}) if died else found

    async def _used_bytes(self) -> int:
        total, free = [await self._pragma(name) for name in ("page_count", "freelist_count")]
        return (total - free) * PAGE_BYTES

    async def _pragma(self, name: str) -> int:
        async with self._db.execute(f"PRAGMA {name}") as rows:
            found = await rows.fetchone()
        return int(found[0]) if found else 0


@asynccontextmanager
async def open_sessions(path: Path) -> AsyncIterator[Sessions]:
    """The store in that file, made where there is none; StoreError where it cannot be used."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = await aiosqlite.connect(path, timeout=30)
    except (OSError, sqlite3.Error) as error:
        raise store_error(error, path) from error
    try:
        with storing(path):
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.execute("PRAGMA synchronous = NORMAL")
            await connection.execute(_TABLE)
            await connection.execute(_CALLS)
            await connection.commit()
            await _check_version(connection, path)
            path.chmod(0o600)
        yield Sessions(path, connection)
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    finally:
        await asyncio.shield(connection.close())


async def _check_version(connection: aiosqlite.Connection, path: Path) -> None:
    """StoreError where another version of Cadre made the table in another form."""
    async with connection.execute("SELECT * FROM cadre_session LIMIT 0") as rows:
        columns = tuple(column[0] for column in rows.description)
    if columns != _COLUMNS:
        move = f"move the file away: mv {path} {path}.old"
        raise StoreError(f"the session store {path} is another version's", move)


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Whatever SQLite says within, as a StoreError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise store_error(error, path) from error


def store_error(error: Exception, path: Path) -> StoreError:
    """What happened to the store, in words, and what to do."""
    text = str(error)
    if "full" in text or getattr(error, "errno", None) == 28:
        free = f"free some space under {path.parent}, then continue with: cadre resume"
        return StoreError(f"the disk is full under the session store {path}", free)
    if "not a database" in text or "malformed" in text:
        move = f"move the file away: mv {path} {path}.broken"
        return StoreError(f"the session store {path} is damaged", move)
    if isinstance(error, PermissionError) or "readonly" in text or "unable to open" in text:
        other = "set another folder: CADRE_STATE_DIR=DIR"
        return StoreError(f"the session store {path} cannot be written", other)
    return StoreError(f"the session store {path} failed: {text}", "try: cadre doctor")


def _words() -> tuple[type, ...]:
    """The types that a checkpoint may bring to life; everything else in it stays dead data."""
    from graphs.state import Call

    domain = (Evidence, Finding, Outcome, Plan, Report, Request, Role, Severity, Spent, Status)
    return (*domain, Task, Thought, Usage, Call)


def _now() -> str:
    return datetime.now(UTC).isoformat()
