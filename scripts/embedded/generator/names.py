"""Plain names from `grammar/names.txt`: nouns of software, verbs, folders, packages, people."""

from generator.lexicon import GRAMMARS


def read_names() -> dict[str, list[str]]:
    """Each list by its name."""
    parts = (GRAMMARS / "names.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return {name: words.split() for name, _, words in (part.partition(":\n") for part in parts)}
