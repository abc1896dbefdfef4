"""The specialists' belts, and calls as Qwen3's template writes them."""

import json
import re
from collections.abc import Callable, Collection

from generator.dice import Dice

READING = "read_file list_files search"
WRITING = "edit_file write_file"
BELTS = {
    "development": f"{READING} {WRITING} run run_tests apply_patch outline find_symbol lint "
    "git_diff",
    "testing": f"{READING} {WRITING} run run_tests tests_for",
    "ci_cd": f"{READING} {WRITING} run read_log",
    "github": f"{READING} git_status git_log git_diff git_blame conflicts changelog commit_style "
    "git_commit git_branch git_tag",
    "documentation": f"{READING} {WRITING} run outline git_log",
}
"""As in `agents/belts.py`."""
HUB = "github_issues github_pulls github_runs open_pull_request github_comment"
CHANGING = {"edit_file", "write_file", "run", "apply_patch", "git_commit", "git_branch",
            "git_tag"}  # fmt: skip
"""What the embedded model is not given in the product; it learns to do without."""
ARGUMENTS = {
    "read_file": "path start lines", "list_files": "path pattern", "search": "pattern path",
    "edit_file": "path old new", "write_file": "path content", "run": "command seconds",
    "run_tests": "only again seconds", "apply_patch": "patch", "git_commit": "message",
    "git_tag": "name message", "git_branch": "name",
}  # fmt: skip
"""Of tools whose values may hold what looks like another argument."""
NUMBERS = {"start", "lines", "again", "seconds", "number", "run", "limit"}
LISTS = {"lint"}
"""Tools whose `paths` is a list."""


def belt(role: str, dice: Dice, *, hub: bool | None = None, needed: Collection[str] = ()) -> str:
    """The system message: the role, and its tools by name; GitHub's are there now and then, and now
    and then some are missing that are not needed."""
    reaches = role == "github" and (dice.chance(0.3) if hub is None else hub)
    tools = f"{BELTS[role]}{' ' + HUB if reaches else ''}".split()
    if needed and dice.chance(0.3) and CHANGING.isdisjoint(needed):
        tools = [tool for tool in tools if tool not in CHANGING]
    if needed and dice.chance(0.08):
        tools = [tool for tool in tools if tool in needed or dice.chance(0.6)]
    return f"{role}\ntools: {' '.join(tools)}"


def call_of(call: str, fill: Callable[[str], str]) -> str:
    """A call in Hermes form, as Qwen3's template has it."""
    name, _, rest = call.partition(" ")
    arguments: dict[str, str | int | list[str]] = {}
    key = "|".join(ARGUMENTS[name].split()) if name in ARGUMENTS else r"\w+"
    for match in re.finditer(rf"({key})=(.*?)(?= (?:{key})=|$)", rest):
        value = fill(match[2])
        if not value and match[1] != "new":  # what is replaced by nothing
            continue
        arguments[match[1]] = int(value) if match[1] in NUMBERS and value.isdigit() else value
        if name in LISTS:
            arguments[match[1]] = [value]
    said = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{said}\n</tool_call>"
