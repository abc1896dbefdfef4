"""What came of the present request, out of the graph's state."""

from agents.results import Results
from graphs.findings import open_ones
from graphs.state import State


def results_of(state: State) -> Results:
    """The tasks of the present plan that have ended, and what they found."""
    plan, outcomes = state["plan"], state["outcomes"]
    assert plan is not None, "nobody works without a plan"
    return Results(
        request=state["request"],
        done=tuple((task, outcomes[task.id]) for task in plan.tasks if task.id in outcomes),
        findings=tuple(open_ones(state)),
        fixed=tuple(state["fixed"]),
        changes=tuple(dict.fromkeys(state["changes"])),
        open_questions=tuple(dict.fromkeys(state["open_questions"])),
    )
