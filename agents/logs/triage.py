"""What a log says about why a pipeline failed, found in one pass and in bounded memory.

The errors of the failing step are ranked by how much they say; the first of the highest rank is the
error, whatever came after it. Errors that were tried again do not count, unless nothing else does.
"""

from collections.abc import Collection, Iterable

from agents.logs.causes import SENTENCES, category_of
from agents.logs.fault import Category, Fault, Rank
from agents.logs.places import Places
from agents.logs.reader import Reader, Source
from agents.logs.steps import Step, Steps
from agents.logs.windows import Stream, windows
from agents.word import Word

MOST_OTHERS = 10


class Where(Word):
    """The step that failed."""

    name: str
    """Empty where the log has no steps."""
    job: str = ""
    command: str = ""
    """What it was running, as far as the log shows commands."""
    first: int
    """Its first line in the log, counted from 1."""
    last: int
    exit_code: int | None = None
    log: str = ""
    """Which log, where each step has one of its own."""


class Triage(Word):
    """What was found in one log."""

    failed: bool
    step: Where | None = None
    error: Fault | None = None
    """The first real error; None where none was found."""
    category: Category = Category.UNKNOWN
    cause: str = ""
    """The likely cause in one sentence."""
    others: tuple[Fault, ...] = ()
    """Further errors, briefly."""
    lines: int = 0
    """How many lines the log has."""

    @property
    def exit_code(self) -> int | None:
        """With which the failing step ended, where the log says so."""
        return self.step.exit_code if self.step else None


def triage(stream: Stream, names: Collection[str] = ()) -> Triage:
    """Read a log to its end; `names` are the repository's files, which errors are matched with."""
    return triage_parts([Source(stream, "", "", "")], names)


def triage_parts(sources: Iterable[Source], names: Collection[str] = ()) -> Triage:
    """The same of a run whose steps have logs of their own, in their order."""
    places, steps, lines = Places(names), Steps(), 0
    for source in sources:
        reader = Reader(places, steps, source)
        for window in windows(source.stream):
            reader.read(window)
        reader.close()
        lines += reader.lines
    return conclusion(steps, lines)


def conclusion(steps: Steps, lines: int) -> Triage:
    """What the steps amount to."""
    step = next(steps.failing(), None)
    if step is None:
        return Triage(failed=False, cause="Nothing in the log says that it failed.", lines=lines)
    ranked = sorted(step.faults, key=lambda pair: _weight(pair[0]))
    error, command = ranked[0] if ranked else (None, step.command)
    category = category_of(error, step)
    others = [fault for fault, _ in ranked[1:] if fault.rank > Rank.AFTERMATH]
    others += [f for s in steps.all if s is not step for f, _ in s.faults if f.rank >= Rank.EXACT]
    return Triage(
        failed=step.failed or step.cancelled or step.maybe or step.rank >= Rank.GENERAL,
        step=_where(step, command),
        error=error,
        category=category,
        cause=_sentence(category, error, step),
        others=tuple(sorted(others, key=lambda f: f.number)[:MOST_OTHERS]),
        lines=lines,
    )


def _weight(fault: Fault) -> tuple[bool, int, int]:
    """Sorts the likeliest cause first; of what was tried again, the last try."""
    if fault.recovered:
        return (True, -fault.rank, -fault.number)
    return (False, -fault.rank, fault.number)


def _where(step: Step, command: str) -> Where:
    return Where(
        name=step.name or command,
        job=step.job,
        command=command,
        first=step.first,
        last=step.last,
        exit_code=step.exit_code,
        log=step.log,
    )


def _sentence(category: Category, error: Fault | None, step: Step) -> str:
    says = f": {error.text}" if error else ""
    code = f" (exit code {step.exit_code})" if step.exit_code and not error else ""
    return f"{SENTENCES[category]}{says}{code}".rstrip(".:") + "."
