"""Dockerfiles: hadolint's findings, and one of our own: nobody but root runs the service.

hadolint does not flag an absent USER, since a base image may have set one. We do where the base is
an official image that is known to run as root.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.finding import Finding, Severity
from agents.surveys.checker import Check, conclude, failed, run_checker
from agents.surveys.notes import Notes

MAX_FILES = 40

RUN_AS_ROOT = frozenset(
    (
        *("scratch", "alpine", "debian", "ubuntu", "busybox", "fedora", "centos", "rockylinux"),
        *("almalinux", "amazonlinux", "buildpack-deps", "python", "pypy", "node", "golang"),
        *("rust", "ruby", "php", "perl", "openjdk", "eclipse-temurin", "amazoncorretto", "maven"),
        *("gradle", "erlang", "elixir", "swift", "haskell", "julia", "gcc", "bash", "nginx"),
        "httpd",
    )
)
"""Official images without a USER of their own."""

SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING}
"""hadolint's levels; `info` and `style` are matters of taste."""


async def dockerfiles(notes: Notes) -> None:
    found = notes.tree.own("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile")
    texts = {name: text for name in found[:MAX_FILES] if (text := notes.tree.text(name))}
    texts = {n: t for n, t in texts.items() if not n.endswith((".md", ".j2", ".tmpl", ".erb"))}
    if not texts:
        notes.say("There is no Dockerfile")
        return
    check = await run_checker(notes, "hadolint", "--format", "json", "--", *texts)
    if not isinstance(check.data, list):
        failed(notes, check)
        findings = []
    else:
        findings = list(_faults(check))
    roots = [finding for name, text in texts.items() if (finding := _root(name, text))]
    id = conclude(notes, check, [*findings, *roots])
    left_out = f" ({len(found) - MAX_FILES} more not checked)" if len(found) > MAX_FILES else ""
    notes.say(f"Dockerfiles: {', '.join(list(texts)[:5])}{left_out}", id)


def _faults(check: Check) -> Iterator[Finding]:
    for fault in check.data:
        if fault["level"] not in SEVERITIES:
            continue
        yield Finding(
            severity=SEVERITIES[fault["level"]],
            message=fault["message"].strip(),
            path=fault["file"],
            line=fault["line"],
            rule=fault["code"],
            tool="hadolint",
        )


@dataclass
class _Stage:
    line: int
    image: str
    name: str = ""
    user: bool = False
    runs: bool = False


def _root(name: str, text: str) -> Finding | None:
    """A finding where the last stage starts something and nobody said as whom."""
    stages = list(_stages(text))
    if not stages or not stages[-1].runs:
        return None
    stage = last = stages[-1]
    while not stage.user:
        earlier = next((s for s in stages if s.name and s.name == stage.image.lower()), None)
        if earlier is None or earlier.line >= stage.line:
            break
        stage = earlier
    if stage.user or _base(stage.image) not in RUN_AS_ROOT:
        return None
    return Finding(
        severity=Severity.WARNING,
        message=f"no USER is set, so the container runs as root (base image {stage.image})",
        path=name,
        line=last.line,
        rule="cadre/no-user",
        tool="cadre",
        fix="create a user and add USER before CMD or ENTRYPOINT",
    )


def _stages(text: str) -> Iterator[_Stage]:
    stage: _Stage | None = None
    continued = False
    for number, line in enumerate(text.splitlines(), 1):
        word = "" if continued else line.strip().partition(" ")[0].upper()
        if not line.strip().startswith("#"):
            continued = line.rstrip().endswith("\\")
        if word == "FROM":
            if stage:
                yield stage
            stage = _from(number, line)
        elif stage and word == "USER":
            stage.user = True
        elif stage and word in {"CMD", "ENTRYPOINT"}:
            stage.runs = True
    if stage:
        yield stage


def _from(number: int, line: str) -> _Stage:
    words = [word for word in line.split()[1:] if not word.startswith("--")]
    alias = re.search(r"\sas\s+(\S+)", line, re.IGNORECASE)
    return _Stage(number, words[0] if words else "", alias[1].lower() if alias else "")


def _base(image: str) -> str:
    """The official image's name; empty for anything else."""
    if re.search(r"nonroot|rootless|unprivileged|\$", image):
        return ""
    image = re.sub(r"^(?:docker\.io/)?(?:library/)?", "", image)
    return "" if "/" in image else re.split("[:@]", image)[0]
