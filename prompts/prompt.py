"""Loads the Markdown prompts beside this file; each is a Jinja template with strict names.

What is shared stands first, so that a model computes it once: the specialists have one system
prompt, and who they are begins the user message; a review and a report begin alike.

`short` are the words of a small model that has learnt its work from examples: what it is told is
what differs from call to call, and no more.
"""

from enum import StrEnum
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


class Prompt(StrEnum):
    """The prompts; the value is the file's name without its ending."""

    PLAN = "plan"
    OVERVIEW = "overview"
    PLAN_REQUEST = "plan_request"
    REPAIR = "repair"
    SPECIALIST = "specialist"
    DEVELOPMENT = "development"
    TESTING = "testing"
    CI_CD = "ci_cd"
    GITHUB = "github"
    DOCUMENTATION = "documentation"
    FACTS = "facts"
    TASK = "task"
    REPEATED = "repeated"
    LAST_STEP = "last_step"
    LOST_CALL = "lost_call"
    CHANGED_MEANWHILE = "changed_meanwhile"
    REJECTED = "rejected"
    VERIFIED = "verified"
    UNRESOLVED = "unresolved"
    LEAD = "lead"
    RESULTS = "results"
    REVIEW = "review"
    TALK = "talk"
    REPORT = "report"


def render(prompt: Prompt, *, short: bool = False, **values: object) -> str:
    """The prompt's text; jinja2.UndefinedError where a name that it uses is missing."""
    name = f"{prompt.value}.md"
    names = [f"short/{name}", name] if short else [name]
    return _environment().select_template(names).render(**values).strip()


@cache
def _environment() -> Environment:
    # Markdown for a model, not HTML for a browser: escaping would change what it reads.
    return Environment(
        loader=PackageLoader("prompts", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
