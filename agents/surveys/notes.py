"""What a survey writes down as it looks: facts, findings, evidence, proposals."""

from collections.abc import Awaitable, Callable, Mapping

from pydantic import JsonValue

from agents.finding import Finding
from agents.request import Request
from agents.safety import safe, shown
from agents.surveys.ledger import Ledger
from agents.surveys.survey import Proposal, Survey
from agents.tools.excerpt import clip, clip_line
from agents.tools.tool import Result
from agents.tools.tree import Tree

FACTS_CHARS = 2500
"""What of a task's message the facts may take."""

MAX_FINDINGS = 100
"""More than this nobody reads; how many were left out is said."""

Part = Callable[["Notes"], Awaitable[None]]
"""One part of a survey; what fails in it does not stop the others."""


class Notes:
    """Open while the parts of one survey run."""

    def __init__(self, tree: Tree, ledger: Ledger, request: Request | None = None) -> None:
        """`request`: what the survey is for; its scope bounds the findings."""
        self.tree = tree
        self.workplace = tree.workplace
        self.request = request
        self.scope = request.scope if request else None
        self._beyond = 0
        self._products: list[str] = []
        self._quoted: list[str] = []
        self._ledger = ledger
        self._before = len(ledger.kept)
        self._facts: list[str] = []
        self._findings: list[Finding] = []
        self._proposals: list[Proposal] = []

    def keep(self, tool: str, arguments: Mapping[str, JsonValue], result: Result) -> str:
        """Keep a call as evidence; gives its id."""
        text = clip(shown(result.text), self.workplace.budget_chars)
        return self._ledger.keep(tool, arguments, Result(text, result.exit_code, result.seconds)).id

    def say(self, fact: str, *evidence: str) -> None:
        """Note a fact in one line, with the evidence that it rests on."""
        cited = "".join(f" [{id}]" for id in evidence)
        self._facts.append(f"- {clip_line(shown(fact).replace(chr(10), ' '), 240)}{cited}")

    def found(self, *findings: Finding) -> None:
        """Note findings; what the same tool says twice of one place counts once."""
        new = [finding for finding in findings if finding not in self._findings]
        inside = [f for f in new if self.scope is None or self.scope.holds(f.path, f.line)]
        self._beyond += len(new) - len(inside)
        self._findings += map(safe, inside)

    def quote(self, text: str) -> None:
        """Note a text that stands below the facts as it is."""
        self._quoted.append(text)

    def make(self, product: str) -> None:
        """Note what the request asked to be written, as Markdown."""
        self._products.append(product)

    def propose(self, proposal: Proposal) -> None:
        """Note a call that a person has to allow."""
        self._proposals.append(proposal)

    def survey(self) -> Survey:
        """What was written down, worst findings first."""
        findings = sorted(self._findings, key=_order)
        if self._beyond:
            self.say(f"{self._beyond:,} findings where the change does not reach are left out")
        left_out = len(findings) - MAX_FINDINGS
        if left_out > 0:
            self.say(f"{left_out:,} more findings are left out")
        return Survey(
            facts="\n\n".join([self._text(findings[:MAX_FINDINGS]), *self._quoted]),
            findings=tuple(findings[:MAX_FINDINGS]),
            evidence=self._ledger.kept[self._before :],
            proposals=tuple(self._proposals),
            products=tuple(self._products),
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
