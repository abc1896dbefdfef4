"""Whether a call thinks, and for how long."""

from dataclasses import dataclass, replace

import pytest
from langchain_core.language_models import FakeListChatModel

from agents.request import Request
from agents.role import Role
from agents.roster import DEFAULTS
from agents.thinking import decide, eased, load_of
from models.load import Load

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


@dataclass(frozen=True)
class Busy:
    load: Load
    budget: int
    says: str


@pytest.mark.parametrize(
    "busy",
    [
        Busy(Load(), 1024, "medium complexity allows 1024 tokens"),
        Busy(Load(waiting=3, memory=0.89), 1024, "medium complexity allows 1024 tokens"),
        Busy(Load(waiting=4), 512, "lowered to 512, since 4 requests wait"),
        Busy(Load(memory=0.9), 256, "lowered to 256, since 90% of the memory is taken"),
        Busy(Load(waiting=9, memory=1.0), 128, "9 requests wait and 100% of the memory is taken"),
    ],
    ids=str,
)
def test_load_lowers_the_budget_and_is_named(busy: Busy) -> None:
    decided = eased(decide(CODER, request(), "medium"), busy.load)
    assert decided.budget == busy.budget
    assert decided.why.endswith(busy.says)


def test_a_budget_that_was_asked_for_is_lowered_by_nothing() -> None:
    decided = decide(CODER, request(thinking_budget=7), "low")
    assert eased(decided, Load(9, 1.0)).budget == 7


def test_after_a_refused_answer_the_next_try_thinks_as_long_as_the_role_may() -> None:
    decided = decide(CI, request(), "low", refused=True)
    assert (decided.on, decided.budget) == (True, CI.thinking_budget)
    assert "a check refused" in decided.why


@pytest.mark.parametrize("said", [request(thinking=False), request("x /no_think")])
def test_who_said_no_thinking_gets_none_after_a_refused_answer_either(said: Request) -> None:
    assert not decide(CODER, said, refused=True).on


def test_of_a_model_that_does_not_say_how_busy_it_is_nothing_is_assumed() -> None:
    assert load_of(FakeListChatModel(responses=[])) == Load()


def test_a_role_that_does_not_think_can_be_asked_to() -> None:
    assert not decide(CI, request()).on
    assert decide(CI, request(thinking=True)).on


def test_the_decision_says_whose_default_it_is() -> None:
    assert "development" in decide(replace(CODER, thinking=False), request()).why
