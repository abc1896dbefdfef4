"""Which calls have begun: so that none that does more than look is ever begun twice."""

from typing import Protocol

from graphs.sessions import Sessions


class Journal(Protocol):
    """Remembers beyond the end of the process."""

    async def begin(self, evidence: str) -> bool:
        """Note that the call begins whose result will have that id; False where it had before."""
        ...


class SessionJournal:
    """The journal of one session, in the session store."""

    def __init__(self, sessions: Sessions, session: str) -> None:
        self._sessions, self._session = sessions, session

    async def begin(self, evidence: str) -> bool:
        """See `Journal.begin`."""
        return await self._sessions.begin_call(self._session, evidence)
