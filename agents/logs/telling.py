"""A triage for people and for the model, and as findings."""

from agents.finding import Finding, Severity
from agents.logs.fault import Category, Fault
from agents.logs.triage import Triage

_HALF = frozenset({Category.NETWORK, Category.STOPPED, Category.FLAKY, Category.CACHE})
"""What may go well the next time."""


def told(triage: Triage) -> str:
    """The failing step, the first real error with its place, the likely cause, an excerpt."""
    if not triage.failed:
        return f"{triage.cause} ({triage.lines:,} lines)"
    lines = [f"likely cause: {triage.category}. {triage.cause}"]
    if step := triage.step:
        job = f"{step.job} / " if step.job else ""
        code = f", exit code {step.exit_code}" if step.exit_code is not None else ""
        name = step.name or "(the log has no steps)"
        lines.append(f"failing step: {job}{name}, log lines {step.first}-{step.last}{code}")
        if step.command and step.command != step.name:
            lines.append(f"command: {step.command}")
    if triage.error:
        lines.append(f"first error: {_line(triage.error)}")
        lines += ["log excerpt:", triage.error.excerpt]
    if triage.others:
        lines += ["other errors:", *(f"- {_line(fault)}" for fault in triage.others)]
    return "\n".join(lines)


def findings(triage: Triage) -> tuple[Finding, ...]:
    """What is wrong as one finding, and further errors as notes."""
    if not triage.failed:
        return ()
    error = triage.error
    step = f" in step {triage.step.name}" if triage.step and triage.step.name else ""
    log = f" (log line {error.number})" if error else ""
    first = Finding(
        severity=Severity.WARNING if triage.category in _HALF else Severity.ERROR,
        message=f"the pipeline fails{step}: {error.text if error else triage.cause}{log}",
        path=error.path if error else None,
        line=error.line if error else None,
        rule=f"ci/{triage.category}",
        tool=(error.tool if error else "") or "cadre",
    )
    return (first, *(_note(fault) for fault in triage.others if fault.path))


def _note(fault: Fault) -> Finding:
    return Finding(
        severity=Severity.NOTE,
        message=f"the pipeline's log also says: {fault.text} (log line {fault.number})",
        path=fault.path,
        line=fault.line,
        rule=f"ci/{fault.category}",
        tool=fault.tool or "cadre",
    )


def _line(fault: Fault) -> str:
    place = f"{fault.path}:{fault.line}" if fault.line else fault.path or ""
    by = f" [{fault.tool}]" if fault.tool else ""
    return f"log line {fault.number}: {place + ': ' if place else ''}{fault.text}{by}"
