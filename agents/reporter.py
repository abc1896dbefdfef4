"""The report: the coordinator's words over what the tools found."""

from langchain_core.language_models import BaseChatModel

from agents.asking import Answer, Question, Watcher, ask
from agents.results import Results
from agents.role import Role
from agents.roster import Member
from agents.thinking import decide, load_of
from prompts import Prompt

ANSWER_TOKENS = 256
"""A report's opening is short; the findings stand below it."""


async def write(model: BaseChatModel, member: Member, results: Results, watch: Watcher) -> Answer:
    """The report's opening lines, as the model wrote them."""
    question = Question(
        role=Role.COORDINATOR,
        task=None,
        phase="report",
        messages=results.asking(Prompt.REPORT),
        thinking=decide(member, results.request, "low", load_of(model)),
        answer_tokens=min(member.answer_tokens, ANSWER_TOKENS),
    )
    return await ask(model, question, watch)
