"""Specialist states: what is known so far, and the right next call or answer.

A story is a goal, a survey and the calls that lead to an answer; each of its states, from the first
to the last, is an example, since it can be cut anywhere. Stories that want the same share their
goals, `$ name` and the lines below it: a formal one each, or with a dash as users say it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from generator.ask import ask_of
from generator.dice import Dice
from generator.example import ROLES, Example, Said
from generator.filling import Filling
from generator.findings import SEVERITIES, Found, found
from generator.first import first_example
from generator.lexicon import GRAMMARS
from generator.noise import noisy
from generator.span import Span, text_of
from generator.tools import belt, call_of

LAST_STEP = "No more tool calls are possible. Answer now with what you know."
"""`prompts/last_step.md`."""
DETOURS = {
    "development": (
        ("list_files", "%r_listing"),
        ("read_file path=README.md", "%r_readme"),
        ("read_file path=pyproject.toml", "%r_project"),
    ),
    "testing": (
        ("list_files", "%r_listing"),
        ("read_file path=README.md", "%r_readme"),
        ("read_file path=pyproject.toml", "%r_project"),
    ),
    "ci_cd": (
        ("list_files", "%r_listing"),
        ("read_file path=README.md", "%r_readme"),
        ("list_files path=.github", ".github/workflows/ci.yml"),
    ),
    "github": (
        ("list_files", "%r_listing"),
        ("read_file path=README.md", "%r_readme"),
        ("git_status", "## main"),
    ),
    "documentation": (
        ("list_files", "%r_listing"),
        ("list_files pattern=*.md", "README.md\\n{doc2}"),
    ),
}
"""Calls that may have been made before, and bring the goal no further."""


@dataclass(frozen=True)
class Step:
    """One line of a story that the model must write, and what comes back for it."""

    thought: str
    call: str
    """`tool name=value name=value`; empty at the end."""
    results: tuple[str, ...] = ()
    """An exit code and a text each; any of them leads on."""
    answer: str = ""


@dataclass(frozen=True)
class Story:
    """One task from its beginning to its answer, with slots."""

    role: str
    hub: bool | None
    """Whether GitHub's tools must be there, or must not; None: either."""
    alone: bool
    """Its survey may hold no other line, since that could answer the goal."""
    weight: float
    goals: tuple[str, ...]
    asks: tuple[str, ...]
    """The same as users say it."""
    facts: tuple[str, ...]
    found: tuple[str, ...]
    earlier: tuple[str, ...]
    steps: tuple[Step, ...]


def _stories() -> tuple[Story, ...]:
    paths = [GRAMMARS / "states.txt", *sorted((GRAMMARS / "states").glob("*.txt"))]
    texts = [path.read_text(encoding="utf-8").strip() for path in paths]
    parts = [part.strip() for text in texts for part in re.split(r"\n\n+(?=[@$] )", text)]
    intents: dict[str, list[str]] = {}
    for part in parts:
        if part.startswith("$ "):
            name, *lines = part[2:].splitlines()
            intents[name] = lines
    return tuple(_story(part, intents) for part in parts if part.startswith("@ "))


def _story(text: str, intents: dict[str, list[str]]) -> Story:
    head, *lines = text.removeprefix("@ ").splitlines()
    role, *marks = head.split()
    weight = next((float(mark[1:]) for mark in marks if mark.startswith("x")), 1.0)
    goals: list[str] = []
    for goal in _all(lines, "goal"):
        goals += intents[goal[1:]] if goal.startswith("$") else [goal]
    asks = tuple(goal.removeprefix("- ") for goal in goals if goal.startswith("- "))
    formal = tuple(goal for goal in goals if not goal.startswith("- "))
    return Story(
        role,
        {"hub": True, "nohub": False}.get(marks[0] if marks else ""),
        "alone" in marks,
        weight,
        formal,
        asks,
        _all(lines, "survey"),
        _all(lines, "found"),
        _all(lines, "earlier"),
        _steps(lines),
    )


