"""The report's opening: counts, the worst first, what to do first, what could not be found out."""

from generator.dice import Dice
from generator.example import Example, asked
from generator.findings import Found, counts
from generator.results import Results, results


def report_example(dice: Dice) -> Example:
    """Results and the lines that a user reads first."""
    made = results(dice)
    return Example("report", asked("report", made.told()), _trace(made), opening(made))


def opening(made: Results) -> str:
    """Two to five short sentences; each cites what it stands on."""
    if not made.findings:
        return " ".join([_clean(made), *_unknown(made)])
    worst, *others = made.findings
    said = [_counted(made), f"The worst is: {_copied(worst)}"]
    if other := next((f for f in others if f.role != worst.role or f.path != worst.path), None):
        said.append(f"Then: {_copied(other)}")
    said.append(_first(worst))
    return " ".join([*said, *_unknown(made)])


def _counted(made: Results) -> str:
    """Who found how much, with one id for each who found any."""
    ids = list(dict.fromkeys(finding.evidence for finding in made.findings))[:3]
    total = counts(made.findings)
    return f"Found: {total} [{', '.join(ids)}]."


def _copied(finding: Found) -> str:
    where = f" ({finding.place})" if finding.place else ""
    return f"{finding.message}{where} [{finding.evidence}]."


def _first(worst: Found) -> str:
    verb = "Mend" if worst.severity == "error" else "Look at"
    return f"{verb} {worst.place or 'that'} first [{worst.evidence}]."


def _clean(made: Results) -> str:
    ids = [f"{task['id']}.1" for task, said in zip(made.tasks, made.summaries, strict=True)
           if f"[{task['id']}.1]" in said]  # fmt: skip
    return (
        f"No fault was found [{', '.join(ids)}]."
        if ids
        else "Nothing was found, and little was looked at."
    )


def _unknown(made: Results) -> list[str]:
    return [f"Not found out: {question}" + ("" if question.endswith(".") else ".")
            for question in made.open_questions[:2]]  # fmt: skip


def _trace(made: Results) -> str:
    if not made.findings:
        return "No findings." + (" Some task failed." if made.open_questions else "")
    worst = made.findings[0]
    return f"{counts(made.findings)}. Worst first: {worst.place or worst.severity}."
