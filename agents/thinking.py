"""Whether a call thinks, how long it may, and why: pure policy.

The role's default comes first, then what the user said for this request, then the task's
complexity, which can only lower the budget.
"""

import re
from dataclasses import dataclass

from agents.request import Request
from agents.roster import Member

SHARE = {"low": 0.25, "medium": 0.5, "high": 1.0}
"""The part of a role's budget that a task of each complexity may use."""

_SWITCH = re.compile(r"(?<!\S)/(no_think|think)(?!\S)")


@dataclass(frozen=True)
class Thinking:
    """The decision for one call."""

    on: bool
    budget: int
    """Tokens; 0 where thinking is off."""
    why: str


def decide(member: Member, request: Request, complexity: str = "high") -> Thinking:
    """The decision for one call of that member, on work of that complexity."""
    wanted, why = _wanted(member, request)
    if not wanted or request.thinking_budget == 0:
        return Thinking(False, 0, f"off: {why}")
    if request.thinking_budget is not None:
        return Thinking(True, request.thinking_budget, f"on: {why}; budget asked for")
    budget = max(1, int(member.thinking_budget * SHARE[complexity]))
    return Thinking(True, budget, f"on: {why}; {complexity} complexity allows {budget} tokens")


def _wanted(member: Member, request: Request) -> tuple[bool, str]:
    switches = _SWITCH.findall(request.text)
    if switches:
        return switches[-1] == "think", f"the request says /{switches[-1]}"
    if request.thinking is not None:
        return request.thinking, "asked for"
    return member.thinking, f"default of {member.role}"
