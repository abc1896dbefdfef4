"""Whether a call thinks, how long it may, and why: pure policy.

The role's default comes first, then what the user said for this request. The task's complexity and
the model's load can only lower the budget. After an answer that a check refused, the next try may
think as long as the role ever may, unless the user has said no.
"""

import re
from dataclasses import dataclass, replace

from langchain_core.language_models import BaseChatModel

from agents.request import Request
from agents.roster import Member
from models.load import Load

SHARE = {"low": 0.25, "medium": 0.5, "high": 1.0}
"""The part of a role's budget that a task of each complexity may use."""
QUEUE = 4
"""So many requests waiting halve the budget."""
CROWDED = 0.9
"""A memory so full quarters it."""

_SWITCH = re.compile(r"(?<!\S)/(no_think|think)(?!\S)")


@dataclass(frozen=True)
class Thinking:
    """The decision for one call."""

    on: bool
    budget: int
    """Tokens; 0 where thinking is off."""
    why: str
    asked: bool = False
    """Whether the user named the budget, which then nothing lowers."""


def decide(
    member: Member,
    request: Request,
    complexity: str = "high",
    *,
    refused: bool = False,
) -> Thinking:
    """The decision for one call of that member; `refused`: a check refused the try before it."""
    wanted, why, said = _wanted(member, request)
    if refused and not (said and not wanted):
        wanted, why, complexity = True, f"{why}, and a check refused what came before", "high"
    if not wanted or request.thinking_budget == 0:
        return Thinking(False, 0, f"off: {why}")
    if request.thinking_budget is not None:
        return Thinking(True, request.thinking_budget, f"on: {why}; budget asked for", asked=True)
    budget = max(1, int(member.thinking_budget * SHARE[complexity]))
    return Thinking(True, budget, f"on: {why}; {complexity} complexity allows {budget} tokens")


def without_switches(text: str) -> str:
    """The request without `/think` and `/no_think`, for a model to which they say nothing."""
    return " ".join(_SWITCH.sub(" ", text).split(" ")).strip() if _SWITCH.search(text) else text


def eased(decided: Thinking, load: Load) -> Thinking:
    """The decision under the load of the model that the call goes to."""
    reasons = [f"{load.waiting} requests wait"] if load.waiting >= QUEUE else []
    reasons += [f"{load.memory:.0%} of the memory is taken"] if load.memory >= CROWDED else []
    if not reasons or not decided.on or decided.asked:
        return decided
    share = (0.5 if load.waiting >= QUEUE else 1) * (0.25 if load.memory >= CROWDED else 1)
    budget = max(1, int(decided.budget * share))
    why = f"{decided.why}; lowered to {budget}, since {' and '.join(reasons)}"
    return replace(decided, budget=budget, why=why)


def load_of(model: BaseChatModel) -> Load:
    """How busy the model is, where it says so."""
    told = getattr(model, "load", None)
    return told if isinstance(told, Load) else Load()


def _wanted(member: Member, request: Request) -> tuple[bool, str, bool]:
    """Whether to think, why, and whether the user said so."""
    switches = _SWITCH.findall(request.text)
    if switches:
        return switches[-1] == "think", f"the request says /{switches[-1]}", True
    if request.thinking is not None:
        return request.thinking, "asked for", True
    return member.thinking, f"default of {member.role}", False
