"""Puts entities and evidence ids into texts with slots."""

import re
from collections.abc import Mapping, Sequence

from generator.dice import Dice
from generator.grammar import Expansion
from generator.lexicon import GRAMMARS


def _facts() -> dict[str, list[str]]:
    parts = (GRAMMARS / "facts.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return {part.split(":\n")[0]: part.splitlines()[1:] for part in parts}


def _macros() -> dict[str, list[str]]:
    parts = (GRAMMARS / "macros.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return {part.split(":\n")[0]: part.splitlines()[1:] for part in parts}


FACTS = _facts()
"""Lines that a survey may hold whatever the goal is."""
MACROS = _macros()
"""Wordings of states by name: `%name` stands for one of them."""
SUBJECTS = (
    *("Branch:|On ", "work tree|ncommitted|staged|untracked", "remote|Remote|origin"),
    *(
        "Branches|branches",
        "gainst |ahead|behind",
        "latest",
        "[Tt]ags?\\b",
        "commits since",
        "messages",
    ),
    *(
        "ruff|lint",
        "dependenc",
        "Changed most",
        " files: |languages",
        "test files",
        "unner",
        "last ran",
    ),
    *(
        "report",
        "README",
        "other documents|documents:",
        "links",
        "options",
        "examples",
        "docstring",
    ),
    *("codespell|misspelt", "ipelines|orkflow", "shellcheck|scripts", "ockerfile|container"),
    *(
        "zizmor|actionlint",
        "hadolint",
        "removed from git",
        "overage",
        "log\\b",
        "run_tests|passed|failed",
    ),
)
ASKABLE = (
    "testid",
    "test",
    "testfile",
    "symbol",
    "flag",
    "package",
    "source",
    "folder",
    "doc",
    "workflow",
    "dockerfile",
    "token",
    "linter",
    "image",
    "version",
    "command",
    "branch",
    "tag",
    "sha",
    "job",
    "noun",
    "error",
)
"""What a goal may be about, the most telling first."""


class Filling:
    """Puts entities and evidence ids into the slots; the same slot always gets the same."""

    def __init__(
        self, dice: Dice, task: str, first: int, names: Mapping[str, str] | None = None
    ) -> None:
        self._dice = dice
        self._expansion = Expansion(dice, bound=names)
        self._task, self._first = task, first
        self.results: dict[str, str] = {}
        """The gist of what each call gave back, by `r1`, `r2` and so on."""
        self.shift = 0
        """Calls that were made before the first of the story."""
        self.asked = ""
        """The slot of what the goal wants to be run; empty: everything."""

    def id(self, number: int) -> str:
        """The evidence of that step; 0 is the survey's last."""
        return f"{self._task}.{self._first + number + (self.shift if number else 0)}"

    @property
    def names(self) -> list[str]:
        """What slots stand for so far."""
        return list(self._expansion.bound.values())

    def beside(self, role: str, count: int, facts: Sequence[str] = ()) -> list[str]:
        """Some lines that the role's survey may hold as well, about other things than `facts`."""
        said = {_subject(fact) for fact in facts}
        told: list[str] = []
        for fact in self._dice.some(FACTS[role], count + 2):
            if len(told) < count and _subject(fact) not in said:
                said.add(_subject(fact))
                told.append(fact)
        return told

    def settle(self, goal: str) -> None:
        """Keep what the goal is about, for `{asked}`."""
        slot = next((slot for slot in ASKABLE if f"{{{slot}}}" in goal), "")
        self.asked = {"": "", "error": "{keyword}"}.get(slot, f"{{{slot}}}")

    def chosen(self, text: str) -> str:
        """The text with macros and choices made, and its slots still open."""
        while "%" in text or "«" in text:
            before = text
            text = re.sub(r"%([a-z]\w*)", self._macro, text)
            text = re.sub(r"«([^«»]*)»", lambda m: self._dice.pick(m[1].split("|")), text)
            if text == before:
                break
        return text

    def _macro(self, match: re.Match[str]) -> str:
        return self._dice.pick(MACROS[match[1]]) if match[1] in MACROS else match[0]

    def __call__(self, text: str) -> str:
        text = self.chosen(text)
        return re.sub(r"\{(\w+)\}", self._slot, text).replace("\\n", "\n").replace("\\t", "\t")

    def _slot(self, match: re.Match[str]) -> str:
        name = match[1]
        if name.isdigit():
            return self.id(int(name))
        if name in self.results:
            return self.results[name]
        if name == "asked":
            return self(self.asked)
        if name == "stem":
            return self("{source}").rpartition("/")[2].partition(".")[0]
        if name == "keyword":
            return keyword(self("{error}"))
        if name == "bare":
            return self("{issue}").removeprefix("#")
        if name == "branch":  # a story's branch is never the one that it is compared with
            while self._expansion.bound.setdefault("branch", "main") in {"main", "master"}:
                self._expansion.bound.pop("branch")
                self._expansion.expand("{branch}")
        if name == "symbol":  # names alone: code is searched for them
            return "".join(s.text for s in self._expansion.expand("{symbol}")).removesuffix("()")
        return "".join(span.text for span in self._expansion.expand(match[0]))


def keyword(error: str) -> str:
    """What to search the code for, given an error's words."""
    if quoted := re.search(r"'(\w+)'", error):
        return quoted[1]
    named = re.findall(r"\w*_\w+|\w+Service", error)
    words: list[str] = named[:1] or re.findall(r"[A-Za-z]{4,}", error)
    return words[-1]


def _subject(fact: str) -> str:
    """What a line is about, so that none is told twice."""
    return next((subject for subject in SUBJECTS if re.search(subject, fact)), fact)
