"""Forgets what is no longer wanted: a session's references, or all that are old.

What they named stays in git's object store until git itself clears it away.
"""

import time

from agents.tools.workplace import Workplace
from agents.undo import refs
from agents.undo.store import open_store

DAY = 86_400


async def drop(workplace: Workplace, session: str) -> None:
    """Forget a session's snapshots and journal."""
    store = await open_store(workplace)
    part = refs.part(session)
    await store.delete([r for r, _ in await store.references() if refs.session_of(r) == part])


async def expire(workplace: Workplace, days: float) -> tuple[str, ...]:
    """Forget sessions that kept nothing for so many days; gives their names."""
    store = await open_store(workplace)
    latest: dict[str, int] = {}
    for ref, when in await store.references():
        session = refs.session_of(ref)
        latest[session] = max(when, latest.get(session, 0))
    old = sorted(part for part, when in latest.items() if time.time() - when > days * DAY)
    gone = [r for r, _ in await store.references() if refs.session_of(r) in old]
    await store.delete(gone)
    return tuple(map(refs.name, old))
