"""The development specialist's survey: languages, size, hot spots, ruff, unused dependencies."""

import re
from collections import Counter
from pathlib import PurePosixPath

from pydantic import JsonValue

from agents.surveys.dependencies import unused_dependencies
from agents.surveys.lint import lint
from agents.surveys.notes import Notes
from agents.tools.git import git
from agents.tools.tool import Result

LANGUAGES = {
    "Python": ("py", "pyi"),
    "JavaScript": ("js", "mjs", "cjs", "jsx"),
    "TypeScript": ("ts", "tsx"),
    "Go": ("go",),
    "Rust": ("rs",),
    "Java": ("java",),
    "Kotlin": ("kt", "kts"),
    "C": ("c", "h"),
    "C++": ("cc", "cpp", "cxx", "hpp"),
    "C#": ("cs",),
    "Ruby": ("rb",),
    "PHP": ("php",),
    "Shell": ("sh", "bash"),
    "Terraform": ("tf",),
    "YAML": ("yml", "yaml"),
    "Markdown": ("md",),
    "HTML": ("html",),
    "CSS": ("css", "scss"),
    "SQL": ("sql",),
}

COMMITS = 300
"""How far back change is counted."""


async def languages(notes: Notes) -> None:
    by_suffix = {suffix: name for name, suffixes in LANGUAGES.items() for suffix in suffixes}
    counts = Counter(
        by_suffix.get(PurePosixPath(name).suffix[1:].lower(), "other") for name in notes.tree.names
    )
    lines = [f"{name}: {count:,} files" for name, count in counts.most_common()]
    id = notes.keep("list_files", {"path": "."}, Result("\n".join(lines) or "no files"))
    top = ", ".join(f"{n} {c:,}" for n, c in counts.most_common(6))
    notes.say(f"{len(notes.tree.names):,} files: {top}", id)


async def hot_spots(notes: Notes) -> None:
    """The files that changed most often, and by how many lines."""
    ran = await git(
        notes.workplace,
        *("log", f"--max-count={COMMITS}", "--no-merges", "--no-renames", "--no-ext-diff"),
        *("--no-textconv", "--numstat", "--format="),
        timeout=20,
        max_bytes=8_000_000,
    )
    if ran.exit_code:
        return
    commits: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for added, removed, name in re.findall(r"^(\d+)\t(\d+)\t(.+)$", ran.stdout, re.MULTILINE):
        commits[name] += 1
        lines[name] += int(added) + int(removed)
    top = sorted(
        (n for n in commits if notes.tree.has(n)), key=lambda n: (-commits[n], -lines[n], n)
    )
    if not top:
        return
    told = [f"{n}: {commits[n]} commits, {lines[n]:,} lines" for n in top[:10]]
    argv: list[JsonValue] = ["git", "log", f"--max-count={COMMITS}", "--numstat"]
    id = notes.keep("git", {"argv": argv}, Result("\n".join(told), 0, ran.seconds))
    notes.say(f"Changed most in the last {COMMITS} commits: {'; '.join(told[:4])}", id)


PARTS = (languages, hot_spots, lint, unused_dependencies)
