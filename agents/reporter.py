"""The report: the coordinator's words over what the tools found."""

from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from agents.asking import Answer, Question, Watcher, ask
from agents.finding import Finding
from agents.outcome import Outcome
from agents.request import Request
from agents.role import Role
from agents.roster import Member
from agents.thinking import decide
from agents.wording import SHOWN, line, worst
from prompts import Prompt, render

ANSWER_TOKENS = 256
"""A report's opening is short; the findings stand below it."""


async def write(
    model: BaseChatModel,
    member: Member,
    request: Request,
    outcomes: Sequence[Outcome],
    findings: Sequence[Finding],
    open_questions: Sequence[str],
    watch: Watcher,
) -> Answer:
    """The report's opening lines, as the model wrote them."""
    asked = render(
        Prompt.REPORT_REQUEST,
        request=request.text,
        findings=[line(finding) for finding in worst(findings)],
        more=max(0, len(findings) - SHOWN),
        outcomes=outcomes,
        open_questions=open_questions,
    )
    question = Question(
        role=Role.COORDINATOR,
        task=None,
        phase="report",
        messages=[SystemMessage(render(Prompt.REPORT)), HumanMessage(asked)],
        thinking=decide(member, request, "low"),
        answer_tokens=min(member.answer_tokens, ANSWER_TOKENS),
    )
    return await ask(model, question, watch)
