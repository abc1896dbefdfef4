"""The repository's files as git sees them: tracked and new ones, without what it ignores."""

from agents.tools.git import git, only
from agents.tools.workplace import Workplace

MAX_BYTES = 64_000_000
"""Room for the names of about a million files."""


async def list_names(workplace: Workplace, path: str = ".") -> tuple[str, ...]:
    """Names of files below `path`, sorted, relative to the root; also of files just deleted.

    OSError with git's own words where it cannot list them.
    """
    ran = await git(
        workplace,
        *("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", only(path)),
        max_bytes=MAX_BYTES,
    )
    if ran.exit_code:
        raise OSError(ran.stderr.strip() or f"git ls-files ended with {ran.exit_code}")
    # A file in a conflict is listed once for each side.
    return tuple(sorted({name for name in ran.stdout.split("\0") if name}))
