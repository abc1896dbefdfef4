"""Whether a call thinks, and for how long."""

from dataclasses import dataclass, replace

import pytest

from agents.request import Request
from agents.role import Role
from agents.roster import DEFAULTS
from agents.thinking import decide

CODER = next(member for member in DEFAULTS if member.role is Role.DEVELOPMENT)
CI = next(member for member in DEFAULTS if member.role is Role.CI_CD)


def request(text: str = "look", **asked: bool | int) -> Request:
    return Request(text=text, repo="/r", **asked)


@dataclass(frozen=True)
class Case:
    name: str
    request: Request
    complexity: str
    on: bool
    budget: int


CASES = (
    Case("the role's default", request(), "high", True, 2048),
    Case("complexity lowers it", request(), "low", True, 512),
    Case("switched off", request(thinking=False), "high", False, 0),
    Case("a budget asked for", request(thinking_budget=9), "low", True, 9),
    Case("a budget of nothing is off", request(thinking_budget=0), "high", False, 0),
    Case("switched in the text", request("look /no_think"), "high", False, 0),
    Case("the latest switch wins", request("/no_think look /think"), "high", True, 2048),
    Case("a path is no switch", request("look at src/think"), "high", True, 2048),
    Case(
        "the text is later than the flag", request("x /think", thinking=False), "high", True, 2048
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_thinking_follows_role_request_and_complexity(case: Case) -> None:
    decided = decide(CODER, case.request, case.complexity)
    assert (decided.on, decided.budget) == (case.on, case.budget)
    assert decided.why


def test_a_role_that_does_not_think_can_be_asked_to() -> None:
    assert not decide(CI, request()).on
    assert decide(CI, request(thinking=True)).on


def test_the_decision_says_whose_default_it_is() -> None:
    assert "development" in decide(replace(CODER, thinking=False), request()).why
