"""A run beside an earlier one: what is new, what was there before, what is fixed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.finding import Finding, Identified, Severity, identified


@dataclass(frozen=True)
class Baseline:
    """The findings of an earlier run."""

    findings: Mapping[str, Finding]
    """By id."""
    exact: bool
    """Whether the ids were made with the text of the lines."""


@dataclass(frozen=True)
class Compared:
    """The findings of a run beside those of an earlier one."""

    new: tuple[Identified, ...]
    """All of them where there is nothing to compare with."""
    unchanged: tuple[Identified, ...] = ()
    fixed: tuple[Identified, ...] = ()
    """What the earlier run found and this one did not, as it was found then."""
    baseline: bool = False
    """Whether there was an earlier run."""


def compare(now: Sequence[Identified], before: Baseline | None) -> Compared:
    """Each finding of now is new or unchanged; each of before that is not there now is fixed."""
    if before is None:
        return Compared(tuple(now))
    keys = [id for id, _ in (now if before.exact else identified([one for _, one in now]))]
    known = [key in before.findings for key in keys]
    gone = before.findings.keys() - set(keys)
    return Compared(
        new=tuple(one for one, old in zip(now, known, strict=True) if not old),
        unchanged=tuple(one for one, old in zip(now, known, strict=True) if old),
        fixed=tuple(one for one in before.findings.items() if one[0] in gone),
        baseline=True,
    )


def too_bad(compared: Compared, fail_on: str) -> bool:
    """Whether a new finding is at least as severe as `--fail-on` says; never for `none`."""
    if fail_on == "none":
        return False
    limit = Severity(fail_on).rank
    return any(finding.severity.rank <= limit for _, finding in compared.new)


def worst(found: Sequence[Identified]) -> list[Identified]:
    """The worst first, then by place."""
    return sorted(found, key=_order)


def _order(one: Identified) -> tuple[int, str, int]:
    _, finding = one
    return (finding.severity.rank, finding.path or "", finding.line or 0)
