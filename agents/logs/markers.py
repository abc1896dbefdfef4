"""What pipelines write between the lines of programs: steps, commands, failures, new attempts."""

import re
from dataclasses import dataclass
from enum import Enum, auto


class Act(Enum):
    """What a marker means."""

    STEP = auto()
    STEP_SHOWN = auto()
    """A step begins with a header that repeats what will run."""
    STEP_ENDS = auto()
    HEADER_ENDS = auto()
    COMMAND = auto()
    FAILED = auto()
    """The step at hand ended so."""
    FAILED_BEFORE = auto()
    """A step ended so, and others came after it that do not count."""
    SKIPPED = auto()
    """The step at hand did not run, since the one before it failed."""
    CANCELLED = auto()
    MAYBE_FAILED = auto()
    """It says how a program ended; the step may have gone on."""
    ATTEMPT_FAILED = auto()
    """All is done once more from here."""
    RETRIED = auto()
    """What went wrong right before is tried again."""


@dataclass(frozen=True)
class Mark:
    """A marker, with the name or the exit code that it gives."""

    act: Act
    name: str = ""
    exit_code: int | None = None


_MARKS: tuple[tuple[str, Act, re.Pattern[str]], ...] = tuple(
    (word, act, re.compile(pattern))
    for word, act, pattern in (
        ("##[", Act.STEP_SHOWN, r"##\[group\](?P<name>Run .+)"),
        ("##[", Act.STEP, r"##\[section\]Starting: (?P<name>.+)"),
        ("##[", Act.HEADER_ENDS, r"##\[endgroup\]"),
        ("##[", Act.FAILED, r"##\[error\]Process completed with exit code (?P<code>-?\d+)"),
        ("##[", Act.FAILED, r"##\[error\].* exited with code '?(?P<code>-?\d+)'?\.?$"),
        ("##[", Act.FAILED, r"##\[error\]The process '.*' failed with exit code (?P<code>\d+)"),
        ("##[", Act.CANCELLED, r"##\[error\]The operation was cancell?ed"),
        ("##[", Act.CANCELLED, r"##\[error\]The job running on runner .* has exceeded"),
        ("##[", Act.CANCELLED, r"##\[error\]The action .* has timed out after"),
        ("section_", Act.STEP, r"section_start:\d+:(?P<name>[\w.-]+)"),
        ("section_", Act.STEP_ENDS, r"section_end:\d+:(?P<name>[\w.-]+)"),
        ("[pipeline] {", Act.STEP, r"\[Pipeline\] \{ \((?!Branch: )(?P<name>.+)\)"),
        ("fail", Act.SKIPPED, r'Stage "(?P<name>.+)" skipped due to earlier failure'),
        ("fail", Act.FAILED_BEFORE, r"ERROR: Job failed(?:.*exit (?:code|status) (?P<code>\d+))?"),
        ("exit", Act.FAILED_BEFORE, r"ERROR: script returned exit code (?P<code>-?\d+)"),
        ("exit", Act.FAILED, r"Exited with code exit status (?P<code>\d+)"),
        ("exit", Act.FAILED, r"\W*Error: The command exited with status (?P<code>\d+)"),
        ("exit", Act.FAILED, r'The command ".*" exited with (?P<code>[1-9]\d*)\.$'),
        ("⭐ run ", Act.STEP, r"(?:\[[^\]]*\] )?⭐ Run (?:Main|Pre|Post) (?P<name>.+)"),
        ("fail", Act.FAILED, r"(?:\[[^\]]*\] )?\s*❌\s+Failure - (?:Main|Pre|Post) (?P<name>.+)"),
        ("--- :", Act.STEP, r"--- (?P<name>:\w.*)"),
        ("~~~ ", Act.STEP, r"~~~ (?P<name>\S.*)"),
        ("[32;1m$ ", Act.COMMAND, r"\$ (?P<name>\S.*)"),
        ("\n+ ", Act.COMMAND, r"\+ (?P<name>\S.*)"),
        ("] run ", Act.COMMAND, r"\s*(?:> )?\[[^\]]*\d+/\d+\] (?P<name>RUN .*?):?$"),
        ("attempt", Act.ATTEMPT_FAILED, r"(?i).*\battempt #?\d+\b.*\bfail(?:ed|ure)\b"),
        ("attempt", Act.ATTEMPT_FAILED, r"(?i).*\bfailed\b.*\battempt #?\d+\b"),
        (
            "retr",
            Act.RETRIED,
            r"(?i).*\b(?:retrying|will retry|retries left|retry (?:attempt )?#?\d)",
        ),
        (
            "exit",
            Act.MAYBE_FAILED,
            r"(?i).*exit(?:ed)?(?: with)?(?: code| status)?:? (?P<code>\d+)\b",
        ),
        ("***", Act.MAYBE_FAILED, r"\S*make(?:\[\d+\])?: \*\*\* \[.*\] Error (?P<code>\d+)"),
    )
)


def mark(text: str, low: str) -> Mark | None:
    """What the line marks, if anything; `low` is the same in lower case."""
    if text.startswith(("+ ", "$ ")):
        return Mark(Act.COMMAND, text[2:].strip()[:200])
    for word, act, pattern in _MARKS:
        if word in low and (match := pattern.match(text)):
            found = match.groupdict()
            code = found.get("code")
            return Mark(act, (found.get("name") or "").strip()[:200], int(code) if code else None)
    return None
