"""Reads Markdown as far as our checks need it: links, headings, code; nothing is rendered."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape

FENCE = re.compile(
    r"^[ >]*(?:[-*+] |\d+\. )?[ >]*(`{3,}|~{3,})\s*(?:\{code(?:-block)?\}\s*)?([\w+-]*)"
)
SHELLS = frozenset(
    {"", "sh", "bash", "shell", "console", "shell-session", "zsh", "text", "terminal"}
)

_LINK = re.compile(
    r"\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]"
    r"\(\s*(?:<([^<>\n]+)>|([^()\s<>]+(?:\([^()\s]*\))?))[^)\n]*\)"
)
_REFERENCE = re.compile(r"^ {0,3}\[[^\]^\n]+\]:\s+<?([^\s>]+)>?")
_HTML = re.compile(
    r"<(?:a|img|source|video)\b[^<>]{0,500}?\b(?:href|src|srcset)="
    r"[\"']([^\"'\s,]{1,500})[^\"'<>]{0,500}[\"']",
    re.IGNORECASE,
)
"""Bounded, so that text which only begins tags is read in time."""

_NAMED = re.compile(r"\b(?:id|name)\s*=\s*[\"']([^\"']+)[\"']|\{[^}\n]*#([\w.:-]+)[^}\n]*\}")
_PROMPT = re.compile(r"^\s*[$>%]\s+")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")


@dataclass(frozen=True)
class Line:
    """A line of a document, and where it stands."""

    number: int
    text: str
    fenced: str | None = None
    """The language of the code block that the line is in; None outside of one."""


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    name: str
    text: str

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines but the fences themselves and HTML comments."""
        blank = re.sub(
            r"<!--.*?(?:-->|\Z)", lambda m: "\n" * m[0].count("\n"), self.text, flags=re.S
        )
        return tuple(_lines(blank))

    def links(self) -> Iterator[tuple[int, str]]:
        """Line and target of each link and image, code left out."""
        for line in self.lines:
            if line.fenced is not None or line.text.startswith(("    ", "\t")):
                continue
            text = _CODE.sub("", line.text)
            for pattern in (_LINK, _REFERENCE):
                for match in pattern.finditer(text):
                    yield line.number, unescape(next(filter(None, match.groups())))
        yield from self._tags()

    def _tags(self) -> Iterator[tuple[int, str]]:
        """The same of HTML, whose tags may take several lines."""
        prose = [""] * (self.lines[-1].number if self.lines else 0)
        goes_on = False
        for line in self.lines:
            # Indented code begins after a blank line; an indented tag stands within others.
            goes_on = bool(line.text.strip()) and (goes_on or not line.text.startswith("    "))
            if goes_on and line.fenced is None:
                prose[line.number - 1] = _CODE.sub("", line.text)
        text = "\n".join(prose)
        for match in _HTML.finditer(text):
            yield text.count("\n", 0, match.start(1)) + 1, unescape(match[1])

    def code(self) -> Iterator[tuple[int, str]]:
        """Line and text of inline code."""
        for line in self.lines:
            if line.fenced is None:
                for match in _CODE.finditer(line.text):
                    yield line.number, match[2].strip()

    def prose(self, number: int) -> str:
        """A line's words, without its code; empty within a block of code."""
        line = next((line for line in self.lines if line.number == number), None)
        return "" if line is None or line.fenced is not None else _CODE.sub("", line.text)

    def commands(self) -> Iterator[tuple[int, str]]:
        """Lines of shell examples, continued ones joined; the number is the first line's.

        Where a block shows prompts, its other lines are output.
        """
        for block in self._blocks():
            prompted = any(_PROMPT.match(line.text) for line in block)
            start, joined = 0, ""
            for line in block:
                if prompted and not joined and not _PROMPT.match(line.text):
                    continue
                start = start or line.number
                joined += _PROMPT.sub("", line.text).strip()
                if joined.endswith("\\"):
                    joined = joined[:-1] + " "
                    continue
                yield start, joined
                start, joined = 0, ""

    def _blocks(self) -> Iterator[list[Line]]:
        """The lines of each block of code that may be a shell's."""
        shells = (n for n in self.lines if n.fenced is not None and n.fenced.lower() in SHELLS)
        block: list[Line] = []
        for line in shells:
            if block and line.number != block[-1].number + 1:
                yield block
                block = []
            block.append(line)
        if block:
            yield block

    @cached_property
    def anchors(self) -> frozenset[str]:
        """What a link may jump to, in `plain_anchor` form."""
        found = {plain_anchor(a or b) for a, b in _NAMED.findall(self.text)}
        found |= {plain_anchor(_heading(title)) for title in self._titles()}
        return frozenset(found)

    def _titles(self) -> Iterator[str]:
        before = ""
        for line in self.lines:
            if line.fenced is not None:
                continue
            if match := re.match(r"[ >]*#{1,6}\s+(.*?)\s*#*\s*$", line.text):
                yield match[1]
            elif re.match(r" {0,3}(=+|-+)\s*$", line.text) and before.strip():
                yield before
            elif match := re.search(r"<h[1-6][^>]*>(.*?)(</h|$)", line.text, re.IGNORECASE):
                yield match[1]
            before = line.text


def plain_anchor(anchor: str) -> str:
    """An anchor without what sites spell differently: case, punctuation, marks."""
    folded = unicodedata.normalize("NFKC", anchor).casefold()
    return re.sub(r"[\W_]", "", folded)


def _lines(text: str) -> Iterator[Line]:
    fence, language = "", ""
    for number, line in enumerate(text.splitlines(), 1):
        match = FENCE.match(line)
        if match and not fence:
            fence, language = match[1], match[2]
        elif match and match[1].startswith(fence) and not match[2]:
            fence = ""
        else:
            yield Line(number, line, language if fence else None)


def _heading(title: str) -> str:
    """A heading's text: links and images by their words, tags gone."""
    title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", title)
    title = re.sub(r"!?\[([^\]]*)\]\[[^\]]*\]", r"\1", title)
    return unescape(re.sub(r"<[^>]+>", "", title))
