"""Loads the Markdown prompts beside this file; each is a Jinja template with strict names.

A system prompt takes only what never changes in a session, so that the prefix of every call
of one role stays byte-identical; what changes belongs into the last user message.
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
    DEVELOPMENT = "development"
    TESTING = "testing"
    CI_CD = "ci_cd"
    GITHUB = "github"
    DOCUMENTATION = "documentation"
    FACTS = "facts"
    TASK = "task"
    REPEATED = "repeated"
    LAST_STEP = "last_step"
    REVIEW = "review"
    REVIEW_REQUEST = "review_request"
    REPORT = "report"
    REPORT_REQUEST = "report_request"


def render(prompt: Prompt, **values: object) -> str:
    """The prompt's text; jinja2.UndefinedError where a name that it uses is missing."""
    return _environment().get_template(f"{prompt.value}.md").render(**values).strip()


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
