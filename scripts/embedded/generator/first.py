"""The first call of a task that some request led to: what is not known yet decides the tool.

The request is typed as users type, the goal is the coordinator's; the rules stand in
`grammar/first.txt`: role, words of the goal, call, thought. The first rule counts whose words occur
and whose entities the request names.
"""

import re
from dataclasses import dataclass

from generator.ask import QUOTED, Ask, ask_of
from generator.dice import Dice
from generator.example import ROLES, Example, Said
from generator.filling import Filling
from generator.lexicon import GRAMMARS
from generator.noise import noisy
from generator.span import text_of
from generator.tools import belt, call_of

BASE = {
    "development": ("{big} files: Python 30, Markdown 4", "{big} files: TypeScript 80, YAML 3"),
    "testing": ("{number} test files: {testfile} and 3 more", "{number} test files: {testfile}"),
    "ci_cd": ("Workflows: {workflow}", "Workflows: {workflow}, .github/workflows/docs.yml"),
    "github": ("Branches (2): main 2026-11-20", "{big} commits, the latest: {sha} 2026-11-19 tidy"),
    "documentation": ("README: README.md", "README: README.rst"),
}

ANSWERED = re.compile(
    "lint|[Rr]un |link|depend|staged|docstring|documented|spell|typo|branch|tag|needed|release"
)
"""Goals that some other line of a survey could answer."""


@dataclass(frozen=True)
class Rule:
    """When to make which call."""

    role: str
    words: re.Pattern[str]
    call: str
    thought: str

    @property
    def slots(self) -> set[str]:
        """What the request must name; an error's keyword stands for the error."""
        named = set(re.findall(r"\{(\w+)\}", self.call))
        return {"error" if name == "keyword" else name for name in named}


def _rules() -> tuple[Rule, ...]:
    rules = []
    for line in (GRAMMARS / "first.txt").read_text(encoding="utf-8").splitlines():
        role, _, rest = line.partition(" | ")
        rest, _, thought = rest.rpartition(" | ")
        words, _, call = rest.partition(" | ")
        words = re.sub(r"\{\w+\}", ".+", words)
        rules.append(Rule(role, re.compile(words), call, thought))
    return tuple(rules)


RULES = _rules()


def first_example(dice: Dice) -> Example:
    """A task just begun."""
    while True:
        role = dice.pick(ROLES)
        ask = ask_of(role, dice)
        goal = ask.tasks[0][1]
        if goal != QUOTED and (rule := rule_for(role, goal, ask)):
            return _example(rule, ask, goal, dice)


def rule_for(role: str, goal: str, ask: Ask) -> Rule | None:
    """The first rule that fits."""
    named = {name for name, value in ask.names if value in goal or name == "line"}
    if {"main", "master"} & {value for _, value in ask.names}:
        return None  # what others are compared with is no branch to look at
    fitting = (r for r in RULES if r.role == role and r.words.search(goal) and r.slots <= named)
    return next(fitting, None)


def _example(rule: Rule, ask: Ask, goal: str, dice: Dice) -> Example:
    fill = Filling(dice, f"t{dice.number(1, 5)}", dice.number(1, 6), dict(ask.names))
    facts = [f"- {fill(dice.pick(BASE[rule.role]))} [{fill.id(0)}]"]
    more = 0 if ANSWERED.search(goal) else dice.number(0, 2)
    facts += [f"- {fill(fact)}" for fact in fill.beside(rule.role, more)]
    request = text_of(noisy(ask.spans, dice))
    task = request if dice.chance(0.5) else goal  # the coordinator quotes requests
    told = "\n".join(["Survey:", *facts, "", f"Request: {request}", f"Task: {task}"])
    prompt = (Said("system", belt(rule.role, dice)), Said("user", told))
    return Example("state", prompt, fill(rule.thought), call_of(rule.call, fill))
