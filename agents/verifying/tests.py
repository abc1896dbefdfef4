"""Which tests a change should be checked with."""

from collections.abc import Sequence

from agents.runners.touched import tests_touched
from agents.tools.workplace import Workplace

MAX_FILES = 20
"""More than this is the whole suite, which a person may ask for."""


async def tests_to_run(workplace: Workplace, paths: Sequence[str]) -> tuple[str, ...]:
    """Test files that the change of `paths` touches; none where they are too many."""
    touched = await tests_touched(workplace, paths)
    names = tuple(dict.fromkeys(one.test for one in touched))
    return names if len(names) <= MAX_FILES else ()
