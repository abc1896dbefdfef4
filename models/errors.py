"""What can go wrong, sorted by who must act.

    CadreError                 has a message (what happened, where) and a hint (what to type next)
    ├── UsageError             the user typed something that cannot be
    ├── ConfigurationError     the user must mend a setting or a file
    │   └── ModelError         a model that is missing, broken or unknown
    │       └── NoRoom         a device lacks the memory for it
    └── RunError               the run cannot go on
        └── GenerationError    the model did not give what was asked (overflow, nonsense, cancelled)

The root stands here because `models` is the lowest layer; `agents.errors` adds its own.
A bug of ours is none of these: it keeps its traceback.
"""


class CadreError(Exception):
    """An error that a person can do something about."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """What happened, and where, in one line."""
        self.hint = hint
        """What to type next; empty where nothing helps."""

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(CadreError):
    """The command line asks for something that cannot be."""


class ConfigurationError(CadreError):
    """A setting or a file that the user must mend."""


class ModelError(ConfigurationError):
    """A model that is missing, broken or unknown."""


class NoRoom(ModelError):
    """A device lacks the memory for a model, or for its context."""


class RunError(CadreError):
    """The run cannot go on; what it has is kept."""


class GenerationError(RunError):
    """The model did not give what was asked of it."""
