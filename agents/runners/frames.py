"""Lines of the repository that a traceback names, and what an exception says. Pure.

Paths are the repository's own once they are relative to its root; the caller has taken the root
off them before. Frames of installed packages and of the runtime are left out.
"""

import re

from agents.runners.case import DETAIL_CHARS, Frame

FOREIGN = frozenset(
    {"site-packages", "dist-packages", "node_modules", "venv", ".venv", ".tox", ".nox", "vendor"}
)

_PYTHON = re.compile(
    r'^(?:(?:E\b)?[^\S\n]*File "(?P<file>[^"\n]+)", line (?P<at>\d+)'
    r"|(?P<short>[^\s:<>\"'][^:\n<>\"']*\.pyi?):(?P<line>\d+): ?)",
    re.MULTILINE,
)
_SCRIPT = re.compile(
    r"^[^\S\n]+at (?:[^\n(]*\()?(?:file://)?(?P<path>[^\s():]+\.\w+):(?P<line>\d+):\d+\)?",
    re.MULTILINE,
)
_RUNTIME = re.compile(r"^[^\S\n]+at (?:[^\n]*\(?node:[^\n]*|[^\n]*<anonymous>\))\n", re.MULTILINE)

_EXCEPTION = re.compile(
    r"^(?P<kind>[A-Za-z_][\w.]*"
    r"(?:Error|Exception|Failure|Warning|Interrupt|Exit|Timeout|Iteration|NotFound|Failed))"
    r"(?: \[\w+\])?(?::|$)"
)


def python_frames(text: str) -> list[Frame]:
    """Of a Python traceback, the deepest last."""
    found = ((m["file"] or m["short"], int(m["at"] or m["line"])) for m in _PYTHON.finditer(text))
    return [Frame(path, line) for path, line in found if is_own(path)]


def script_frames(text: str) -> list[Frame]:
    """Of a JavaScript stack, turned round: the deepest last."""
    found = ((m["path"], int(m["line"])) for m in _SCRIPT.finditer(text))
    return [Frame(path, line) for path, line in found if is_own(path)][::-1]


def is_own(path: str) -> bool:
    """Whether a path is one of the repository's files, as far as its name tells."""
    if path.startswith(("/", "<", "..", "~", "node:")) or re.match(r"[A-Za-z]:[\\/]", path):
        return False
    return not FOREIGN & set(path.split("/"))


def exception(said: str) -> str:
    """The exception's type in a line such as `KeyError: 'x'`; empty where there is none."""
    if re.match(r"(?:assert\b|assertion\b)", said):
        return "AssertionError"
    match = _EXCEPTION.match(said)
    return match["kind"].rpartition(".")[2] if match else ""


def one_line(text: str, limit: int = 200) -> str:
    """The first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:limit]


def ending(text: str) -> str:
    """A traceback's end, whole lines, without the frames of node itself."""
    text = _RUNTIME.sub("", text).strip("\n").rstrip()
    if len(text) <= DETAIL_CHARS:
        return text
    return "…\n" + text[-DETAIL_CHARS:].partition("\n")[2]
