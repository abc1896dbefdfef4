"""What a small model may name in a call: files and words that stand in what it has read.

It chooses well and copies badly. So a grammar holds its arguments to names that are there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AnyMessage

_WORD = re.compile(r"[\w.@+~*/:-]*[\w*/]")
_FILE = re.compile(
    r"(?=.*[^\W\d_])(?:\.?[\w@+~*-]+(?:\.[\w@+~*-]+)*/)*\.?[\w@+~*-]+(?:\.[\w@+~*-]+)*/?"
)
_BARE = re.compile(r"[\w-]+")
_PLACE = re.compile(r":\d+$")
_QUOTED = re.compile(r"[`'\"]([\w.-]{3,40})[`'\"]")
_WITHOUT_ENDING = (
    "Dockerfile", "Containerfile", "Makefile", "LICENSE", "Jenkinsfile", "CODEOWNERS", "README",
)  # fmt: skip
_EVERYWHERE = ("README.md", "pyproject.toml", "package.json")
_PATTERNS = ("*.md", "*.y*ml", "*.log")
_SECRETS = "password|secret|token|api_key"
_CREATES = ("git_tag", "git_branch", "write_file")
"""What these name need not be there."""
MOST = 60
"""Names that one argument may take."""


def held(tools: Sequence[dict[str, Any]], messages: Sequence[AnyMessage]) -> list[dict[str, Any]]:
    """The same tools, as chat templates know them, whose calls name only what stands there."""
    told = [str(message.content) for message in messages[1:]]
    task = told[0].partition("\nRequest: ")[2] if told else ""
    quoted = [word for text in told for word in _QUOTED.findall(text)]
    names = _Names(files(told), list(dict.fromkeys([*_words(task), *quoted]))[:MOST])
    return [_held(tool, names) for tool in tools]


@dataclass(frozen=True)
class _Names:
    """What calls may name."""

    files: list[str]
    words: list[str]

    def of(self, tool: str, argument: str) -> list[str] | None:
        """What an argument may be; None: anything."""
        if tool in _CREATES:
            return None
        match argument:
            case "path":
                return list(dict.fromkeys([*self.files, *_EVERYWHERE]))
            case "only":
                return [*self.files, *self.words]
            case "pattern" if tool == "list_files":
                return [*_PATTERNS, *(f"*{word}*" for word in self.words)]
            case "pattern" | "query":
                return [*self.words, _SECRETS]
            case "revision" | "range":
                return _ranges(self.words)
            case "name" | "branch":
                return self.words
        return None


def _ranges(words: Sequence[str]) -> list[str]:
    """Revisions that stand there, and what lies between them, `main` and `HEAD`."""
    named = [word for word in words if re.search(r"[\d/]|^main$|^master$", word)][:8]
    between = [f"{a}..{b}" for a in ["main", *named] for b in [*named, "HEAD"] if a != b]
    return list(dict.fromkeys([*named, *between]))


def files(texts: Sequence[str]) -> list[str]:
    """Whatever looks like a file or folder, the latest text's first."""
    found: dict[str, None] = {}
    for text in reversed(texts):
        for word in _WORD.findall(text):
            name = _PLACE.sub("", word)
            if _FILE.fullmatch(name) and _is_file(name):
                found.setdefault(name)
    return list(found)[:MOST]


def _is_file(name: str) -> bool:
    if _BARE.fullmatch(name):
        return name.startswith(_WITHOUT_ENDING)
    _, point, ending = name.rstrip("/").rpartition(".")
    return "/" in name or bool(point and ending[:1].isalpha() and len(ending) <= 8)


def _words(task: str) -> list[str]:
    """The words of request and task, without those that say little alone."""
    kept = (_PLACE.sub("", word.strip(":")) for word in _WORD.findall(task))
    return list(dict.fromkeys(word for word in kept if len(word) >= 3))[:MOST]


def _held(tool: dict[str, Any], names: _Names) -> dict[str, Any]:
    function = tool["function"]
    parameters = function["parameters"]
    properties = dict(parameters.get("properties", {}))
    for argument in list(properties):
        known = names.of(function["name"], argument)
        if known:
            properties[argument] = {"enum": known}
        elif known is not None and argument not in parameters.get("required", []):
            del properties[argument]
    return {
        **tool,
        "function": {**function, "parameters": {**parameters, "properties": properties}},
    }
