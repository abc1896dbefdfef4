"""A file's content as text, and back to bytes so that what was not edited stays as it was.

UTF-8 and UTF-16 are known by their marks; what is not UTF-8 is read as Latin-1, which gives every
byte back.
"""

import codecs
from dataclasses import dataclass

from agents.edits.refused import Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Text:
    """What a file says, and how it says it."""

    body: str
    encoding: str = "utf-8"
    mark: bytes = b""
    """The byte order mark."""

    @property
    def newline(self) -> str:
        """The line ending that most lines have."""
        windows = self.body.count("\r\n")
        return "\r\n" if windows > self.body.count("\n") - windows else "\n"

    def saying(self, body: str) -> bytes:
        """Another text as this file would hold it; Refused where its encoding cannot."""
        try:
            return self.mark + body.encode(self.encoding)
        except UnicodeEncodeError as error:
            odd = error.object[error.start]
            known = "UTF-8" if self.encoding == "utf-8" else self.encoding
            raise Refused(f"the file is {known} and cannot hold the character {odd!r}") from error


def read(content: bytes) -> Text:
    """The text in a file; Refused where it is binary."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return Text(_decoded(content[len(mark) :], encoding), encoding, mark)
    if b"\0" in content:
        raise Refused("it is a binary file; only text can be edited")
    try:
        return Text(content.decode())
    except UnicodeDecodeError:
        return Text(content.decode("latin-1"), "latin-1")


def with_newlines(body: str, newline: str) -> str:
    """The text with this line ending at every line."""
    plain = body.replace("\r\n", "\n")
    return plain if newline == "\n" else plain.replace("\n", newline)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(f"it begins as {encoding} but is not; only text can be edited") from error
