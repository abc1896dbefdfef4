"""Surveys over repositories of all kinds: odd ones are survived, right ones give no finding."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.finding import Severity
from agents.role import SPECIALISTS, Role
from agents.surveys import Ledger, Survey, survey
from agents.tools.process import Processes, Ran
from agents.tools.tool import Result
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make, write


async def look(role: Role, workplace: Workplace) -> Survey:
    return await survey(role, workplace, Ledger("t1"))


def told(made: Survey) -> list[tuple[str, str | None, int | None]]:
    return [(f.rule, f.path, f.line) for f in made.findings]


ODD: dict[str, dict[str, str | bytes]] = {
    "nothing at all": {},
    "binary": {"README.md": b"\0\1", "pyproject.toml": b"\xff\0", "Dockerfile": b"\0"},
    "broken": {
        "pyproject.toml": "[project\n",
        "package.json": "{",
        "junit.xml": "<testsuite><",
        ".github/workflows/ci.yml": "on: [push\njobs: {\n",
        "Dockerfile": "FRO\\\n",
        "bad.py": "def (:\n",
        ".pytest_cache/v/cache/lastfailed": "[1",
    },
    "wrong types": {
        "pyproject.toml": "project = 3\ntool = 'x'\n",
        "package.json": "[]",
        ".pytest_cache/v/cache/lastfailed": '{"x": 1, "../../etc/passwd::a": true}',
        ".github/workflows/ci.yml": "- 1\n",
        ".gitlab-ci.yml": "3\n",
    },
    "weird names": {
        "-rf.py": "import os\n",
        "a\nb.py": "import os\n",
        "a\tb.md": "[x](gone.md)\n",
        ".github/workflows/--help.yml": "on: push\njobs: {}\n",
        "Dockerfile.-x": "FROM scratch\n",
        "tests/test_[1].py": "def test_x(): pass\n",
    },
    "pointer": {
        "model.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
        ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
    },
    "deep": {"/".join(["d"] * 60) + "/x.py": "x = 1\n", "x.md": "[" * 3000 + "`" * 3000},
    "bomb": {"junit.xml": '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite>&a;</testsuite>'},
}


@pytest.mark.parametrize("kind", ODD)
async def test_odd_repositories_are_survived(tmp_path: Path, kind: str) -> None:
    workplace = make(tmp_path / "repo", ODD[kind], committed=kind != "weird names")
    for made in await asyncio.gather(*(look(role, workplace) for role in SPECIALISTS)):
        assert made.facts
        assert len(made.facts) <= 2500
        made.model_dump_json()


async def test_a_folder_that_is_no_repository_is_a_fact(tmp_path: Path) -> None:
    made = await look(Role.GITHUB, Workplace(tmp_path.resolve(), Processes()))
    assert "not a git repository" in made.facts
    assert made.evidence[0].exit_code == 1


async def test_links_out_of_the_repository_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"out/ci.yml": "on: push\njobs: {secret-outside: {}}\n", "out/x.py": "secret("})
    workplace = make(tmp_path / "repo", {"README.md": "# x\n"})
    for name, target in ((".github/workflows/ci.yml", "ci.yml"), ("x.py", "x.py")):
        (workplace.root / name).parent.mkdir(parents=True, exist_ok=True)
        (workplace.root / name).symlink_to(tmp_path / "out" / target)
    commit(workplace.root)
    for role in SPECIALISTS:
        assert "secret" not in (await look(role, workplace)).model_dump_json()


async def test_a_submodule_is_survived(tmp_path: Path) -> None:
    inner = make(tmp_path / "inner", {"a.py": "x = 1\n"})
    workplace = make(tmp_path / "repo", {"b.py": "y = 1\n"})
    add = ("submodule", "--quiet", "add", str(inner.root), "sub")
    git(workplace.root, "-c", "protocol.file.allow=always", *add)
    commit(workplace.root)
    for role in SPECIALISTS:
        assert not (await look(role, workplace)).findings


@dataclass(frozen=True)
class FakeRunner:
    """Real but for one checker, which ends as it is told."""

    program: str
    exit_code: int
    stdout: str = ""
    stderr: str = ""

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        timeout: float,  # noqa: ASYNC109 - the runner's interface
        stdin: bytes | None = None,
        max_bytes: int = 1_000_000,
    ) -> Ran:
        if Path(argv[0]).name == self.program:
            return Ran(tuple(argv), self.exit_code, self.stdout, self.stderr)
        return await Processes()(argv, cwd=cwd, timeout=timeout, stdin=stdin, max_bytes=max_bytes)


WORKFLOW = """\
name: CI
on: push
permissions:
  contents: read
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: make test
"""


@pytest.mark.parametrize(
    ("program", "exit_code", "stdout", "stderr"),
    [
        ("zizmor", 127, "", "not found"),
        ("zizmor", 0, '"what"', ""),
        ("check-jsonschema", 139, "", ""),
        ("hadolint", 2, "{half", "panicked"),
        ("ruff", 124, "", "timed out"),
    ],
)
async def test_a_checker_that_gives_no_answer_is_evidence(
    tmp_path: Path, program: str, exit_code: int, stdout: str, stderr: str
) -> None:
    files = {
        ".github/workflows/ci.yml": WORKFLOW,
        "Dockerfile": "FROM alpine:3.20\n",
        "a.py": "x = 1\n",
    }
    runner = FakeRunner(program, exit_code, stdout, stderr)
    workplace = Workplace(make(tmp_path / "repo", files).root, runner)
    role = Role.DEVELOPMENT if program == "ruff" else Role.CI_CD
    made = await look(role, workplace)
    kept = next(evidence for evidence in made.evidence if evidence.tool == program)
    assert kept.exit_code == (exit_code or 1)
    assert f"{program} gave no answer (exit code {exit_code})" in made.facts
    assert f"[{kept.id}]" in made.facts


async def test_a_good_workflow_has_no_findings(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", {".github/workflows/ci.yml": WORKFLOW})
    made = await look(Role.CI_CD, workplace)
    assert not [f for f in made.findings if f.severity is not Severity.NOTE]


async def test_a_workflow_that_zizmor_cannot_read_is_said(tmp_path: Path) -> None:
    files = {
        ".github/workflows/bad.yml": WORKFLOW.replace("runs-on", "run-on"),
        ".github/workflows/good.yml": WORKFLOW,
    }
    made = await look(Role.CI_CD, make(tmp_path / "repo", files))
    assert "zizmor could not read .github/workflows/bad.yml" in made.facts
    assert ".github/workflows/bad.yml" in {f.path for f in made.findings}


async def test_a_list_written_as_one_name_is_no_fault(tmp_path: Path) -> None:
    text = WORKFLOW.replace("on: push", "on:\n  push:\n    branches: main")
    made = await look(Role.CI_CD, make(tmp_path / "repo", {".github/workflows/ci.yml": text}))
    assert "check-jsonschema" not in {f.tool for f in made.findings}


CONTAINERS = {
    'FROM python:3.12\nCMD ["x"]\n': True,
    'FROM docker.io/library/node:22 AS run\nENTRYPOINT ["x"]\n': True,
    'FROM golang:1.23 AS build\nFROM scratch\nCMD ["/x"]\n': True,
    'FROM python:3.12\nUSER app\nCMD ["x"]\n': False,
    'FROM python:3.12 AS base\nUSER app\nFROM base\nCMD ["x"]\n': False,
    "FROM python:3.12\nRUN make\n": False,
    'FROM example.invalid/python:3\nCMD ["x"]\n': False,
    'FROM gcr.io/distroless/python3:nonroot\nCMD ["x"]\n': False,
    'ARG BASE\nFROM $BASE\nCMD ["x"]\n': False,
    'FROM alpine:3.20\nRUN echo \\\n USER app\nCMD ["x"]\n': True,
    'from alpine:3.20\nuser app\ncmd ["x"]\n': False,
}


@pytest.mark.parametrize("text", CONTAINERS)
async def test_root_is_reported_only_where_it_is_certain(tmp_path: Path, text: str) -> None:
    made = await look(Role.CI_CD, make(tmp_path / "repo", {"Dockerfile": text}))
    assert ("cadre/no-user" in {f.rule for f in made.findings}) is CONTAINERS[text]


async def test_git_facts_that_are_wrong_by_themselves_are_findings(tmp_path: Path) -> None:
    ours, theirs = "<<<<<<< HEAD\na = 1\n", "=======\na = 2\n>>>>>>> other\n"
    files = {
        "a.py": f"x = 0\n{ours}{theirs}",
        "docs/merging.md": ours + theirs,
        "tests/test_merge.py": ours + theirs,
        "only_one.py": ours,
        ".env": "KEY=hidden\n",
        ".env.example": "KEY=\n",
    }
    workplace = make(tmp_path / "repo", files)
    git(workplace.root, "remote", "add", "origin", "https://me:hidden-token@example.invalid/x.git")
    git(workplace.root, "remote", "add", "ssh", "git@example.invalid:x/y.git")
    made = await look(Role.GITHUB, workplace)
    assert told(made) == [
        ("cadre/conflict-marks", "a.py", 2),
        ("cadre/password-in-remote", None, None),
        ("cadre/secret-tracked", ".env", None),
    ]
    assert "hidden" not in made.model_dump_json()
    assert "https://me:***@example.invalid/x.git" in made.facts
    assert "git@example.invalid:x/y.git" in made.facts


DOCS = """\
# Guide

