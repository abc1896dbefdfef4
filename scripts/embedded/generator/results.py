"""What came of a request, as the short prompts of review and report tell it."""

from dataclasses import dataclass
from typing import Any

from generator.dice import Dice
from generator.findings import Found, counts, found, ordered
from generator.plan import tasks_of
from generator.request import Wish, wish

SHOWN = 8
"""Findings that the short prompt names; the product's long one names 20."""


@dataclass(frozen=True)
class Results:
    """A request, its tasks with how they ended, and the findings."""

    asked: Wish
    tasks: list[dict[str, Any]]  # Any: JSON
    summaries: list[str]
    findings: list[Found]
    open_questions: list[str]

    def told(self) -> str:
        """The user message: `prompts/results.md` with fewer words."""
        lines = [f"Request: {self.asked.text}", "Done:"]
        for task, summary in zip(self.tasks, self.summaries, strict=True):
            lines.append(f"- {task['id']} ({task['role']}): {task['goal']} > {summary}")
        lines.append(f"Findings: {counts(self.findings) or 'none'}")
        lines += [f"- {finding.listed}" for finding in self.findings[:SHOWN]]
        if self.open_questions:
            lines += ["Open questions:", *(f"- {question}" for question in self.open_questions)]
        return "\n".join(lines)


def results(dice: Dice) -> Results:
    """What came of some request that had tasks."""
    while not (tasks := tasks_of(asked := wish(dice))):
        pass
    findings, summaries, questions = [], [], []
    for task in tasks:
        number = dice.weighted({0: 3, 1: 3, 2: 2, 4: 1})
        mine = ordered(
            [found(task["role"], f"{task['id']}.{dice.number(1, 9)}", dice) for _ in range(number)]
        )
        findings += mine
        failed = dice.chance(0.07)
        summaries.append(_failure(dice) if failed else summary(task, mine, dice))
        if failed:
            questions.append(f"{task['id']} ({task['role']}) failed: {summaries[-1]}")
    return Results(asked, tasks, summaries, ordered(findings), questions)


def summary(task: dict[str, Any], findings: list[Found], dice: Dice) -> str:  # Any: JSON
    """A specialist's answer."""
    if not findings:
        said = ("Nothing is wrong here", "I found no fault", "All that I looked at is in order")
        return f"{dice.pick(said)} [{task['id']}.1]."
    worst = findings[0]
    where = f" in {worst.place}" if worst.place else ""
    return f"{counts(findings)}; first {worst.message}{where} [{worst.evidence}]."


def _failure(dice: Dice) -> str:
    return dice.pick(("no answer in words; see the findings", "the model gave no answer",
                      "`run_tests` was not run: a person refused it", "the context is full",
                      ))  # fmt: skip
