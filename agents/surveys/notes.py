"""What a survey writes down as it looks: facts, findings, evidence, proposals."""

from collections.abc import Awaitable, Callable, Mapping

from pydantic import JsonValue

from agents.finding import Finding
from agents.surveys.ledger import Ledger
from agents.surveys.survey import Proposal, Survey
from agents.surveys.tree import Tree
from agents.tools.excerpt import clip, clip_line, plain
from agents.tools.tool import Result

FACTS_CHARS = 2500
"""What of a task's message the facts may take."""

MAX_FINDINGS = 100
"""More than this nobody reads; how many were left out is said."""

Part = Callable[["Notes"], Awaitable[None]]
"""One part of a survey; what fails in it does not stop the others."""


class Notes:
    """Open while the parts of one survey run."""

    def __init__(self, tree: Tree, ledger: Ledger) -> None:
        self.tree = tree
        self.workplace = tree.workplace
        self._ledger = ledger
        self._before = len(ledger.kept)
        self._facts: list[str] = []
        self._findings: list[Finding] = []
        self._proposals: list[Proposal] = []

    def keep(self, tool: str, arguments: Mapping[str, JsonValue], result: Result) -> str:
        """Keep a call as evidence; gives its id."""
        text = clip(plain(result.text), self.workplace.budget_chars)
        return self._ledger.keep(tool, arguments, Result(text, result.exit_code, result.seconds)).id

    def say(self, fact: str, *evidence: str) -> None:
        """Note a fact in one line, with the evidence that it rests on."""
        cited = "".join(f" [{id}]" for id in evidence)
        self._facts.append(f"- {clip_line(plain(fact).replace(chr(10), ' '), 240)}{cited}")

    def found(self, *findings: Finding) -> None:
        """Note findings; what the same tool says twice of one place counts once."""
        self._findings += [finding for finding in findings if finding not in self._findings]

    def propose(self, proposal: Proposal) -> None:
        """Note a call that a person has to allow."""
        self._proposals.append(proposal)

    def survey(self) -> Survey:
        """What was written down, worst findings first."""
        findings = sorted(self._findings, key=_order)
        left_out = len(findings) - MAX_FINDINGS
        if left_out > 0:
            self.say(f"{left_out:,} more findings are left out")
        return Survey(
            facts=self._text(findings[:MAX_FINDINGS]),
            findings=tuple(findings[:MAX_FINDINGS]),
            evidence=self._ledger.kept[self._before :],
            proposals=tuple(self._proposals),
        )

    def _text(self, findings: list[Finding]) -> str:
        lines = list(self._facts)
        if findings:
            lines += ["", f"Found wrong ({len(findings)}):", *map(told, findings)]
        text = ""
        for number, line in enumerate(lines):
            if len(text) + len(line) > FACTS_CHARS - 40:
                return f"{text}… {len(lines) - number} more lines left out"
            text += f"{line}\n"
        return text.rstrip("\n")


def told(finding: Finding) -> str:
    """A finding in one line: how bad, where, what, and the evidence."""
    where = finding.path or ""
    where += f":{finding.line}" if finding.line else ""
    cited = "".join(f" [{id}]" for id in finding.evidence)
    return f"- {finding.severity} {where + ' ' if where else ''}{finding.message}{cited}"


def _order(finding: Finding) -> tuple[int, str, int, str]:
    return (finding.severity.rank, finding.path or "", finding.line or 0, finding.rule)
