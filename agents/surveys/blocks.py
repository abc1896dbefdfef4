"""Blocks of code in documents, Markdown and reStructuredText, with their language and place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from textwrap import dedent

from agents.surveys.links import documents
from agents.surveys.markdown import Document
from agents.surveys.mentions import HISTORY
from agents.tools.tree import Tree, in_tests

MAX_DOCUMENTS = 500

MAX_BLOCK = 50_000
"""Characters; a longer one is data."""

_DIRECTIVE = re.compile(r"^(\s*)\.\. (?:code-block|code|sourcecode)::\s*([\w+-]+)\s*$")
_OPTION = re.compile(r"^\s+:[\w-]+:")


@dataclass(frozen=True)
class Block:
    """A block of code in a document."""

    document: str
    line: int
    """Where its first line of code stands."""
    language: str
    """As the document calls it, in lower case."""
    code: str
    """Without the indentation that all lines share."""
    before: str = ""
    """The last words above it."""

    @property
    def _comments(self) -> list[str]:
        return re.findall(r"(?:#|//).*", self.code)

    @property
    def tells_of_the_past(self) -> bool:
        """Whether it shows what was, or what is not to be done."""
        return any(_NOT_SO.search(text) for text in (self.before, *self._comments))


_NOT_SO = re.compile(
    r"\b(wrong|incorrect|invalid|broken|fails?|failing|errors?|do(es)? ?n[o']t work|cannot|can't|"
    r"avoid|bad|pseudo\w*|won't|deprecat\w+|no longer|legacy|used to|former(ly)?|previous(ly)?|"
    r"old(er)?|was removed|renamed|instead of|before v?\d|migrat\w+|upgrad\w+)\b",
    re.IGNORECASE,
)


def blocks(tree: Tree) -> Iterator[Block]:
    """The blocks that name their language, in documents that tell how things are now."""
    for document in documents(tree):
        if not HISTORY.search(document.name) and not in_tests(document.name):
            yield from _markdown(document)
    for name in tree.own("*.rst")[:MAX_DOCUMENTS]:
        text = None if HISTORY.search(name) or in_tests(name) else tree.text(name)
        if text is not None:
            yield from _restructured(name, text)


def _markdown(document: Document) -> Iterator[Block]:
    start, language, lines, prose = 0, "", list[str](), list[str]()
    for line in document.lines:
        goes_on = lines and line.fenced == language and line.number == start + len(lines)
        if lines and not goes_on:
            yield _block(document.name, start, language, lines, prose)
            lines = []
        if line.fenced is None:
            prose = [*prose[-4:], line.text] if line.text.strip() else prose
        elif line.fenced:
            start, language = (start, language) if lines else (line.number, line.fenced)
            lines.append(re.sub(r"^ {0,3}>(?!>>) ?", "", line.text))
    if lines:
        yield _block(document.name, start, language, lines, prose)


def _restructured(name: str, text: str) -> Iterator[Block]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = _DIRECTIVE.match(line)
        if not match:
            continue
        first = number + 1
        while first < len(lines) and (_OPTION.match(lines[first]) or not lines[first].strip()):
            first += 1
        body = list(_deeper(lines[first:], len(match[1])))
        prose = [before for before in lines[max(0, number - 8) : number] if before.strip()]
        if body:
            yield _block(name, first + 1, match[2], body, prose)


def _deeper(lines: list[str], depth: int) -> Iterator[str]:
    """The lines up to the first that is indented no more than the directive is."""
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            return
        yield line


def _is_option(line: str) -> bool:
    """Whether a line above the code says how it is to be shown."""
    return bool(re.match(r"\s*:[\w-]+:", line))


def _block(name: str, start: int, language: str, lines: list[str], prose: list[str]) -> Block:
    options = len(lines) - len([*dropwhile(_is_option, lines)])
    lines = [*([""] * options), *lines[options:]]
    code = dedent("\n".join(lines).expandtabs(4))[:MAX_BLOCK]
    return Block(name, start, language.lower(), code, "\n".join(prose[-3:]))
