"""What the process says to the shell when it ends."""

from enum import IntEnum

from agents.errors import exit_code
from models.errors import CadreError


class Exit(IntEnum):
    """The exit codes, documented in `cadre --help`; scripts rely on them."""

    DONE = 0
    FINDINGS = 1
    """The run is done, and found something at or above `--fail-on`."""
    USAGE = 2
    CONFIGURATION = 3
    """A setting, a file or a model that the user must mend."""
    FAILED = 4
    INTERRUPTED = 130
    """Stopped by Ctrl-C, SIGTERM or a reader that went away; `cadre resume` goes on."""

    @classmethod
    def of(cls, error: CadreError) -> "Exit":
        """The code for an error, by who must act."""
        return cls(exit_code(error))
