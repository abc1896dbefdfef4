"""Turns the notes of the annotators (`source/*.txt`) into `requests.jsonl`, and counts them.

A line is `roles/also text`; roles are letters, a dash is nobody; `\\n` in a text is a line break.
It adds no words: the texts were written by hand.
"""

import json
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent

ROLES = {
    "d": "development",
    "t": "testing",
    "c": "ci_cd",
    "g": "github",
    "m": "documentation",
}

KINDS = {"other": "other-language"}


def main() -> None:
    """Write the file and print the counts."""
    requests = [request for path in sorted(HERE.glob("source/*.txt")) for request in read(path)]
    texts = Counter(str(request["text"]).lower() for request in requests)
    doubles = [text for text, count in texts.items() if count > 1]
    if doubles:
        raise SystemExit(f"twice: {doubles}")
    lines = [json.dumps(request, ensure_ascii=False) for request in requests]
    (HERE / "requests.jsonl").write_text("\n".join(lines) + "\n")
    print(len(requests), Counter(str(request["kind"]) for request in requests))
    print(Counter(role for request in requests for role in request["roles"]))
    print("with also", sum(bool(request["also"]) for request in requests))


def read(path: Path) -> list[dict[str, str | list[str]]]:
    """The requests of one kind."""
    kind = KINDS.get(path.stem, path.stem)
    return [request(line, kind) for line in path.read_text().splitlines() if line.strip()]


def request(line: str, kind: str) -> dict[str, str | list[str]]:
    """One line's record; a KeyError for an unknown letter."""
    labels, _, text = line.partition(" ")
    needed, _, allowed = labels.partition("/")
    if set(letters(needed)) & set(letters(allowed)):
        raise ValueError(f"needed and only allowed at once: {line}")
    return {
        "text": text.strip(" ").replace("\\n", "\n"),
        "roles": letters(needed),
        "also": letters(allowed),
        "kind": kind,
    }


def letters(text: str) -> list[str]:
    """Role names in the roster's order."""
    wanted = [] if text in ("", "-") else text.split(",")
    names = {ROLES[letter] for letter in wanted}
    return [name for name in ROLES.values() if name in names]


if __name__ == "__main__":
    main()
