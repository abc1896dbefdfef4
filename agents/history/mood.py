"""The mood of a subject's first word: `Add`, `Added`, `Adds`, `Adding`."""

import re
from enum import StrEnum


class Mood(StrEnum):
    """The form of the verb that a summary begins with."""

    IMPERATIVE = "imperative"
    PAST = "past"
    PRESENT = "present"
    GERUND = "gerund"


VERBS = frozenset(
    """add allow apply avoid bring build bump change check clarify clean convert correct cover
    create declare define delete deprecate detect disable document drop enable ensure
    explain export expose extend extract fix format handle hide hold ignore implement
    improve include increase initialize inline install introduce keep let limit link list
    load log make mark merge migrate move name optimize parse pass pin prefer prepare
    prevent print protect provide publish raise read reduce refactor refuse release remove
    rename reorder replace report require reset resolve restore return revert rewrite run
    say send separate set show simplify skip sort speed split start stop store strip support
    switch sync test tidy translate tweak try turn unify unpin update upgrade use validate
    warn wrap write""".split()  # noqa: SIM905 - words are read more easily so
)
"""Verbs that commit messages begin with."""

_IRREGULAR = {"made": "make", "kept": "keep", "wrote": "write", "ran": "run", "built": "build"}


def mood(summary: str) -> Mood | None:
    """The mood of the first word; None where it is no verb that is known."""
    match = re.match(r"[A-Za-z]+", summary)
    word = match[0].lower() if match else ""
    if word in VERBS:
        return Mood.IMPERATIVE
    if word in _IRREGULAR or _stem(word, "ed"):
        return Mood.PAST
    if _stem(word, "ing"):
        return Mood.GERUND
    return Mood.PRESENT if _stem(word, "es") or _stem(word, "s") else None


def imperative(word: str) -> str | None:
    """The verb that a form belongs to; None where it is not known."""
    word = word.lower()
    if word in VERBS:
        return word
    found = (_stem(word, ending) for ending in ("ed", "ing", "es", "s"))
    return _IRREGULAR.get(word) or next(filter(None, found), None)


def _stem(word: str, ending: str) -> str | None:
    """The verb without the ending: `dropped` is `drop`, `moved` is `move`, `tidied` is `tidy`."""
    if not word.endswith(ending):
        return None
    stem = word.removesuffix(ending)
    tries = [stem, f"{stem}e", stem[:-1]]
    if stem.endswith("i"):
        tries.append(f"{stem[:-1]}y")
    return next((verb for verb in tries if verb in VERBS), None)
