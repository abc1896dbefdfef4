"""Findings as Cadre's surveys and tools word them, by specialist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generator.dice import Dice
from generator.grammar import Expansion

SEVERITIES = ("error", "warning", "note")

WORDED: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "development": (
        ("warning", "{source}", "F401 `{package}` imported but unused"),
        ("warning", "{source}", "F841 local variable `{noun}` is assigned to but never used"),
        ("error", "{source}", "F821 undefined name `{noun}`"),
        ("error", "{source}", "E999 SyntaxError: unexpected indent"),
        (
            "note",
            "pyproject.toml",
            "the dependency '{package}' is declared, but nothing imports or names it",
        ),
        (
            "warning",
            "package.json",
            "the dependency '{package}' is declared, but nothing imports or names it",
        ),
    ),
    "testing": (
        ("error", "{testfile}", "{test} fails: AssertionError: assert {number} == {line}"),
        ("error", "{source}", "{number} tests fail: {error}"),
        ("error", "{testfile}", "{test} fails: {error}"),
        ("warning", "{testfile}", "{test} failed when the tests last ran"),
        (
            "warning",
            "{testfile}",
            "{test} is flaky or depends on other tests: it failed ({error}), then passed",
        ),
    ),
    "ci_cd": (
        (
            "error",
            ".github/workflows/{job}.yml",
            "template-injection: code injection via template expansion",
        ),
        ("error", ".github/workflows/{job}.yml", "'timeout-minutes' is no key of a step"),
        ("warning", ".github/workflows/{job}.yml", "unpinned action reference"),
        (
            "warning",
            "{dockerfile}",
            "Using latest is prone to errors if the image will ever update",
        ),
        (
            "warning",
            "{dockerfile}",
            "no USER is set, so the container runs as root (base image {image})",
        ),
        ("note", "{dockerfile}", "Avoid use of cache directory with pip"),
        ("error", "", "the pipeline fails in step {job}: {error} (log line {line})"),
    ),
    "github": (
        ("error", "{source}", "an unresolved merge conflict is committed"),
        ("error", "{source}", "merging {branch} would conflict here"),
        (
            "warning",
            "{keyfile}",
            "is under version control; files of this name usually hold secrets",
        ),
        ("warning", "", "the URL of remote 'origin' holds a password or token"),
    ),
    "documentation": (
        ("warning", "{doc}", "links to {doc2}, which does not exist"),
        ("warning", "{doc}", "names {source}, which was removed from the repository"),
        ("warning", "{doc}", "shows {flag} of `{noun}`, which the code does not define"),
        ("note", "{doc}", "calls {command}, which does not exist"),
        ("note", "{source}", "{symbol} has no docstring, as 12% of the public names do"),
    ),
}


@dataclass(frozen=True)
class Found:
    """A fault with its place and its evidence."""

    role: str
    severity: str
    message: str
    path: str
    line: int
    evidence: str

    @property
    def place(self) -> str:
        """`path:line`, or nothing."""
        return f"{self.path}:{self.line}" if self.path else ""

    @property
    def told(self) -> str:
        """As a survey tells it; see `agents/surveys/notes.py`."""
        where = f"{self.place} " if self.place else ""
        return f"- {self.severity} {where}{self.message} [{self.evidence}]"

    @property
    def listed(self) -> str:
        """As a report's prompt names it; see `agents/wording.py`."""
        where = f" ({self.place})" if self.place else ""
        return f"{self.severity}: {self.message}{where} [{self.evidence}]"


def found(role: str, evidence: str, dice: Dice) -> Found:
    """Some finding of that specialist."""
    severity, path, message = dice.pick(WORDED[role])
    expansion = Expansion(dice)
    where = "".join(span.text for span in expansion.expand(path))
    said = "".join(span.text for span in expansion.expand(_plain(message)))
    return Found(role, severity, said, where, dice.number(1, 240), evidence)


def ordered(findings: Sequence[Found]) -> list[Found]:
    """Worst first, then by path and line."""
    return sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), f.path, f.line))


def counts(findings: Sequence[Found]) -> str:
    """`2 errors, 1 note`."""
    told = []
    for severity in SEVERITIES:
        count = sum(finding.severity == severity for finding in findings)
        if count:
            told.append(f"{count} {severity}{'s' if count > 1 else ''}")
    return ", ".join(told)


def _plain(message: str) -> str:
    """The message with round brackets that mean themselves."""
    return message.replace("(", "\\(").replace(")", "\\)")
