"""The one way to use tools.

`judge` gathers the facts of a call and asks the policy; `use` runs a call that was allowed. What
goes wrong in `use` comes back as a `Result`: it is evidence too, and the model may try again.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from agents.change import Change, preview
from agents.finding import Finding
from agents.safety import findings, has_marks, masked, safe, shown
from agents.tools import excerpt, run
from agents.tools.policy import Allow, Approve, Call, Decision, Deny, Target, decide
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace

AnyTool = Tool[Any]  # a tool's own arguments type is of no interest to those who only pass it on

_MASKED = (
    "not done: a mark such as [secret:token#1] stands where a secret is hidden from you, and would "
    "be written over it; edit around it"
)


def judge(
    tool: AnyTool, arguments: Mapping[str, Any], workplace: Workplace, approve: Approve
) -> Decision:
    """The policy's decision. Arguments that are not valid are allowed: `use` refuses them unrun."""
    try:
        parsed = tool.arguments.model_validate(dict(arguments))
    except ValidationError:
        return Allow()
    return decide(_facts(tool, parsed, workplace), approve)


def kind_of(tool: AnyTool, arguments: Mapping[str, Any]) -> Kind:
    """What the call does; that of the tool where the arguments are not valid."""
    parsed = _parsed(tool, arguments)
    return tool.acts(parsed) if parsed is not None and tool.acts else tool.kind


def may_write(tool: AnyTool, arguments: Mapping[str, Any]) -> bool:
    """Whether it is a command that was asked for with leave to write."""
    return kind_of(tool, arguments) is not Kind.READ and arguments.get("write") is True


def touched(tool: AnyTool, arguments: Mapping[str, Any]) -> list[str]:
    """The paths that the call names; none where the arguments are not valid."""
    parsed = _parsed(tool, arguments)
    return [] if parsed is None else _paths(tool, parsed)


async def changes_of(
    tool: AnyTool, arguments: Mapping[str, Any], workplace: Workplace
) -> tuple[Change, ...]:
    """What the call would change in files; none where that cannot be said."""
    parsed = _parsed(tool, arguments)
    if parsed is None or tool.preview is None:
        return ()
    try:
        told = await tool.preview(workplace, parsed)
    except (OSError, ValueError):
        return ()
    return () if isinstance(told, str) else tuple(told)


async def preview_of(tool: AnyTool, arguments: Mapping[str, Any], workplace: Workplace) -> str:
    """What the call would change, as a unified diff; empty where that cannot be said."""
    parsed = _parsed(tool, arguments)
    if parsed is None or tool.preview is None:
        return ""
    try:
        told = await tool.preview(workplace, parsed)
    except (OSError, ValueError) as error:
        return f"(it would fail: {error})"
    return masked(excerpt.plain(told if isinstance(told, str) else preview(told)))


def _parsed(tool: AnyTool, arguments: Mapping[str, Any]) -> Arguments | None:
    try:
        parsed: Arguments = tool.arguments.model_validate(dict(arguments))
    except ValidationError:
        return None
    return parsed


def _paths(tool: AnyTool, arguments: Arguments) -> list[str]:
    named = [str(getattr(arguments, name)) for name in tool.paths]
    return [*named, *(tool.touches(arguments) if tool.touches else ())]


async def use(tool: AnyTool, arguments: Mapping[str, Any], workplace: Workplace) -> Result:
    """Run an allowed call. Paths are judged again, since a link may have changed meanwhile."""
    began = time.monotonic()
    try:
        parsed = tool.arguments.model_validate(dict(arguments))
        decision = decide(_facts(tool, parsed, workplace), Approve.ALL)
        if isinstance(decision, Deny):
            return Result(f"refused: {decision.reason}", exit_code=1)
        if tool.kind is Kind.EDIT and has_marks(json.dumps(dict(arguments))):
            return Result(_MASKED, exit_code=1)
        result = await tool.call(workplace, parsed)
    except ValidationError as error:
        result = Result(_wrong(tool, error), exit_code=1)
    except Exception as error:  # noqa: BLE001 - the tool boundary: it becomes evidence
        result = Result(f"{tool.name} failed: {type(error).__name__}: {error}", exit_code=1)
    text = excerpt.clip(shown(result.text), workplace.budget_chars)
    seconds = result.seconds or time.monotonic() - began
    found = tuple(map(safe, (*result.findings, *_meant_for_models(tool, arguments, result))))
    return replace(result, text=text, seconds=seconds, findings=found)


def _meant_for_models(
    tool: AnyTool, arguments: Mapping[str, Any], result: Result
) -> tuple[Finding, ...]:
    """Instructions in what was read, before anything that hides in it is taken out."""
    named = [str(arguments[name]) for name in tool.paths if name in arguments]
    one_file = tool.name == "read_file" and named
    return findings(tool.name, result.text, named[0] if one_file else None)


def _facts(tool: AnyTool, arguments: Arguments, workplace: Workplace) -> Call:
    targets = tuple(_target(path, workplace) for path in _paths(tool, arguments))
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
        line = run.shown(arguments)
    else:
        line = " ".join(map(str, arguments.model_dump(exclude_defaults=True).values()))
    said = masked(excerpt.plain(f"{tool.name} {line}").replace("\n", "⏎").strip())
    return excerpt.clip_line(said, 200)


def _wrong(tool: AnyTool, error: ValidationError) -> str:
    """What is wrong with the arguments, and what they should be."""
    faults = "; ".join(
        f"{'.'.join(map(str, fault['loc'][:1])) or 'arguments'}: {fault['msg']}"
        for fault in error.errors(include_url=False)
    )
    known = ", ".join(tool.arguments.model_fields)
    return f"not run, wrong arguments: {faults}. {tool.name} takes: {known}"
