"""Changelogs and release notes as Markdown. What commits say is text, and stays that."""

import re

from agents.history.changelog import Changelog, Entry
from agents.history.links import Links
from agents.history.release import ReleaseNotes
from agents.tools.excerpt import clip_line, plain

_MARKUP = re.compile(r"[\\<>\[\]*_|]")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


def changelog_text(made: Changelog, title: str = "") -> str:
    """The changelog, headed by the version or `Unreleased`."""
    day = f" ({made.date})" if made.date else ""
    lines = [f"## {title or _until(made)}{day}"]
    for section in made.sections:
        lines += ["", f"### {section.title}", ""]
        lines += [_line(entry, made.links) for entry in section.entries]
    if not made.sections:
        lines += ["", "No changes."]
    compare = made.links.compare(_short(made.since), _short(made.until)) if made.since else ""
    if compare:
        lines += ["", f"[All changes]({compare})"]
    if made.clipped:
        lines += ["", f"Only the latest {len(made.commits):,} commits were read."]
    return "\n".join(lines) + "\n"


def notes_text(notes: ReleaseNotes) -> str:
    """The changelog under the next version, and who made it."""
    lines = [changelog_text(notes.changelog, str(notes.version or ""))]
    if notes.authors:
        lines += ["### Contributors", ""]
        for name, count in notes.authors:
            new = ", for the first time" if name in notes.newcomers else ""
            lines.append(f"- {escaped(name)} ({count} commit{'s' if count > 1 else ''}{new})")
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    """The text as Markdown that shows it and does nothing else; code spans stay."""
    text = clip_line(plain(text).replace("\n", " "), 300)
    parts, place = [], 0
    for match in _CODE.finditer(text):
        parts += [_quoted(text[place : match.start()]), match[0]]
        place = match.end()
    return "".join([*parts, _quoted(text[place:])])


def _quoted(text: str) -> str:
    return _MARKUP.sub(lambda mark: f"\\{mark[0]}", text).replace("`", "\\`")


def _line(entry: Entry, links: Links) -> str:
    scope = f"**{escaped(entry.scope)}:** " if entry.scope else ""
    note = f": {escaped(entry.note)}" if entry.note and entry.note != entry.summary else ""
    sources = [_linked(entry.id[:7], links.commit(entry.id))]
    if entry.pull:
        mark = "!" if links.gitlab else "#"
        sources.insert(0, _linked(f"{mark}{entry.pull}", links.pull(entry.pull)))
    return f"- {scope}{escaped(entry.summary)}{note} ({', '.join(sources)})"


def _linked(text: str, address: str) -> str:
    return f"[{text}]({address})" if address else text


def _until(made: Changelog) -> str:
    return "Unreleased" if made.until == "HEAD" else escaped(_short(made.until))


def _short(revision: str) -> str:
    return revision.removeprefix("refs/tags/")
