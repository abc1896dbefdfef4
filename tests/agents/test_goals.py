"""What a small model may quote as a goal, and how a grammar holds it to that."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from agents.goals import FOLLOW_UPS, WHOLE, goals_of
from agents.planner import parse, quoting_schema
from agents.reviewer import quoting_schema as review_schema
from agents.role import SPECIALISTS


@pytest.mark.parametrize(
    ("request_", "goals"),
    [
        ("Fix the login bug.", ("Fix the login bug",)),
        (
            "Fix the flaky test, then update the README; also why does the deploy job hang?",
            (
                "Fix the flaky test, then update the README; also why does the deploy job hang",
                "Fix the flaky test",
                "update the README",
                "why does the deploy job hang",
            ),
        ),
        (
            "- check the links\n- run the tests\n",
            ("check the links - run the tests", "check the links", "run the tests"),
        ),
        ("tests, docs and CI", ("tests, docs and CI",)),
        (
            "prüf die Tests und lies die README",
            ("prüf die Tests und lies die README", "prüf die Tests", "lies die README"),
        ),
        ("修复测试，然后更新文档。", ("修复测试，然后更新文档",)),
        ("look at app/cart.py:12 please", ("look at app/cart.py:12 please",)),
    ],
)
def test_a_goal_is_the_request_or_one_of_its_clauses(request_: str, goals: tuple[str, ...]) -> None:
    assert goals_of(request_) == goals


@given(st.text(max_size=600))
def test_any_text_has_a_goal_that_is_short_and_quotes_it(text: str) -> None:
    goals = goals_of(text)
    assert all(goal.strip() and len(goal) <= WHOLE for goal in goals)
    if any(character.isalnum() for character in text):
        assert all(" ".join(goal.split()) in " ".join(text.split()) for goal in goals)


@given(st.text(min_size=1, max_size=200))
def test_a_plan_that_fits_the_schema_can_be_carried_out(text: str) -> None:
    schema = Draft202012Validator(quoting_schema(text))
    goal = goals_of(text)[0]
    task = {"id": "t1", "role": "testing", "goal": goal, "needs": [], "complexity": "low"}
    told = {"tasks": [task, {**task, "id": "t2", "role": "github", "needs": ["t1"]}]}
    assert schema.is_valid(told)
    assert len(parse(json.dumps(told)).tasks) == 2
    assert schema.is_valid({"tasks": []})
    assert not schema.is_valid({"tasks": [{**task, "goal": goal + " or else"}]})


def test_a_review_gives_a_known_reason_and_says_where_to_look_on() -> None:
    schema = Draft202012Validator(review_schema(["t1"], "Why is the build red"))
    for role in SPECIALISTS:
        task = {"id": "n1", "role": role.value, "goal": FOLLOW_UPS[role], "needs": ["t1"],
                "complexity": "medium"}  # fmt: skip
        told = {"accept": False, "reason": f"{role} is missing", "tasks": [task]}
        assert schema.is_valid(told)
        assert not schema.is_valid({**told, "reason": "because"})
        assert not schema.is_valid({**told, "tasks": [{**task, "goal": "docs and docs"}]})