[here](other.md) [gone](gone.md) [title](<a b.md>) [spaced](a%20b.md "title") [web](https://x.invalid/)
[part](#the-second-part) [no part](#third) [there](other.md#deep-down) [not there](other.md#nope)
[out](../../issues) [built](build/api.html) ![image](img/x.png) <img src="img/y.png">
[ref]: other.md
[lost]: lost.md

`[code](nothing.md)` <!-- [comment](nothing.md) -->

```
[fenced](nothing.md)
```

The second part
---------------
"""


async def test_links_are_followed_as_a_reader_would(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "README.md": DOCS,
        "other.md": "# Other\n\n## Deep *down*!\n",
        "a b.md": "",
        "img/x.png": b"\0",
        ".gitignore": "build/\n",
    }
    made = await look(Role.DOCUMENTATION, make(tmp_path / "repo", files))
    assert [(f.line, f.message) for f in made.findings] == [
        (3, "links to gone.md, which does not exist"),
        (5, "links to img/y.png, which does not exist"),
        (7, "links to lost.md, which does not exist"),
        (4, "links to the heading #third of README.md, which has none of that name"),
        (4, "links to the heading #nope of other.md, which has none of that name"),
    ]


async def test_only_files_that_were_removed_are_missed_in_code(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", {"src/old.py": "", "src/new.py": "", "main.py": ""})
    (workplace.root / "src/old.py").unlink()
    (workplace.root / "main.py").unlink()
    text = (
        "Start `src/old.py` first.\n\nYours: `src/app.py` or `main.py`, and `src/new.py`.\n\n"
        "`src/old.py` was removed.\n\n```console\n$ ls\nsrc/old.py\n```\n"
    )
    write(workplace.root, {"README.md": text, "CHANGELOG.md": "Removed `src/old.py`\n"})
    commit(workplace.root)
    made = await look(Role.DOCUMENTATION, workplace)
    assert told(made) == [("cadre/gone-file", "README.md", 1)]


CLI = """\
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--port")
parser.add_argument("--dry-run", dest="dry_run")
"""

USAGE = """\
```sh
python -m app --port 1 --gone 2 --dry-run | other --unknown
uv run app --lost=1 -- --not-ours
docker run --rm app --volume x
pip install --upgrade app
```

Call `app --also-gone`, or `pytest --strange`.
"""


async def test_options_are_judged_only_for_the_repositorys_own_commands(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "app/__main__.py": CLI,
        "pyproject.toml": '[project]\nname = "app"\n[project.scripts]\napp = "app.__main__:main"\n',
        "README.md": USAGE,
    }
    made = await look(Role.DOCUMENTATION, make(tmp_path / "repo", files))
    assert [(f.line, f.message.split()[1]) for f in made.findings] == [
        (2, "--gone"),
        (3, "--lost"),
        (8, "--also-gone"),
    ]


async def test_options_are_left_alone_where_the_code_takes_any(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "app/__main__.py": CLI + "parser.parse_known_args()\n",
        "README.md": "```\npython -m app --anything\n```\n",
    }
    assert not (await look(Role.DOCUMENTATION, make(tmp_path / "repo", files))).findings


DEPENDENCIES = """\
[project]
name = "app"
dependencies = [
    "PyYAML>=6", "attrs", "google-cloud-storage", "python-dateutil", "gunicorn",
    "types-requests", "sentry-sdk[flask]", "Pillow; python_version > '3'", "named-in-settings",
    "leftover ~= 1.0",
]
"""


async def test_only_dependencies_that_nothing_names_are_unused(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pyproject.toml": DEPENDENCIES,
        "app.py": "import yaml, attr\nfrom google.cloud import storage\nimport sentry_sdk\n",
        "more.py": "def f():\n    from dateutil import parser\n    import PIL.Image\n",
        "settings.py": 'APPS = ["named_in_settings"]\n',
        "README.md": "Uses leftover.\n",
        "uv.lock": 'name = "leftover"\n',
    }
    made = await look(Role.DEVELOPMENT, make(tmp_path / "repo", files))
    unused = [f for f in made.findings if f.rule == "cadre/unused-dependency"]
    assert [(f.path, f.line) for f in unused] == [("pyproject.toml", 6)]
    assert "leftover" in unused[0].message


async def test_a_configuration_cannot_make_ruff_change_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pyproject.toml": "[tool.ruff]\nfix = true\nunsafe-fixes = true\n",
        "a.py": "import os\n",
    }
    workplace = make(tmp_path / "repo", files)
    made = await look(Role.DEVELOPMENT, workplace)
    assert ("F401", "a.py", 1) in told(made)
    assert git(workplace.root, "status", "--short") == ""


async def test_habits_that_ruff_dislikes_are_no_findings(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "app/__init__.py": "from app.core import run\n",
        "app/core.py": "try:\n    import orjson\nexcept ImportError:\n    pass\ndef run(): pass\n",
        "tests/test_x.py": "from tests.fix import db\ndef test(db): pass\n",
        "tests/data/case.py": "import os\n",
        "vendor/x.py": "import os\n",
        "other.py": "import re  # noqa: F401\n",
    }
    assert not (await look(Role.DEVELOPMENT, make(tmp_path / "repo", files))).findings


RUNNERS: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    "pytest": (
        {"tests/test_a.py": "def test(): pass\n", "pytest.ini": "[pytest]\n"},
        ["-m", "pytest", "-q"],
    ),
    "unittest": (
        {"tests/__init__.py": "", "tests/test_a.py": "import unittest\n"},
        ["-m", "unittest", "discover"],
    ),
    "npm": (
        {"package.json": json.dumps({"scripts": {"test": "node --test"}})},
        ["npm", "test"],
    ),
    "pnpm": (
        {"package.json": json.dumps({"scripts": {"test": "x"}}), "pnpm-lock.yaml": ""},
        ["pnpm", "test"],
    ),
    "go": ({"go.mod": "module x\n", "x_test.go": "package x\n"}, ["go", "test", "./..."]),
    "cargo": ({"Cargo.toml": "[package]\n"}, ["cargo", "test"]),
    "make": ({"Makefile": "all:\n\ntest: all\n\ttrue\n"}, ["make", "test"]),
}


@pytest.mark.parametrize("kind", RUNNERS)
async def test_the_runner_is_recognised_and_proposed(tmp_path: Path, kind: str) -> None:
    files, words = RUNNERS[kind]
    made = await look(Role.TESTING, make(tmp_path / "repo", files))
    (proposal,) = made.proposals
    assert proposal.tool == "run_tests"
    (told,) = [line for line in made.facts.splitlines() if "Runner" in line]
    assert all(word in told.split() for word in words)


async def test_npms_own_placeholder_is_no_runner(tmp_path: Path) -> None:
    package = json.dumps({"scripts": {"test": 'echo "Error: no test specified" && exit 1'}})
    made = await look(Role.TESTING, make(tmp_path / "repo", {"package.json": package}))
    assert made.proposals == ()


async def test_what_the_last_runs_left_is_read(tmp_path: Path) -> None:
    report = (
        '<testsuite><testcase name="test_b" file="tests/test_b.py" line="3">'
        '<failure message="assert 1 == 2&#10;more">x</failure></testcase>'
        '<testcase name="fine"/></testsuite>'
    )
    files: dict[str, str | bytes] = {
        "tests/test_a.py": "def test_old(): pass\n",
        ".pytest_cache/v/cache/lastfailed": json.dumps(
            {"tests/test_a.py::test_old[1]": True, "tests/gone.py::x": True}
        ),
        "junit.xml": report,
    }
    made = await look(Role.TESTING, make(tmp_path / "repo", files))
    assert told(made) == [
        ("junit/failure", "tests/test_b.py", 4),
        ("pytest/last-failed", "tests/test_a.py", None),
    ]


def test_a_ledger_counts_on_from_what_was_kept() -> None:
    ledger = Ledger("t2")
    first = ledger.keep("run", {"command": "x"}, Result("a", 1, 0.5))
    assert (first.id, first.exit_code, first.excerpt) == ("t2.1", 1, "a")
    assert Ledger("t2", [first]).keep("run", {}, Result("b")).id == "t2.2"


async def test_a_repository_of_50_000_files_is_looked_at_in_seconds(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", {"README.md": "# Big\n"}, committed=False)
    for folder in range(500):
        (workplace.root / f"d{folder}").mkdir()
        for file in range(100):
            (workplace.root / f"d{folder}/f{file}.py").touch()
    for made in await asyncio.gather(*(look(role, workplace) for role in SPECIALISTS)):
        assert not made.findings
        assert sum(evidence.seconds for evidence in made.evidence) < 20
