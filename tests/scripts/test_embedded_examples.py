"""The examples that a small model is trained on: true to the product's own prompts and checks."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from generator.__main__ import MAKERS, example
from generator.example import Example, Said
from generator.situations import SITUATIONS
from generator.span import text_of
from generator.written import ASKS, KEPT_BACK
from langchain_core.messages import (
    AIMessage,
    AnyMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from rendering import completion, prompt

from agents.belts import BELTS, HUB
from agents.planner import parse
from agents.reviewer import Review
from agents.role import SPECIALISTS, Role
from agents.traces import trace_grammar
from models.families.qwen3 import Qwen3
from models.llama import Grammar, Weights
from models.reference import embedded_path
from models.vocabulary import Vocabulary

HELD_OUT = Path(__file__).parents[2] / "scripts" / "embedded" / "heldout"
KINDS = list(MAKERS)


def examples(kind: str, count: int = 120) -> list[Example]:
    return [example(11, number, kind) for number in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("thinking", [True, False])
def test_an_example_is_rendered_as_the_product_renders_it(kind: str, thinking: bool) -> None:
    for made in examples(kind):
        told = Qwen3().render(messages(made.prompt), (), thinking, stable=True)
        assert prompt(made.prompt, thinking=thinking) == "".join(s.text for s in told.segments)


def messages(said: tuple[Said, ...]) -> list[AnyMessage]:
    """As the graph keeps them."""
    kept: list[AnyMessage] = []
    for one in said:
        match one.role:
            case "system":
                kept.append(SystemMessage(one.content))
            case "user":
                kept.append(HumanMessage(one.content))
            case "tool":
                kept.append(ToolMessage(one.content, tool_call_id="c"))
            case "assistant":
                call = json.loads(one.content.split("\n")[1])
                made = {"name": call["name"], "args": call["arguments"], "id": "c"}
                kept.append(AIMessage("", tool_calls=[{**made, "type": "tool_call"}]))
    return kept


def test_a_plan_can_be_carried_out_and_its_cues_stand_in_the_request() -> None:
    for made in examples("plan"):
        parse(made.answer)
        asked = made.prompt[-1].content
        assert all(cue in asked for cue in made.thinking.split('"')[1::2])


def test_a_review_is_one() -> None:
    for made in examples("review"):
        decided = Review.model_validate_json(made.answer)
        assert decided.accept != bool(decided.tasks)


def test_a_call_is_of_the_roles_belt_and_has_its_arguments() -> None:
    for made in examples("state", 300):
        role = Role(made.prompt[0].content.split("\n")[0])
        if not made.answer.startswith("<tool_call>"):
            continue
        call = json.loads(made.answer.split("\n")[1])
        [tool] = [t for t in (*BELTS[role], *HUB) if t.name == call["name"]]
        tool.arguments.model_validate(call["arguments"])


def test_a_situation_can_be_cut_before_each_of_its_steps() -> None:
    known = {(situation.role, goal) for situation in SITUATIONS for goal in situation.goals}
    assert len(known) > 2000
    for situation in SITUATIONS:
        *calls, last = situation.deeds
        assert situation.survey.startswith(("- ", "Found wrong", "`")), situation
        assert all(deed.call and deed.result for deed in calls), situation
        assert last.answer, situation
        assert not last.call, situation
        assert all(deed.thought for deed in situation.deeds), situation


def test_what_is_kept_back_is_not_learnt() -> None:
    learnt = {text_of(ask.spans) for ask in ASKS}
    back = {text_of(ask.spans) for ask in KEPT_BACK}
    assert len(back) > 500
    assert not learnt & back


def test_without_thinking_nothing_stands_between_the_tags() -> None:
    made = example(11, 0, "plan")
    assert prompt(made.prompt, thinking=False).endswith("<think>\n\n</think>\n\n")
    assert "<think>" not in completion(made, thinking=False)


def test_an_example_depends_on_its_number_alone() -> None:
    assert [example(3, n) for n in range(20)] == [example(3, n) for n in range(20)]
    assert example(3, 7) != example(4, 7)


def held_out(name: str) -> list[dict[str, Any]]:
    lines = (HELD_OUT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_the_held_out_set_names_roles_and_tools_that_exist() -> None:
    requests, states = held_out("requests"), held_out("states")
    roles = {role.value for role in SPECIALISTS}
    assert len(requests) >= 400
    assert len(states) >= 200
    assert all({*one["roles"], *one["also"]} <= roles for one in requests)
    for one in states:
        belt = {tool.name for tool in BELTS[Role(one["role"])]}
        assert {one["next"], *one["also"]} <= {*belt, "answer"}


def test_no_held_out_request_is_among_the_examples() -> None:
    requests = {one["text"].strip().lower() for one in held_out("requests")}
    long = {text for text in requests if len(text.split()) > 4}
    asked = (one.prompt[-1].content for one in examples("plan", 500))
    assert not long & {text.partition("Request: ")[2].lower() for text in asked}


def test_the_product_lets_it_think_as_it_was_taught(embedded: Weights) -> None:
    vocabulary = Vocabulary(embedded)
    for made in examples("plan", 400):
        request = made.prompt[-1].content.partition("\nRequest: ")[2]
        thought = vocabulary.plain(f"\n{made.thinking}\n")
        with closing(Grammar(embedded, trace_grammar(request))) as grammar:
            for token in thought:
                assert grammar.allows(token), (request, made.thinking)
                grammar.accept(token)


@pytest.fixture(scope="module")
def embedded() -> Iterator[Weights]:
    with closing(Weights(embedded_path(), vocabulary_only=True)) as weights:
        yield weights
