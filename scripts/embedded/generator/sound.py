"""Whether examples are as they must be: `python -m generator.sound --seed 1 --count 2000`.

A plan can be carried out, the cues of its trace stand in the request, and the names that its goals
copy stand there too; calls name tools of the belt; what a report places stands in its prompt.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from generator.__main__ import example
from generator.ask import STANDARD
from generator.example import ROLES, Example


def main() -> None:
    """Make, check, print what is wrong."""
    parser = argparse.ArgumentParser(prog="generator.sound", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2000)
    asked = parser.parse_args()
    wrong: Counter[str] = Counter()
    for number in range(asked.count):
        made = example(asked.seed, number)
        for fault in faults(made):
            wrong[fault] += 1
            if wrong[fault] <= 3:
                print(
                    f"{number}: {fault}\n  {made.prompt[-1].content}\n"
                    f"  {made.thinking}\n  {made.answer}"
                )
    print(f"{asked.count} examples, faults: {dict(wrong)}")


def faults(made: Example) -> Iterator[str]:
    """What is wrong with an example."""
    match made.kind:
        case "plan":
            yield from _plan(made)
        case "state":
            yield from _state(made)
        case "report":
            yield from _places(made)
        case "review":
            yield from _review(made)
        case "talk":
            yield from ()


def _plan(made: Example) -> Iterator[str]:
    said = made.prompt[-1].content.partition("Request: ")[2]
    before: list[str] = []
    for task in json.loads(made.answer)["tasks"]:
        if task["role"] not in ROLES or not task["goal"].strip():
            yield "a task without role or goal"
        if not set(task["needs"]) <= set(before) or len(task["needs"]) > 3:
            yield "needs that cannot be met"
        if task["goal"] not in STANDARD.values() and _invented(task["goal"], said):
            yield "a goal names what the request does not"
        before.append(task["id"])
    if len(before) > 5:
        yield "too many tasks"
    if any(
        cue not in said
        for cue in re.findall(r'"((?:[^"]|"(?=[^:,. ]))+)"(?:,|:| is to)', made.thinking)
    ):
        yield "a cue that does not stand in the request"


def _invented(goal: str, said: str) -> bool:
    names = re.findall(r"[\w-]*[/_.#]\w[\w./:-]*\w", goal)
    return any(name not in said for name in names)


def _state(made: Example) -> Iterator[str]:
    if match := re.search(r"<tool_call>\n(.*)\n</tool_call>", made.answer):
        call = json.loads(match[1])
        told = " ".join(part.content for part in made.prompt)
        if call["name"] not in made.prompt[0].content:
            yield "a call of no tool of the belt"
        if call["name"] not in {
            "write_file",
            "edit_file",
            "apply_patch",
            "git_tag",
            "github_comment",
        }:
            for value in _flat(call["arguments"].values()):
                if (
                    isinstance(value, str)
                    and "/" in value
                    and re.split(r"~1?|\.\.", value)[-1] not in told
                ):
                    yield f"an argument from nowhere in {call['name']}"


def _flat(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        yield from value if isinstance(value, list) else [value]


def _places(made: Example) -> Iterator[str]:
    for place in re.findall(r"\((\S+:\d+)\)", made.answer):
        if f"({place})" not in made.prompt[-1].content:
            yield "a place that stands nowhere"


def _review(made: Example) -> Iterator[str]:
    answer = json.loads(made.answer)
    if answer["accept"] == bool(answer["tasks"]):
        yield "neither accepted nor more"


if __name__ == "__main__":
    main()
