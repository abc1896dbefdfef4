"""The embedded model on its own weights: it plans, chooses tools, reports, serves every role."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import BaseChatModel

from agents.asking import Answer
from agents.citation import cited
from agents.mind import Mind
from agents.overview import Overview
from agents.plan import Plan
from agents.planner import plan
from agents.request import Request
from agents.role import Role
from agents.roster import EMBEDDED, roster
from agents.settings import Settings, load
from graphs.events import FindingEvent, Planned, ToolCalled, UsageEvent
from models import Models, parse_reference
from models.engine_options import EngineOptions
from models.families.choose import family_for
from models.families.qwen3 import Qwen3
from models.header import check_header
from models.llama import Weights
from models.loading import Loading
from models.reference import embedded_path
from models.vocabulary import Vocabulary
from tests.graphs.team_at_work import only, report, run

OVERVIEW = Overview("", "tests, workflows, container files, documentation")


@pytest.fixture(scope="module")
def models() -> Iterator[Models]:
    made = Models(EngineOptions(seed=1, context_tokens=2048, tap_experts=True))
    yield made
    made.close()


async def planned(models: Models, text: str, *, thinking: bool = False) -> tuple[Plan, Answer]:
    member = roster(Settings())[Role.COORDINATOR]
    assert member.model == EMBEDDED
    assert member.short_prompts

    async def load_model(reference: str) -> BaseChatModel:
        return await models.chat_model(parse_reference(reference))

    mind = Mind(member, load_model)
    asked = Request(text=text, repo="/", thinking=thinking)
    made, answers = await plan(mind, asked, OVERVIEW, [], lambda _, __: None)
    return made, answers[-1]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("run the tests", {Role.TESTING}),
        ("Why is CI red?", {Role.CI_CD}),
        ("check the links in the README", {Role.DOCUMENTATION}),
        ("who changed main.go last week", {Role.GITHUB}),
        ("What can you do?", set()),
    ],
)
async def test_a_plain_request_goes_to_whom_it_concerns(
    models: Models, text: str, roles: set[Role]
) -> None:
    made, _ = await planned(models, text)
    assert {task.role for task in made.tasks} == roles
    assert all(task.goal in text for task in made.tasks)


async def test_thinking_is_off_without_a_token_and_on_names_its_cues(models: Models) -> None:
    text = "Who changed the retry logic last week?"
    _, silent = await planned(models, text)
    assert silent.thought is None
    _, answer = await planned(models, text, thinking=True)
    assert answer.thought is not None
    assert answer.thought.closed == "model"
    cues = answer.thought.text.split('"')[1::2]
    assert cues
    assert all(cue in text for cue in cues)


async def test_no_expert_is_dead(models: Models) -> None:
    for text in ("run the tests", "Look over everything", "tag a release and write its notes",
                 "Warum ist der Build rot?", "the Dockerfile runs as root"):  # fmt: skip
        await planned(models, text, thinking=True)
    [usage] = models.experts().values()
    assert all(usage.counts.coverage(layer) == 1.0 for layer in range(len(usage.counts.layers)))


def test_it_is_a_mixture_of_experts_of_the_qwen3_family() -> None:
    assert check_header(embedded_path()).metadata["general.architecture"] == "qwen3moe"
    weights = Weights(embedded_path(), Loading())
    try:
        family = family_for(weights, Vocabulary(weights))
    finally:
        weights.close()
    assert isinstance(family, Qwen3)


async def test_it_gives_a_report_that_stands_on_evidence_and_changes_nothing(
    repo: Path, tmp_path: Path
) -> None:
    example = Path(__file__).parents[2] / "examples" / "broken-service"
    shutil.copy(example / "Dockerfile", repo)
    before = {p: p.read_bytes() for p in repo.rglob("*") if p.is_file() and ".git" not in p.parts}
    settings = load(None, {"state_dir": str(tmp_path / "state"), "seed": 1, "approve": "all"})
    events = await run(settings, repo, text="Look over the containers and the pipelines")
    told = report(events).report
    [made] = only(Planned, events)
    assert Role.CI_CD in {task.role for task in made.tasks}
    assert {finding.rule for finding in only(FindingEvent, events)} >= {"DL3007"}
    assert cited(told.answer) <= {event.evidence for event in only(ToolCalled, events)}
    assert all(event.prompt_tokens > 0 for event in only(UsageEvent, events))
    assert before == {p: p.read_bytes() for p in before}
