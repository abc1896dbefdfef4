"""Turns the notes of the annotator (`states/*.txt`) into `states.jsonl`, and counts them.

`=` opens a survey; each `@ next/also | goal | calls` after it is one state. Calls are parted by
` || `, a call from its result by ` => `.
"""

import json
import shlex
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent

READING = ["read_file", "list_files", "search"]

WRITING = ["edit_file", "write_file"]

BELTS: dict[str, list[str]] = {
    "development": [
        *READING, *WRITING, "run", "run_tests", "apply_patch", "outline", "find_symbol", "lint",
        "git_diff",
    ],
    "testing": [*READING, *WRITING, "run", "run_tests", "tests_for"],
    "ci_cd": [*READING, *WRITING, "run", "read_log"],
    "github": [
        *READING, "git_status", "git_log", "git_diff", "git_blame", "conflicts", "changelog",
        "commit_style", "git_commit", "git_branch", "git_tag",
    ],
    "documentation": [*READING, *WRITING, "run", "outline", "git_log"],
}  # fmt: skip
"""As in agents/belts.py, without GitHub's own tools, which need a token."""

Call = dict[str, object]


def main() -> None:
    """Write the file and print the counts."""
    every = [state for path in sorted(HERE.glob("states/*.txt")) for state in states(path)]
    lines = [json.dumps(state, ensure_ascii=False) for state in every]
    (HERE / "states.jsonl").write_text("\n".join(lines) + "\n")
    print(len(every), Counter(str(state["role"]) for state in every))
    print(Counter(str(state["next"]) for state in every))


def states(path: Path) -> list[dict[str, object]]:
    """The states of one role."""
    made = []
    for part in path.read_text().split("=\n- ")[1:]:
        lines = ("- " + part).rstrip("\n").split("\n")
        survey = "\n".join(line for line in lines if not line.startswith("@ "))
        made += [state(path.stem, survey, line) for line in lines if line.startswith("@ ")]
    return made


def state(role: str, survey: str, line: str) -> dict[str, object]:
    """One state; a ValueError where it names a tool that the role lacks."""
    labels, goal, calls = (field.strip() for field in line[2:].split(" | ", 2))
    right, _, others = labels.partition("/")
    also = others.split(",") if others else []
    so_far = [call(one) for one in calls.split(" || ")] if calls else []
    named = {right, *also, *(str(one["tool"]) for one in so_far)} - {"answer"}
    if lacking := named - set(BELTS[role]):
        raise ValueError(f"{role} has no {lacking}: {line}")
    return {
        "role": role,
        "goal": goal,
        "survey": survey,
        "so_far": so_far,
        "tools": BELTS[role],
        "next": right,
        "also": also,
    }


def call(text: str) -> Call:
    """`tool key=value => result`, with values quoted as in a shell."""
    called, _, result = text.partition(" => ")
    tool, *pairs = shlex.split(called)
    arguments = {key: value(text) for key, text in (pair.split("=", 1) for pair in pairs)}
    return {"tool": tool, "arguments": arguments, "result": result.strip()}


def value(text: str) -> str | int | bool:
    """A number or a truth where it is one."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() else text


if __name__ == "__main__":
    main()
