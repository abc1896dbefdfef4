"""Who is on the team."""

from enum import StrEnum


class Role(StrEnum):
    """A place on the team; the value is the node's name in the graph."""

    COORDINATOR = "coordinator"
    DEVELOPMENT = "development"
    TESTING = "testing"
    CI_CD = "ci_cd"
    GITHUB = "github"
    DOCUMENTATION = "documentation"


SPECIALISTS: tuple[Role, ...] = tuple(role for role in Role if role is not Role.COORDINATOR)
"""The roles that a plan may give tasks to, in the order in which they are drawn."""
