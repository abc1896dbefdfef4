"""Names of sessions and tasks as parts of a git reference, and back.

Small letters, digits, - and _ stand for themselves, all else is written %xx: so any name is safe,
and two that differ only in case do not meet on a disk that folds case.
"""

import hashlib
import re
from urllib.parse import unquote

ROOT = "refs/cadre"

LONGEST = 120
"""Characters; a reference's part is also a file's name. Longer ones end in their hash."""


def part(name: str) -> str:
    """The name as one part of a reference; ValueError where it is empty."""
    if not name:
        raise ValueError("a name of a session or task may not be empty")
    data = name.encode(errors="surrogatepass")
    made = re.sub(rb"[^a-z0-9_-]", lambda m: b"%%%02x" % m.group()[0], data).decode()
    if len(made) <= LONGEST:
        return made
    return f"{made[:60]}%{hashlib.sha256(data).hexdigest()}"


def name(part: str) -> str:
    """The name that a part stands for; of a very long one its beginning and its hash."""
    return unquote(part, errors="replace")


def session_of(ref: str) -> str:
    """The session, as a part, that a reference below ROOT belongs to."""
    return ref.removeprefix(f"{ROOT}/").partition("/")[0]
