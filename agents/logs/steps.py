"""The steps of a pipeline as the log goes by, and what went wrong in each.

Few errors are kept of each rank: the first ones, since the first real one is looked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agents.logs.fault import Fault, Rank
from agents.logs.markers import Act, Mark

MOST_STEPS = 300
KEPT = 12
"""Errors of one rank in one step."""

NEAR = 6
"""Lines above a word of retrying that it may speak of."""

AFTERWARDS = ("after_script", "cleanup", "upload_artifacts", "archive_cache", "Declarative: Post")
"""How steps begin that run whatever happened before."""


@dataclass
class Step:
    """A step while it is read."""

    job: str
    name: str
    first: int
    last: int
    command: str = ""
    exit_code: int | None = None
    failed: bool = False
    maybe: bool = False
    """Whether something in it ended badly, and the step may have gone on."""
    cancelled: bool = False
    log: str = ""
    given: bool = False
    """Whether its name stands in front of its lines, or on its log."""
    header: bool = False
    """Whether the lines at hand only repeat what will run."""
    faults: list[tuple[Fault, str]] = field(default_factory=list)
    """With the command that was running."""

    @property
    def rank(self) -> int:
        """Of the worst error that stands."""
        return max((f.rank for f, _ in self.faults if not f.recovered), default=0)

    @property
    def unsettled(self) -> bool:
        """Whether something went wrong and nothing says that the step failed of it."""
        return not self.failed and bool(self.maybe or self.rank)

    def wants(self, rank: Rank) -> bool:
        """Whether one more error of this rank is of interest."""
        kept = sum(1 for fault, _ in self.faults if fault.rank is rank and not fault.recovered)
        return kept < (KEPT if rank > Rank.AFTERMATH else 3)

    def add(self, fault: Fault) -> bool:
        """Keep the error, unless the step has the same already."""
        if any(_same(fault, known) for known, _ in self.faults):
            return False
        self.faults.append((fault, self.command))
        return True

    def forgive(self, since: int = 0) -> None:
        """What went wrong since this line is tried again."""
        self.faults = [
            (f.model_copy(update={"recovered": True}) if f.number >= since else f, command)
            for f, command in self.faults
        ]
        forgiven = [pair for pair in self.faults if pair[0].recovered]
        if len(forgiven) > KEPT:
            old = {id(pair) for pair in forgiven[:-KEPT]}
            self.faults = [pair for pair in self.faults if id(pair) not in old]


class Steps:
    """All of them; of parallel jobs in one log, one is open in each."""

    def __init__(self) -> None:
        self.all: list[Step] = []
        self._open: dict[str, Step] = {}
        self._outer: dict[str, list[Step]] = {}

    def at(self, job: str, name: str, number: int, log: str = "") -> Step:
        """The step that a line belongs to; a name given with the line opens it."""
        name = "" if name == "UNKNOWN STEP" else name
        step = self._open.get(job)
        if step is None or (name and name != step.name) or log != step.log:
            step = self._begin(job, name, number, log)
            step.given = bool(name)
        step.last = number
        return step

    def take(self, mark: Mark, step: Step, number: int) -> None:
        """Note what a marker says."""
        match mark.act:
            case Act.STEP | Act.STEP_SHOWN:
                self._enter(mark, step, number)
            case Act.STEP_ENDS:
                self._leave(mark.name, step)
            case Act.HEADER_ENDS:
                step.header = False
            case Act.COMMAND:
                step.command = mark.name
            case Act.ATTEMPT_FAILED:
                step.forgive()
            case Act.RETRIED:
                step.forgive(since=number - NEAR)
            case _:
                self._ended(mark, step)

    def _ended(self, mark: Mark, step: Step) -> None:
        match mark.act:
            case Act.FAILED_BEFORE:
                step = self.culprit(step.job)
                step.failed, step.exit_code = True, mark.exit_code or step.exit_code
            case Act.SKIPPED:
                if len(self.all) > 1 and step.name == mark.name:
                    step.header = True
                    self.culprit(step.job).failed = True
            case Act.CANCELLED:
                step.cancelled = True
            case Act.FAILED:
                step.failed = mark.exit_code != 0
                step.exit_code = mark.exit_code
            case _:
                step.maybe |= bool(mark.exit_code)
                step.exit_code = step.exit_code or mark.exit_code

    def culprit(self, job: str) -> Step:
        """Of a job that failed: its worst step that is no cleaning up, the last of equals."""
        own = [s for s in self.all if s.job == job]
        if failed := next((s for s in own if s.failed), None):
            return failed
        proper = [s for s in own if not s.name.startswith(AFTERWARDS) and not s.header] or own
        return max(reversed(proper), key=lambda s: min(s.rank, Rank.EXACT))

    def _enter(self, mark: Mark, step: Step, number: int) -> None:
        """A step begins, unless it has a name already; GitHub then repeats what it will run."""
        if not step.given:
            self._outer.setdefault(step.job, []).append(step)
            del self._outer[step.job][:-20]
            step = self._begin(step.job, mark.name, number)
        step.header = mark.act is Act.STEP_SHOWN

    def _leave(self, name: str, step: Step) -> None:
        outer = self._outer.get(step.job, [])
        if step.name == name and outer:
            self._open[step.job] = outer.pop()

    def _begin(self, job: str, name: str, number: int, log: str = "") -> Step:
        step = Step(job, name, number, number, log=log)
        self.all.append(step)
        self._open[job] = step
        if len(self.all) > MOST_STEPS:
            self._forget()
        return step

    def _forget(self) -> None:
        """Let go of the first step that went well."""
        running = {id(step) for step in self._open.values()}
        for index, step in enumerate(self.all):
            if not step.failed and id(step) not in running:
                del self.all[index]
                return

    def failing(self) -> Iterator[Step]:
        """The step to blame first: one that failed, was cut short, may have, or holds errors."""
        signs: tuple[Callable[[Step], object], ...] = (
            lambda s: s.failed,
            lambda s: s.cancelled,
            lambda s: s.rank >= Rank.EXACT,
            lambda s: s.maybe,
            lambda s: s.rank >= Rank.GENERAL,
            lambda s: s.rank,
        )
        for wanted in signs:
            yield from (step for step in self.all if wanted(step))


def _same(one: Fault, other: Fault) -> bool:
    return not other.recovered and (
        one.number == other.number
        or (one.rank is other.rank and one.text == other.text and one.line == other.line)
    )
