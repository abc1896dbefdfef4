"""The real command over a small real repository, with models that follow a script."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import cli
from tests.graphs.team_at_work import ACCEPT, call, make_repo, plan_turn, say

ROOT = Path(cli.__file__).parent

STORY: tuple[dict[str, Any], ...] = (
    {
        **plan_turn(("a", "testing", []), ("b", "ci_cd", [])),
        "thinking": "Tests and workflows.",
    },
    call("testing", "list_files", pattern="tests/*"),
    say("testing", "There is one test [t1.1].", thinking="Only one.", split=4),
    say("ci_cd", "There is no workflow."),
    ACCEPT,
    say("coordinator/report", "# Result\n\nThere is **one** test [t1.1]."),
)


@dataclass
class Place:
    """A repository, a script that every role follows, and a state folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def repo(self) -> Path:
        return self.folder / "repo"

    @property
    def flags(self) -> list[str]:
        """What every run here needs."""
        return ["--repo", str(self.repo), *self.model]

    @property
    def model(self) -> list[str]:
        """The script, for every role."""
        return ["--model", f"all=scripted:{self.folder / 'script.json'}"]

    def play(self, *turns: dict[str, Any]) -> None:
        """Write the script."""
        (self.folder / "script.json").write_text(json.dumps({"turns": turns}))

    @property
    def argv(self) -> list[str]:
        """How to start `cadre` as a process of its own."""
        return [sys.executable, "-P", "-m", "cli"]

    def start(self, *args: str, **streams: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self.argv, *args], cwd=self.folder, env=self.environment, text=True, **streams
        )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in list(os.environ):
        if name.startswith("CADRE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("CADRE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CADRE_MODEL", f"scripted:{tmp_path / 'script.json'}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "repo").mkdir()
    make_repo(tmp_path / "repo")
    place = Place(tmp_path, dict(os.environ))
    place.play(*STORY)
    return place
