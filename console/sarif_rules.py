"""What a code host shows of a rule: whose it is, where it is explained, how grave it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agents.finding import Finding, Severity
from console.clean import one_line

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}

GRAVITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.NOTE: "2.5"}
"""GitHub's scale for rules about security: high from 7.0, medium from 4.0, low below."""

PAGES = (
    (re.compile(r"zizmor/([\w-]+)", re.ASCII), "https://docs.zizmor.sh/audits/#{}"),
    (re.compile(r"(DL\d+)", re.ASCII), "https://github.com/hadolint/hadolint/wiki/{}"),
    (re.compile(r"(?:shellcheck/)?(SC\d+)", re.ASCII), "https://www.shellcheck.net/wiki/{}"),
)
"""Rules that say by their name whose they are."""

RUFF = "https://docs.astral.sh/ruff/rules/{}/"
"""A rule's code leads to its page."""

SECURITY = re.compile(r"zizmor/.*|S\d{3}|cadre/no-user|DL300[24]|.*(?:secret|injection).*", re.I)
"""Rules whose breach somebody could use."""


def rule(name: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """A `reportingDescriptor` with all that GitHub asks for; `findings` are those that broke it."""
    tool, url = findings[0].tool, page(name, findings[0].tool)
    worst = min((finding.severity for finding in findings), key=lambda severity: severity.rank)
    said = one_line(f"{name}, a rule of {tool}", 200)
    return {
        "id": name,
        "shortDescription": {"text": said},
        "fullDescription": {"text": said},
        "help": {"text": f"{said}: {url}" if url else said},
        **({"helpUri": url} if url else {}),
        "defaultConfiguration": {"level": LEVELS[worst]},
        "properties": _properties(name, tool, worst),
    }


def page(name: str, tool: str) -> str | None:
    """Where a rule is explained; None where nobody knows."""
    for pattern, url in PAGES:
        if match := pattern.fullmatch(name):
            return url.format(match[1])
    known = tool == "ruff" and re.fullmatch(r"[A-Z]+\d+", name, re.ASCII)
    return RUFF.format(name) if known else None


def _properties(name: str, tool: str, worst: Severity) -> dict[str, Any]:
    tags = [one_line(tool, 50)]
    if SECURITY.fullmatch(name):
        return {"tags": [*tags, "security"], "security-severity": GRAVITY[worst]}
    level = "recommendation" if worst is Severity.NOTE else worst.value
    return {"tags": tags, "problem.severity": level}
