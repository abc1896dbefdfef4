"""What can go wrong with GitHub: one sentence and what to do. Never holds a token."""

from models.errors import RunError


class HubError(RunError):
    """GitHub did not give what was asked."""
