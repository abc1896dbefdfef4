"""Scripts of pipelines: found with their lines, checked by the real shellcheck."""

import json
from pathlib import Path

from agents.finding import Severity
from agents.surveys import Ledger, Survey
from agents.surveys.notes import Notes
from agents.surveys.run_steps import run_steps
from agents.tools.tree import tree_of
from tests.agents.tools.repository import make

WORKFLOW = """on: push
permissions: {}
defaults:
  run:
    shell: bash
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - name: one line
        run: rm -rf $FOLDER/*
      - name: many lines
        run: |

          if [ "${{ github.ref }}" = "refs/heads/main" ]; then
            echo "main"
          fi
          for name in $(ls *.txt); do echo "$name"; done
      - shell: pwsh
        run: if ($x -eq 1) { exit 1 }
      - shell: python
        run: print("a" if True else "b")
      - run: |
          if [ -n "$A" ]
            echo broken
          fi
"""

GITLAB = """stages: [test]
variables:
  script: "not $a script"
test:
  before_script:
    - export TARGET=build
    - LEVEL=3
  script:
    - echo "$TARGET" "$LEVEL"
    - |
      cd build
      cat $FILE
"""

ACTION = """name: greet
description: greets
runs:
  using: composite
  steps:
    - run: echo `date`
      shell: bash
"""


async def look(tmp_path: Path, files: dict[str, str]) -> Survey:
    workplace = make(tmp_path / "repo", files)
    notes = Notes(await tree_of(workplace), Ledger("t1"))
    await run_steps(notes)
    return notes.survey()


def told(made: Survey) -> set[tuple[str, str | None, int | None]]:
    return {(f.rule, f.path, f.line) for f in made.findings if f.tool == "shellcheck"}


async def test_findings_point_at_the_lines_of_the_workflow(tmp_path: Path) -> None:
    name = ".github/workflows/ci.yml"
    made = await look(tmp_path, {name: WORKFLOW})
    found = told(made)
    assert ("SC2115", name, 11) in found
    assert ("SC2045", name, 18) in found
    assert any(rule == "SC1049" and line in {24, 25} for rule, _, line in found)
    assert not {line for _, _, line in found} & {15, 20, 22}, "expressions and other shells"
    broken = [f for f in made.findings if f.rule == "SC1049"]
    assert broken[0].severity is Severity.ERROR
    assert broken[0].evidence


async def test_a_gitlab_job_is_one_script_and_other_keys_are_none(tmp_path: Path) -> None:
    assert told(await look(tmp_path, {".gitlab-ci.yml": GITLAB})) == {
        ("SC2086", ".gitlab-ci.yml", 12)
    }


async def test_composite_actions_are_checked_and_evidence_names_no_temporary_file(
    tmp_path: Path,
) -> None:
    made = await look(tmp_path, {"actions/greet/action.yml": ACTION})
    assert ("SC2006", "actions/greet/action.yml", 6) in told(made)
    kept = next(e for e in made.evidence if e.tool == "shellcheck")
    assert "actions/greet/action.yml" in json.dumps(kept.arguments["argv"])
    assert "cadre-" not in kept.model_dump_json()


async def test_hostile_yaml_is_survived(tmp_path: Path) -> None:
    bomb = "a: &a [" + "x, " * 50 + "]\nb: &b [" + "*a, " * 50 + "]\njobs: {x: {steps: *b}}\n"
    deep = "jobs: " + "[" * 5000
    await look(
        tmp_path,
        {
            ".github/workflows/a.yml": bomb,
            ".github/workflows/b.yml": deep,
            ".github/workflows/c.yml": "jobs: {x: {steps: [{run: [1]}, {run: 3}, {run: ''}, 4]}}",
            ".gitlab-ci.yml": "a: {script: {b: c}}\nd: {script: &d [[nested, *d], *d]}\n",
        },
    )
