"""Who has which tools.

Those that several have stand first and in the same order, so that the specialists' prompts begin
alike, and a model computes that once.
"""

import os
from collections.abc import Mapping

from agents.code.lint import LINT
from agents.code.outlines import OUTLINE
from agents.code.symbols import FIND_SYMBOL
from agents.edits import APPLY_PATCH, EDIT_FILE, WRITE_FILE
from agents.history import CHANGELOG, COMMIT_STYLE, CONFLICTS, GIT_BRANCH, GIT_COMMIT, GIT_TAG
from agents.hub import account_from, hub_tools
from agents.logs import READ_LOG
from agents.role import Role
from agents.runners.run_tests import RUN_TESTS
from agents.runners.tests_for import TESTS_FOR
from agents.tools.files import LIST_FILES, READ_FILE, SEARCH
from agents.tools.history import GIT_BLAME, GIT_DIFF, GIT_LOG, GIT_STATUS
from agents.tools.run import RUN
from agents.tools.tool import Kind
from agents.tools.toolbox import AnyTool

HUB = hub_tools()
"""They reach GitHub, with the token in the environment."""
_READING = (READ_FILE, LIST_FILES, SEARCH)
_WRITING = (EDIT_FILE, WRITE_FILE)

BELTS: Mapping[Role, tuple[AnyTool, ...]] = {
    Role.COORDINATOR: (),
    Role.DEVELOPMENT: (
        *_READING, *_WRITING, RUN, RUN_TESTS, APPLY_PATCH, OUTLINE, FIND_SYMBOL, LINT,
        GIT_DIFF,
    ),
    Role.TESTING: (*_READING, *_WRITING, RUN, RUN_TESTS, TESTS_FOR),
    Role.CI_CD: (*_READING, *_WRITING, RUN, READ_LOG),
    Role.GITHUB: (
        *_READING, GIT_STATUS, GIT_LOG, GIT_DIFF, GIT_BLAME, CONFLICTS, CHANGELOG, COMMIT_STYLE,
        GIT_COMMIT, GIT_BRANCH, GIT_TAG,
    ),
    Role.DOCUMENTATION: (*_READING, *_WRITING, RUN, OUTLINE, GIT_LOG),
}  # fmt: skip


_CHANGES_NOTHING = ("run_tests", "github_issues", "github_pulls", "github_runs")
"""Those that look by running or asking."""


def tools_for(role: Role, *, looks_only: bool = False) -> tuple[AnyTool, ...]:
    """The tools of a role, always in the same order; GitHub's where there is a token for it.
    `looks_only`: without those that change something, for a model too small to be trusted with
    them."""
    reaches_out = role is Role.GITHUB and account_from(os.environ) is not None
    belt = (*BELTS[role], *HUB) if reaches_out else BELTS[role]
    if not looks_only:
        return belt
    return tuple(t for t in belt if t.kind is Kind.READ or t.name in _CHANGES_NOTHING)


def named(role: Role, name: str) -> AnyTool | None:
    """The role's tool of that name; None where it has none."""
    return next((tool for tool in tools_for(role) if tool.name == name), None)