def _steps(lines: Iterable[str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    thought = ""
    for line in lines:
        word, _, rest = line.partition(" ")
        match word:
            case "~":
                thought = rest
            case "call":
                steps.append(Step(thought, rest))
            case "=":
                last = steps[-1]
                steps[-1] = Step(last.thought, last.call, (*last.results, rest))
            case "answer":
                steps.append(Step(thought, "", (), rest))
    return tuple(steps)


def _all(lines: list[str], word: str) -> tuple[str, ...]:
    return tuple(line.removeprefix(f"{word} ") for line in lines if line.startswith(f"{word} "))


STORIES = _stories()
WEIGHTS = {"answer": 0.85, "read_file": 1.0, "search": 1.2, "run_tests": 1.2, "list_files": 1.1}
"""How often a state is drawn whose right step is that; all others `RARE` times."""
RARE = 2.0
SELDOM = {
    "git_blame": 1.6,
    "git_status": 1.6,
    "git_tag": 1.4,
    "git_branch": 2.4,
    "git_commit": 1.5,
    "apply_patch": 2.0,
    "lint": 1.3,
    "github_runs": 1.6,
    "github_pulls": 2.0,
    "changelog": 1.5,
    "github_issues": 1.3,
    "github_comment": 1.2,
    "open_pull_request": 1.3,
}
"""And these even oftener: each has few stories."""
ROLE_SHARES = {
    "development": 1.0,
    "testing": 0.9,
    "ci_cd": 0.9,
    "github": 1.35,
    "documentation": 0.9,
}


def _cuts(role: str) -> dict[tuple[int, int], float]:
    """(story, step) by how often it is drawn."""
    cuts: dict[tuple[int, int], float] = {}
    for number, story in enumerate(STORIES):
        for place, step in enumerate(story.steps if story.role == role else ()):
            name = step.call.split()[0] if step.call else "answer"
            weight = WEIGHTS.get(name, RARE) * SELDOM.get(name, 1.0)
            cuts[number, place] = story.weight * weight
    return cuts


CUTS = {
    role: (list(cuts), list(accumulate(cuts.values())))
    for role, cuts in ((role, _cuts(role)) for role in ROLES)
}
"""(story, step) of each role, and the sums of their weights."""


def state_example(dice: Dice) -> Example:
    """A task just begun, or a story cut at some step."""
    return first_example(dice) if dice.chance(0.15) else story_example(dice)


def story_example(dice: Dice) -> Example:
    """A story, cut at some step."""
    number, cut = dice.summed(*CUTS[dice.weighted(ROLE_SHARES)])
    story = STORIES[number]
    fill = Filling(dice, f"t{dice.number(1, 5)}", dice.number(1, 6))
    goal, request = _wanted(story, fill, dice)
    beside = _beside(story, fill, dice)
    terse = dice.chance(0.55)
    told = _told(story, goal, request, beside, fill, dice)
    needed = {step.call.split()[0] for step in story.steps if step.call}
    said: list[Said] = [
        Said("system", belt(story.role, dice, hub=story.hub, needed=needed)),
        Said("user", plain(told, dice) if terse else told),
    ]
    said += _detour(story, fill, dice)
    for number, step in enumerate(story.steps[:cut], 1):
        said.append(Said("assistant", call_of(step.call, fill)))
        told = fill(_result(step, fill.id(number), dice))
        said.append(Said("tool", told))
        fill.results[f"r{number}"] = _gist(told)
    step = story.steps[cut]
    if step.call and cut and dice.chance(0.03):
        said.append(Said("user", LAST_STEP))
        answer = f"{fill(step.thought)} More I could not see [{fill.id(cut)}]."
        return Example("state", tuple(said), "No more calls.", answer)
    answer = call_of(step.call, fill) if step.call else fill(step.answer) + _added(beside)
    return Example("state", tuple(said), fill(step.thought), answer)


def _gist(told: str) -> str:
    """The first line of what a tool gave back, as an answer repeats it."""
    lines = [line for line in told.splitlines()[1:] if line and not line.startswith("~~~~")]
    text = re.sub(r"^(\d+)\t *", r"line \1: ", lines[0] if lines else "nothing")
    return text if len(text) <= 120 else text[:120].rsplit(" ", 1)[0]


def _wanted(story: Story, fill: Filling, dice: Dice) -> tuple[str, str]:
    """The task and the request that it came from; often they are the same."""
    goal = fill.chosen(dice.pick(story.goals))
    ask = fill.chosen(dice.pick(story.asks)) if story.asks else goal
    form = dice.weighted({"same": 46, "asked": 14, "both": 10, "said": 30})
    request = goal if form == "same" else ask
    if form == "said" or (form == "both" and dice.chance(0.6)):
        goal = ask
    fill.settle(goal + request)
    goal, request = fill(goal), fill(request)
    if form == "said" and dice.chance(0.7):
        goal = request = text_of(noisy(_spans(request, fill), dice))
    elif form in {"asked", "both"} and request != goal:
        request = text_of(noisy(_spans(request, fill), dice))
    if form == "both":
        other = ask_of(dice.pick([role for role in ROLES if role != story.role]), dice)
        also = text_of(noisy(other.spans, dice))
        linked = dice.pick((" and ", ". Also ", ", and "))
        request = f"{request}{linked}{also}" if dice.chance(0.6) else f"{also}{linked}{request}"
    elif dice.chance(0.03):
        request = text_of(noisy(ask_of(story.role, dice).spans, dice))
    return goal, request


def _spans(text: str, fill: Filling) -> list[Span]:
    """The text with the names in it kept from noise."""
    names = [re.escape(name) for name in fill.names if len(name) > 1]
    if not names:
        return [Span(text)]
    parts = enumerate(re.split(f"({'|'.join(names)})", text))
    return [Span(part, fixed=bool(n % 2)) for n, part in parts if part]


def plain(told: str, dice: Dice) -> str:
    """A survey and its task without evidence ids, as somebody tells it from memory; now and then
    without a list."""
    survey, rest, behind = told.partition("\n\nRequest: ")
    survey = re.sub(r" \[t\d+\.\d+\](?=\n|$)", "", survey)
    if "\n\n" in survey or dice.chance(0.55):
        return survey + rest + behind
    lines = [line.removeprefix("- ") for line in survey.splitlines()[1:]]
    joined = dice.pick(("\n", "; ", ". ", "; "))
    return "Survey:\n" + joined.join(lines) + rest + behind


def _detour(story: Story, fill: Filling, dice: Dice) -> list[Said]:
    """A call that was made before and did not help; mostly none."""
    if not dice.chance(0.12):
        return []
    call, result = dice.pick(DETOURS[story.role])
    if any(step.call.startswith(call) for step in story.steps):
        return []
    fill.shift = 1
    text = f"[{fill.id(0)}] ok\n~~~~ data from {call.split()[0]}\n{fill(result)}\n~~~~ end of data"
    return [Said("assistant", call_of(call, fill)), Said("tool", text)]


def _beside(story: Story, fill: Filling, dice: Dice) -> list[Found]:
    """A finding that has nothing to do with the goal; an answer names it at its end."""
    if story.alone or any(re.search(r"\bno |clean|nothing|0 ", fact) for fact in story.facts):
        return []
    if not dice.chance(0.12):
        return []
    return [found(story.role, fill.id(0), dice)]


def _added(beside: list[Found]) -> str:
    return "".join(
        f" Beside that: {f.message}{f' ({f.place})' if f.place else ''} [{f.evidence}]."
        for f in beside
    )


def _told(
    story: Story, goal: str, request: str, beside: list[Found], fill: Filling, dice: Dice
) -> str:
    """The survey, then the task: `prompts/facts.md` and `prompts/task.md` with fewer words."""
    chosen = [fill.chosen(fact) for fact in story.facts]
    facts = [f"- {fill(fact)}" for fact in chosen if not fact.startswith("`")]
    ran = ["\n" + fill(fact) for fact in chosen if fact.startswith("`")]
    if not story.alone and not any(re.search(r"\bno\b", fact) for fact in facts):
        facts += _more(story.role, chosen, fill, dice)
    wrong = [*(f"- {fill(one)}" for one in story.found), *(one.told for one in beside)]
    wrong.sort(key=lambda one: SEVERITIES.index(one.split()[1]))
    if wrong:
        facts += ["", f"Found wrong ({len(wrong)}):", *wrong]
    told = ["Survey:", *facts, *ran, "", f"Request: {request}", f"Task: {goal}"]
    if story.earlier:
        told += ["Earlier:", *(f"- {fill(line)}" for line in story.earlier)]
    return "\n".join(told)


def _more(role: str, facts: Sequence[str], fill: Filling, dice: Dice) -> list[str]:
    count = dice.weighted({0: 4, 1: 3, 2: 3, 3: 2, 4: 1})
    return [f"- {fill(fact)}" for fact in fill.beside(role, count, facts)]


def _result(step: Step, id: str, dice: Dice) -> str:
    """What a tool gave back, as `graphs/calling.py` tells it."""
    code, _, text = dice.pick(step.results).partition(" ")
    tool = step.call.split()[0]
    outcome = "ok" if code == "0" or dice.chance(0.35) else f"exit code {code}"
    if dice.chance(0.1):
        return f"[{id}] {outcome}\n{text}"
    return f"[{id}] {outcome}\n~~~~ data from {tool}\n{text}\n~~~~ end of data"
