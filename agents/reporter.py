"""The report: the coordinator's words over what the tools found."""

from agents.asking import Answer, Question, Watcher, ask
from agents.mind import Mind
from agents.results import Results
from agents.role import Role
from agents.thinking import decide
from prompts import Prompt

ANSWER_TOKENS = 256
"""A report's opening is short; the findings stand below it."""


async def write(mind: Mind, results: Results, watch: Watcher) -> Answer:
    """The report's opening lines, as the model wrote them."""
    question = Question(
        role=Role.COORDINATOR,
        task=None,
        phase="report",
        messages=results.asking(Prompt.REPORT),
        thinking=decide(mind.member, results.request, "low"),
        answer_tokens=min(mind.member.answer_tokens, ANSWER_TOKENS),
    )
    return await ask(mind, question, watch)
