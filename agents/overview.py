"""A first look at a repository, for the plan: a few lines, deterministic, no model call."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.tools.listing import list_names
from agents.tools.workplace import Workplace

SHOWN = 24
"""Top-level names that are listed."""

CUES: dict[str, tuple[str, ...]] = {
    "tests": ("tests/*", "test/*", "test_*.py", "*_test.py", "*_test.go", "*.test.js", "*.test.ts"),
    "workflows": (".github/workflows/*", ".gitlab-ci.yml"),
    "container files": ("Dockerfile*", "*.dockerfile", "docker-compose*.y*ml", "compose.y*ml"),
    "documentation": ("README*", "docs/*"),
}
"""What the overview counts, by patterns over paths."""


@dataclass(frozen=True)
class Overview:
    """What a first look shows, in more words and in fewer."""

    text: str
    """Markdown: files, top-level names, the commonest endings, what there is for whom."""
    parts: str
    """What there is for whom, in a few words."""


async def overview(workplace: Workplace) -> Overview:
    """Files, top-level names, the commonest endings, and what there is for each specialist."""
    files = await list_names(workplace)
    top = sorted({PurePosixPath(file).parts[0] for file in files})
    shown = ", ".join(top[:SHOWN]) + (f" and {len(top) - SHOWN} more" if len(top) > SHOWN else "")
    lines = [f"- {len(files)} files; at the top: {shown}", f"- endings: {_endings(files)}"]
    there: list[str] = []
    for name, patterns in CUES.items():
        found = [f for f in files if any(PurePosixPath(f).match(p) for p in patterns)]
        lines.append(f"- {name}: {len(found)}{f', such as {found[0]}' if found else ''}")
        there += [name] if found else []
    return Overview("\n".join(lines), ", ".join(there) or "other files")


def _endings(files: Sequence[str]) -> str:
    counted = Counter(PurePosixPath(file).suffix or "none" for file in files)
    return ", ".join(f"{ending} {n}" for ending, n in counted.most_common(6))
