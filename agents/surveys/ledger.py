"""Numbers the evidence of one task, in the order in which it was gathered."""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from agents.evidence import Evidence
from agents.safety import mask_json, masked
from agents.tools.tool import Result


class Ledger:
    """Append-only. A resumed task gives what it already kept, and the numbers go on from there."""

    def __init__(self, task: str, kept: Iterable[Evidence] = ()) -> None:
        self.task = task
        self._kept = list(kept)

    @property
    def kept(self) -> tuple[Evidence, ...]:
        """All evidence so far."""
        return tuple(self._kept)

    @property
    def next(self) -> str:
        """The id that the next evidence will have."""
        return f"{self.task}.{len(self._kept) + 1}"

    def keep(self, tool: str, arguments: Mapping[str, JsonValue], result: Result) -> Evidence:
        """Make evidence of a call that has run; its id is `<task>.<number>`."""
        evidence = Evidence(
            id=self.next,
            tool=tool,
            arguments=mask_json(dict(arguments)),
            exit_code=result.exit_code,
            seconds=round(result.seconds, 3),
            excerpt=masked(result.text),
        )
        self._kept.append(evidence)
        return evidence
