"""What can go wrong in the team's own work, beside what `models.errors` has.

CadreError
├── UsageError
│   ├── RepositoryError    the folder cannot be worked on
│   └── SessionError       no such session, or another process holds it
└── RunError
    ├── PlanRefused        the coordinator's plan was wrong twice
    └── StoreError         the session store cannot be read or written
"""

from models.errors import CadreError, ConfigurationError, RunError, UsageError


class RepositoryError(UsageError):
    """The folder cannot be worked on."""


class SessionError(UsageError):
    """No such session, or another process holds it."""


class PlanRefused(RunError):
    """The coordinator's plan was wrong twice."""


class StoreError(RunError):
    """The session store cannot be read or written."""


def exit_code(error: CadreError) -> int:
    """What the command line ends with: 2 for usage, 3 for configuration or model, 4 otherwise."""
    match error:
        case UsageError():
            return 2
        case ConfigurationError():
            return 3
        case _:
            return 4
