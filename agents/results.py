"""What came of a request, as the coordinator reads it.

A review and the report after it begin with the same words, which a model then computes once; what
is wanted of them stands last.
"""

from dataclasses import dataclass

from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage

from agents.finding import Finding
from agents.outcome import Outcome
from agents.plan import Task
from agents.request import Request
from agents.thinking import without_switches
from agents.wording import SHOWN, counts, line, worst
from prompts import Prompt, render

FEW, SAID = 8, 200
"""Findings, and characters of a specialist's words, that a short prompt names."""


@dataclass(frozen=True)
class Results:
    """Everything that the specialists brought back."""

    request: Request
    done: tuple[tuple[Task, Outcome], ...]
    findings: tuple[Finding, ...]
    open_questions: tuple[str, ...] = ()
    fixed: tuple[Finding, ...] = ()
    """What was found and has been mended since."""
    changes: tuple[str, ...] = ()
    """Files that were changed."""

    def asking(self, wanted: Prompt, *, short: bool = False) -> list[AnyMessage]:
        """Messages that tell the results and end with what is wanted."""
        if short:
            return [SystemMessage(render(wanted, short=True)), HumanMessage(self._in_short())]
        told = render(
            Prompt.RESULTS,
            request=self.request.text,
            tasks=self.done,
            findings=[line(finding) for finding in worst(self.findings)],
            more=max(0, len(self.findings) - SHOWN),
            open_questions=self.open_questions,
            fixed=[line(finding) for finding in worst(self.fixed)],
            changes=self.changes,
        )
        return [
            SystemMessage(render(Prompt.LEAD)),
            HumanMessage(f"{told}\n\n{render(wanted)}"),
        ]

    def _in_short(self) -> str:
        return render(
            Prompt.RESULTS,
            short=True,
            request=without_switches(self.request.text),
            tasks=[(task, outcome.in_a_line(SAID)) for task, outcome in self.done],
            counts=counts(self.findings),
            findings=[line(finding) for finding in worst(self.findings)[:FEW]],
            open_questions=self.open_questions[:FEW],
        )
