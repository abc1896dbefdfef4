"""What pipelines run in a shell, checked by shellcheck: GitHub's run steps, composite actions,
GitLab's scripts.

The runner puts values where `${{ }}` stands; here a word of the same length stands in, and what
shellcheck says only because of that word is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from agents.finding import Finding, Severity
from agents.surveys.checker import Check, conclude, failed, run_checker
from agents.surveys.notes import Notes
from agents.surveys.workflows import workflow_names
from agents.tools.tree import Tree

MOST_FILES = 60
MOST_SCRIPTS = 300
MOST_CHARS = 200_000
MOST_LINES = 2000
DEEPEST = 3
"""Lists in lists of a script. Aliases may nest them without an end."""

SHELLS = {"bash": "#!/bin/bash -e", "sh": "#!/bin/sh -e"}
"""First lines of scripts. Runners stop at the first command that fails."""

SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}
"""shellcheck's levels; `info` and `style` are notes."""

UNKNOWABLE = "SC1090,SC1091,SC2154"
"""Files that are sourced and variables that the pipeline sets."""

OF_A_PLACEHOLDER = frozenset(
    {2043, 2050, 2072, 2078, 2157, 2158, 2159, 2160, 2161, 2170, 2193, 2194, 2195, 2249, 2309, 2335}
)
"""What is said of constants, where a value stands once the pipeline runs."""

GITLAB_OWN = frozenset(
    {"stages", "variables", "include", "workflow", "image", "services", "cache", "spec"}
)
"""Keys of a pipeline that are no jobs."""

_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Script:
    """One script of a pipeline."""

    path: str
    shell: str
    lines: tuple[tuple[int, str], ...]
    """With the line of the file that each stands on."""

    @property
    def text(self) -> str:
        """As shellcheck gets it; its second line is the script's first."""
        body = "\n".join(line for _, line in self.lines)
        return f"{SHELLS[self.shell]}\n{_EXPRESSION.sub(_placeholder, body)}\n"


async def run_steps(notes: Notes) -> None:
    """Give all scripts to shellcheck at once."""
    scripts = list(_scripts(notes.tree))[:MOST_SCRIPTS]
    if not scripts:
        return
    with TemporaryDirectory(prefix="cadre-") as folder:
        names = [f"{number}.sh" for number in range(len(scripts))]
        for name, script in zip(names, scripts, strict=True):
            Path(folder, name).write_text(script.text, encoding="utf-8", errors="replace")
        options = ("--norc", "--format=json1", f"--exclude={UNKNOWABLE}")
        check = await run_checker(
            notes, "shellcheck", *options, "--", *(f"{folder}/{name}" for name in names)
        )
    files = sorted({script.path for script in scripts})
    check = replace(check, argv=("shellcheck", *options, "--", *files))
    if not isinstance(check.data, dict):
        failed(notes, check)
        return
    id = conclude(notes, check, list(dict.fromkeys(_faults(check, scripts))))
    notes.say(
        f"shellcheck looked at {len(scripts)} scripts of pipelines: {', '.join(files[:5])}", id
    )


def _faults(check: Check, scripts: list[Script]) -> Iterator[Finding]:
    for fault in check.data.get("comments", []):
        script = scripts[int(Path(fault["file"]).stem)]
        if not 0 <= fault["line"] - 2 < len(script.lines):
            continue
        number, line = script.lines[fault["line"] - 2]
        if fault["code"] in OF_A_PLACEHOLDER and "${{" in line:
            continue
        yield Finding(
            severity=SEVERITIES.get(fault["level"], Severity.NOTE),
            message=fault["message"].strip().rstrip("."),
            path=script.path,
            line=number,
            rule=f"SC{fault['code']}",
            tool="shellcheck",
        )


def _scripts(tree: Tree) -> Iterator[Script]:
    actions = tree.own("action.yml", "action.yaml")
    for name in [*workflow_names(tree), *actions, ".gitlab-ci.yml"][:MOST_FILES]:
        root = _parsed(tree.text(name, MOST_CHARS)) if tree.has(name) else None
        if not isinstance(root, MappingNode):
            continue
        if name == ".gitlab-ci.yml":
            yield from _gitlab(name, root)
        elif name in actions:
            yield from _steps(name, _value(root, "runs"), "bash")
        else:
            yield from _jobs(name, root)


def _parsed(text: str | None) -> Node | None:
    """None where it is no YAML; other checks say so."""
    if text is None:
        return None
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError, RecursionError):
        return None
    return node if isinstance(node, Node) else None


def _jobs(name: str, root: MappingNode) -> Iterator[Script]:
    usual = _shell(root) or "bash"
    jobs = _value(root, "jobs")
    for _, job in jobs.value if isinstance(jobs, MappingNode) else ():
        yield from _steps(name, job, _shell(job) or usual)


def _steps(name: str, job: Node | None, usual: str) -> Iterator[Script]:
    steps = _value(job, "steps")
    for step in steps.value if isinstance(steps, SequenceNode) else ():
        run = _value(step, "run")
        shell = (_text(_value(step, "shell")) or usual).split()[0]
        if shell in SHELLS and (lines := tuple(islice(_lines(run), MOST_LINES))):
            yield Script(name, shell, lines)


def _gitlab(name: str, root: MappingNode) -> Iterator[Script]:
    """The parts of a job's script share their variables, so they are one."""
    for key, job in root.value:
        if not isinstance(job, MappingNode) or key.value in GITLAB_OWN:
            continue
        before, script, after = (
            tuple(islice(_lines(_value(job, part)), MOST_LINES))
            for part in ("before_script", "script", "after_script")
        )
        for lines in (before + script, after):
            if lines:
                yield Script(name, "bash", lines)


def _lines(node: Node | None, depth: int = 0) -> Iterator[tuple[int, str]]:
    """The script's lines, and where each stands in the file."""
    if isinstance(node, SequenceNode) and depth < DEEPEST:
        for item in node.value:
            yield from _lines(item, depth + 1)
    if not isinstance(node, ScalarNode):
        return
    first = node.start_mark.line + 1
    if node.style == "|":
        yield from enumerate(node.value.rstrip("\n").split("\n"), first + 1)
    else:
        yield from ((first + (node.style == ">"), line) for line in node.value.split("\n") if line)


def _shell(node: Node | None) -> str:
    """The shell that `defaults` name for all run steps."""
    return _text(_value(_value(_value(node, "defaults"), "run"), "shell"))


def _value(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _text(node: Node | None) -> str:
    return node.value.strip() if isinstance(node, ScalarNode) else ""


def _placeholder(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", "x", match.group())
