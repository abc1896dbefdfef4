"""The report: the coordinator's words over what the tools found, or an answer without any work."""

from langchain_core.messages import HumanMessage, SystemMessage

from agents.asking import Answer, Question, Watcher, ask
from agents.mind import Mind
from agents.request import Request
from agents.results import Results
from agents.role import Role
from agents.thinking import decide, without_switches
from prompts import Prompt, render

ANSWER_TOKENS = 256
"""A report's opening is short; the findings stand below it."""


async def talk(mind: Mind, request: Request, watch: Watcher) -> Answer:
    """What is said where nothing was asked about the repository."""
    short = mind.member.short_prompts
    question = Question(
        role=Role.COORDINATOR,
        task=None,
        phase="talk",
        messages=[
            SystemMessage(render(Prompt.TALK, short=short)),
            HumanMessage(without_switches(request.text)),
        ],
        thinking=decide(mind.member, request, "low"),
        answer_tokens=min(mind.member.answer_tokens, ANSWER_TOKENS),
        short=short,
    )
    return await ask(mind, question, watch)


async def write(mind: Mind, results: Results, watch: Watcher) -> Answer:
    """The report's opening lines, as the model wrote them."""
    question = Question(
        role=Role.COORDINATOR,
        task=None,
        phase="report",
        messages=results.asking(Prompt.REPORT, short=mind.member.short_prompts),
        short=mind.member.short_prompts,
        thinking=decide(mind.member, results.request, "low"),
        answer_tokens=min(mind.member.answer_tokens, ANSWER_TOKENS),
    )
    return await ask(mind, question, watch)
