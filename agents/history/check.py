"""Does a commit message fit the repository's convention? Pure; each fault is a sentence."""

from collections.abc import Iterator

from agents.history.commit import trailers
from agents.history.convention import FEWEST, Convention, Style, form, style_of
from agents.history.header import TYPES, Header, header
from agents.history.mood import mood

LONGEST = 20_000
"""Characters of a whole message."""


def check_message(message: str, convention: Convention) -> tuple[str, ...]:
    """What is wrong with the message, most important first; nothing where it fits."""
    return (
        (*broken(message), *_odd(message.strip("\n"), convention))
        if message.strip()
        else ("the message is empty",)
    )


def broken(message: str) -> tuple[str, ...]:
    """Faults that no convention allows."""
    return tuple(_broken(message.strip("\n")))


def _broken(message: str) -> Iterator[str]:
    if not message.strip():
        yield "the message is empty"
        return
    if len(message) > LONGEST:
        yield f"the message has {len(message):,} characters; at most {LONGEST:,} are taken"
    if any((ord(c) < 32 and c not in "\n\t\r") or ord(c) == 127 for c in message):
        yield "the message has a control character in it"
    lines = message.split("\n")
    if len(lines) > 1 and lines[1].strip():
        yield "the second line must be empty, between subject and body"


def _odd(message: str, convention: Convention) -> Iterator[str]:
    subject, _, body = message.partition("\n")
    if subject.startswith(("Merge ", 'Revert "', "fixup! ", "squash! ", "amend! ")):
        return
    head = header(subject)
    if len(subject) > convention.subject_width:
        yield f"the subject has {len(subject)} characters; keep it to {convention.subject_width}"
    if convention.commits >= FEWEST:
        yield from _unlike(head, convention)
        yield from _body(message, body, convention)


def _unlike(head: Header, convention: Convention) -> Iterator[str]:
    if convention.style is not Style.PLAIN and style_of(head) is not convention.style:
        yield f"most subjects here are {convention.style}: write {form(convention)}"
    elif head.type and head.type not in {*convention.types, *TYPES, "revert"}:
        yield f"type {head.type!r} is not in use; take one of {', '.join(convention.types[:8])}"
    first = head.summary[:1]
    if convention.capital and first.isalpha() and first.islower():
        yield "the summary should begin with a capital letter"
    if convention.capital is False and first.isupper() and head.summary[1:2].islower():
        yield "the summary should begin in lower case"
    if convention.period is False and head.summary.endswith(".") and head.summary[-2:] != "..":
        yield "the subject should not end in a full stop"
    if convention.period and not head.summary.endswith("."):
        yield "the subject should end in a full stop"
    found = mood(head.summary)
    if convention.mood and found and found is not convention.mood:
        yield f"the summary should be in the {convention.mood} mood, and is in the {found}"


def _body(message: str, body: str, convention: Convention) -> Iterator[str]:
    wide = [line for line in body.split("\n") if 0 < convention.body_width < len(line)]
    if any(_breakable(line, convention.body_width) for line in wide):
        yield f"the body's lines should be at most {convention.body_width} characters wide"
    carried = {key for key, _ in trailers(message)}
    for key in convention.trailers:
        if key not in carried:
            yield f"most commits here carry a {key} trailer"


def _breakable(line: str, width: int) -> bool:
    """Whether a person would break it: not where an address or a path fills most of it."""
    return " " in line.strip() and max(map(len, line.split())) <= width // 2
