"""Copies examples/broken-service to DEST and makes it a git repository with some history.

    python scripts/make_example.py DEST

Dates and author are fixed, so the commit ids are the same each time. DEST must not exist or be
empty. Exit codes: 0 done, 2 DEST cannot be used, 3 git failed.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "broken-service"
AUTHOR = "Example Service"
EMAIL = "service@example.invalid"
REMOTE = "https://example.invalid/example/courier.git"

SEED = '''"""Writes a rate table from a price list: zone, up to, price."""

import csv
import sys

for zone, up_to, price in csv.reader(open(sys.argv[1])):
    print(f"{zone}: [{{up_to: {up_to}, price: '{price}'}}]")
'''


@dataclass(frozen=True)
class Commit:
    """One step of the history."""

    date: str
    subject: str
    files: tuple[str, ...] = ()
    """Files, as they are in the example, unless `earlier` changes them."""
    earlier: Callable[[str], str] = str
    """What an earlier state of the files looked like."""
    written: dict[str, str] = field(default_factory=dict)
    """Files that are not in the example, with their text."""
    removed: tuple[str, ...] = ()
    tag: str = ""


def _exact_bands(text: str) -> str:
    return text.replace("bisect_right", "bisect_left").replace("0.4.0", "0.1.0")


def _with_reload(text: str) -> str:
    option = '    parser.add_argument("--rates"'
    reload = '    parser.add_argument("--reload", action="store_true")\n'
    return text.replace(option, reload + option)


HISTORY = (
    Commit(
        "2026-01-12T09:30:00+0000",
        "Quote parcels by zone and weight",
        (".gitignore", "pyproject.toml", "courier/__init__.py", "courier/rates.py"),
        _exact_bands,
    ),
    Commit(
        "2026-01-14T15:05:00+0000",
        "Test the edges of the bands",
        ("tests/__init__.py", "tests/test_rates.py"),
    ),
    Commit(
        "2026-02-02T10:20:00+0000",
        "Serve quotes over HTTP",
        ("courier/config.py", "courier/server.py", "courier/__main__.py", "tests/test_server.py"),
        _with_reload,
    ),
    Commit(
        "2026-02-10T11:45:00+0000",
        "Fill the rate table from a price list",
        ("rates.yaml", "README.md", "docs/operations.md"),
        written={"scripts/seed_rates.py": SEED},
    ),
    Commit("2026-03-03T08:15:00+0000", "Build a container", ("Dockerfile",)),
    Commit(
        "2026-03-20T16:40:00+0000",
        "Run the tests on every push",
        (".github/workflows/ci.yml",),
        tag="v0.3.0",
    ),
    Commit(
        "2026-04-17T09:00:00+0000",
        "Read rates again on SIGHUP, and keep the table in YAML only",
        ("courier/__main__.py",),
        removed=("scripts/seed_rates.py",),
    ),
    Commit(
        "2026-05-05T13:10:00+0000",
        "Label issues about rates by their title",
        (".github/workflows/triage.yml",),
    ),
    Commit(
        "2026-05-26T17:55:00+0000",
        "Look bands up from the right, release 0.4.0",
        ("courier/rates.py", "pyproject.toml"),
    ),
)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python scripts/make_example.py DEST", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        print(f"{folder} is not empty; name a folder that does not exist yet", file=sys.stderr)
        return 2
    try:
        make(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or error
        print(f"the example could not be made in {folder}: {said}", file=sys.stderr)
        return 3
    print(f"the example is in {folder}")
    return 0


def make(folder: Path) -> None:
    """Replay the history in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "--quiet", "--template=", "--initial-branch=main")
    for commit in HISTORY:
        _replay(commit, folder)
    _git(folder, "branch", "pickup-points", "v0.3.0")
    _git(folder, "remote", "add", "origin", REMOTE)


def _replay(commit: Commit, folder: Path) -> None:
    for name in commit.files:
        _write(folder / name, commit.earlier((EXAMPLE / name).read_text(encoding="utf-8")))
    for name, text in commit.written.items():
        _write(folder / name, text)
    for name in commit.removed:
        (folder / name).unlink()
        with contextlib.suppress(OSError):  # as git does, where nothing else is in it
            (folder / name).parent.rmdir()
    _git(folder, "add", "--all", date=commit.date)
    _git(folder, "commit", "--quiet", "--message", commit.subject, date=commit.date)
    if commit.tag:
        _git(folder, "tag", commit.tag)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    path.chmod(0o644)


def _git(folder: Path, *arguments: str, date: str = "") -> None:
    """git without the user's own settings, which would change the ids."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    own = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DEFAULT_HASH": "sha1",
        "GIT_AUTHOR_NAME": AUTHOR,
        "GIT_AUTHOR_EMAIL": EMAIL,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": AUTHOR,
        "GIT_COMMITTER_EMAIL": EMAIL,
        "GIT_COMMITTER_DATE": date,
    }
    program = shutil.which("git")
    if program is None:
        raise FileNotFoundError("git is not installed")
    subprocess.run(
        [program, "-c", "core.autocrlf=false", "-c", "core.fileMode=true", *arguments],
        cwd=folder,
        env={**kept, **own},
        check=True,
        capture_output=True,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
