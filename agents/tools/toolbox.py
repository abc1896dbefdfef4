"""Who has which tools, and the one way to use them.

`judge` gathers the facts of a call and asks the policy; `use` runs a call that was allowed. What
goes wrong in `use` comes back as a `Result`: it is evidence too, and the model may try again.
"""

import shlex
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from agents.role import Role
from agents.tools import excerpt, files, history, run
from agents.tools.policy import Allow, Approve, Call, Decision, Deny, Target, decide
from agents.tools.tool import Arguments, Result, Tool
from agents.tools.workplace import Workplace

AnyTool = Tool[Any]  # a tool's own arguments type is of no interest to those who only pass it on

_READING = (files.READ_FILE, files.LIST_FILES, files.SEARCH)
"""First of every belt: so the specialists' prompts begin alike, and a model computes that once."""

BELTS: Mapping[Role, tuple[AnyTool, ...]] = {
    Role.COORDINATOR: (),
    Role.DEVELOPMENT: (*_READING, history.GIT_LOG, history.GIT_DIFF, run.RUN),
    Role.TESTING: (*_READING, run.RUN),
    Role.CI_CD: (*_READING, run.RUN),
    Role.GITHUB: (
        *_READING,
        history.GIT_STATUS,
        history.GIT_LOG,
        history.GIT_DIFF,
        history.GIT_BLAME,
    ),
    Role.DOCUMENTATION: (*_READING, history.GIT_LOG),
}


def tools_for(role: Role) -> tuple[AnyTool, ...]:
    """The tools of a role, always in the same order."""
    return BELTS[role]


def named(role: Role, name: str) -> AnyTool | None:
    """The role's tool of that name; None where it has none."""
    return next((tool for tool in BELTS[role] if tool.name == name), None)


def judge(
    tool: AnyTool, arguments: Mapping[str, Any], workplace: Workplace, approve: Approve
) -> Decision:
    """The policy's decision. Arguments that are not valid are allowed: `use` refuses them unrun."""
    try:
        parsed = tool.arguments.model_validate(dict(arguments))
    except ValidationError:
        return Allow()
    return decide(_facts(tool, parsed, workplace), approve)


async def use(tool: AnyTool, arguments: Mapping[str, Any], workplace: Workplace) -> Result:
    """Run an allowed call. Paths are judged again, since a link may have changed meanwhile."""
    began = time.monotonic()
    try:
        parsed = tool.arguments.model_validate(dict(arguments))
        decision = decide(_facts(tool, parsed, workplace), Approve.ALL)
        if isinstance(decision, Deny):
            return Result(f"refused: {decision.reason}", exit_code=1)
        result = await tool.call(workplace, parsed)
    except ValidationError as error:
        result = Result(_wrong(tool, error), exit_code=1)
    except Exception as error:  # noqa: BLE001 - the tool boundary: it becomes evidence
        result = Result(f"{tool.name} failed: {type(error).__name__}: {error}", exit_code=1)
    text = excerpt.clip(excerpt.plain(result.text), workplace.budget_chars)
    seconds = result.seconds or time.monotonic() - began
    return replace(result, text=text, seconds=seconds)


def _facts(tool: AnyTool, arguments: Arguments, workplace: Workplace) -> Call:
    named = [getattr(arguments, name) for name in tool.paths]
    named += tool.touches(arguments) if tool.touches else ()
    targets = tuple(_target(path, workplace) for path in named)
    kind = tool.acts(arguments) if tool.acts else tool.kind
    return Call(kind, workplace.root, targets, summary(tool, arguments))


def _target(requested: str, workplace: Workplace) -> Target:
    try:
        return Target(requested, workplace.resolve(requested))
    except (OSError, ValueError):
        return Target(requested, None)


def summary(tool: AnyTool, arguments: Arguments) -> str:
    """The call in one line that can be shown on a terminal."""
    if isinstance(arguments, run.Run):
        command = arguments.command
        line = command if isinstance(command, str) else shlex.join(command)
    else:
        line = " ".join(map(str, arguments.model_dump(exclude_defaults=True).values()))
    return excerpt.clip_line(excerpt.plain(f"{tool.name} {line}").replace("\n", "⏎").strip(), 200)


def _wrong(tool: AnyTool, error: ValidationError) -> str:
    """What is wrong with the arguments, and what they should be."""
    faults = "; ".join(
        f"{'.'.join(map(str, fault['loc'][:1])) or 'arguments'}: {fault['msg']}"
        for fault in error.errors(include_url=False)
    )
    known = ", ".join(tool.arguments.model_fields)
    return f"not run, wrong arguments: {faults}. {tool.name} takes: {known}"
