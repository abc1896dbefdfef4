"""The GitHub Action and the GitLab template: valid, without known weaknesses, and they work.

The step that runs Cadre is run here as a runner would, with a stand-in for `cadre` that prints what
a hostile repository might.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from ruamel.yaml import YAML

from console.output_files import Format

ROOT = Path(__file__).parent.parent
ACTION = ROOT / "action.yml"
TEMPLATE = ROOT / "templates/gitlab/cadre.yml"

STAND_IN = """#!/bin/sh
printf '%s\\n' "$@" > "$RUNNER_TEMP/arguments"
echo '::add-path::/tmp/hostile'
echo '::warning::hostile' >&2
printf '::set-output name=a::b'
for one; do
  case "$one" in
    annotations=*) echo '::error file=a.py,line=1::true' > "${one#*=}" ;;
    summary=*) echo '# Summary' > "${one#*=}" ;;
    */cadre.sarif | */report.md) echo '{}' > "$one" ;;
  esac
done
exit "$CODE"
"""


def load(path: Path) -> Any:  # Any: YAML, whose shape the schema tests hold
    return YAML(typ="safe").load(path.read_text())


def step(name: str) -> Any:
    return next(one for one in load(ACTION)["runs"]["steps"] if one.get("name") == name)


def check(program: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    beside = Path(sys.executable).with_name(program)
    argv = [str(beside), *arguments]
    return subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)


def test_the_action_keeps_to_githubs_schema() -> None:
    ran = check("check-jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION))
    assert ran.returncode == 0, ran.stdout


def test_the_template_keeps_to_gitlabs_schema() -> None:
    options = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    ran = check("check-jsonschema", *options, str(TEMPLATE))
    assert ran.returncode == 0, ran.stdout


def test_zizmor_has_nothing_to_say_of_the_action() -> None:
    ran = check("zizmor", "--offline", "--persona", "auditor", "--format", "json", str(ACTION))
    assert json.loads(ran.stdout) == []


def test_every_action_is_pinned_to_a_commit() -> None:
    used = [one["uses"] for one in load(ACTION)["runs"]["steps"] if "uses" in one]
    assert len(used) == 4
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one) for one in used)


def test_no_script_has_an_expression_in_it() -> None:
    assert not [one for one in load(ACTION)["runs"]["steps"] if "${{" in one.get("run", "")]


def scripts() -> list[tuple[str, str]]:
    steps = [one for one in load(ACTION)["runs"]["steps"] if "run" in one]
    job = load(TEMPLATE)["cadre"]
    gitlab = "\n".join(job["before_script"] + job["script"])
    return [*(("bash", one["run"]) for one in steps), ("sh", gitlab)]


@pytest.mark.parametrize(("shell", "script"), scripts(), ids=range(len(scripts())))
def test_shellcheck_has_nothing_to_say_of_a_script(shell: str, script: str) -> None:
    options = ("--shell", shell, "--severity", "style")
    ran = check("shellcheck", *options, "-", stdin=f"{script}\n")
    assert ran.returncode == 0, ran.stdout


def run(name: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """One step, as GitHub's runner starts bash."""
    program = folder / "cadre/bin/cadre"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(STAND_IN)
    program.chmod(0o755)
    (program.parent / "python").unlink(missing_ok=True)
    (program.parent / "python").symlink_to(sys.executable)
    files = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "steps")}
    given = {"RUNNER_TEMP": str(folder), "GITHUB_ACTION_PATH": str(ROOT), **files, **env}
    script = folder / "script.sh"
    script.write_text(step(name)["run"])
    (folder / "work").mkdir(exist_ok=True)
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        cwd=folder / "work",
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=False,
    )


def obeyed(log: str) -> list[str]:
    """The lines that the runner takes as commands."""
    commands, token = [], ""
    for line in log.splitlines():
        if token:
            token = "" if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif line.startswith("::"):
            commands.append(line)
    return commands


OPTIONS = {"RECIPE": "review", "REQUEST": "", "BASE": "", "MODEL": "embedded", "FAIL_ON": "error"}


def test_the_runner_obeys_our_annotations_and_nothing_else(tmp_path: Path) -> None:
    ran = run("Run Cadre", tmp_path, CODE="0", **OPTIONS)
    assert obeyed(ran.stdout) == ["::error file=a.py,line=1::true"]
    assert (tmp_path / "steps").read_text() == "# Summary\n"
    assert f"sarif={tmp_path}/cadre-out/cadre.sarif\n" in (tmp_path / "output").read_text()


@pytest.mark.parametrize("code", ["0", "1", "4"])
def test_the_step_ends_as_cadre_did_and_still_shows_what_there_is(
    code: str, tmp_path: Path
) -> None:
    ran = run("Run Cadre", tmp_path, CODE=code, **OPTIONS)
    assert ran.returncode == int(code)
    assert (tmp_path / "steps").exists()


@pytest.mark.parametrize(
    ("changed", "first", "last"),
    [
        ({}, ["review", "--approve", "read"], "annotations="),
        ({"BASE": "--hostile"}, ["review", "--approve", "read"], "--base=--hostile"),
        ({"RECIPE": "ci", "BASE": "a"}, ["ci", "--approve", "read"], "annotations="),
        ({"REQUEST": "--json $(x)"}, ["run", "--approve", "read"], "--json $(x)"),
    ],
)
def test_inputs_stay_arguments(
    changed: dict[str, str], first: list[str], last: str, tmp_path: Path
) -> None:
    run("Run Cadre", tmp_path, CODE="0", **{**OPTIONS, **changed})
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert arguments[:3] == first
    assert arguments[-1].startswith(last)
    assert (arguments[-2] == "--") == ("REQUEST" in changed)


def test_no_module_of_the_repository_is_taken_for_pythons_own(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work/secrets.py").write_text("def token_hex(): return 'known'\n")
    ran = run("Run Cadre", tmp_path, CODE="0", **OPTIONS)
    assert "known" not in ran.stdout
    for _, script in scripts():
        assert not re.search(r"python\"? +-[mc]|PYTHON\"? +-[mc]", script, re.IGNORECASE)


WANTED = {"RECIPE": "review", "MODEL": "embedded", "SHA256": "", "VERSION": ""}


def test_what_is_cached_depends_on_what_is_installed(tmp_path: Path) -> None:
    run("Look at what is wanted", tmp_path, **WANTED)
    run("Look at what is wanted", tmp_path, **{**WANTED, "VERSION": "1.0"})
    lines = (tmp_path / "output").read_text().splitlines()
    assert lines[0] == lines[2] == "model=embedded"
    assert re.fullmatch("wheels=[0-9a-f]{64}", lines[1])
    assert lines[1] != lines[3]


def test_a_model_at_an_address_is_fetched_to_a_file(tmp_path: Path) -> None:
    given = {"MODEL": "https://example.invalid/m.gguf", "SHA256": "a" * 64}
    assert run("Look at what is wanted", tmp_path, **{**WANTED, **given}).returncode == 0
    assert (tmp_path / "output").read_text().splitlines()[:2] == [
        "fetch=true",
        f"model={tmp_path}/cadre-model/model.gguf",
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"RECIPE": "chat"},
        {"RECIPE": ""},
        {"MODEL": "https://example.invalid/m.gguf"},
        {"MODEL": "https://example.invalid/m.gguf", "SHA256": "a"},
        {"MODEL": "https://example.invalid/m.gguf", "SHA256": "a" * 64 + "\nfetch=x"},
        {"MODEL": "a\nfetch=true"},
    ],
)
def test_an_input_that_cannot_be_stops_the_job(given: dict[str, str], tmp_path: Path) -> None:
    ran = run("Look at what is wanted", tmp_path, **{**WANTED, **given})
    assert ran.returncode == 2
    assert ran.stdout.startswith("::error::")
    assert not (tmp_path / "output").exists()


INSTALLER = """#!/bin/sh
echo "$@" >> "$RUNNER_TEMP/installed"
if [ "$3" = venv ]; then
  rm "$RUNNER_TEMP/cadre/bin/python"
  cp "$0" "$RUNNER_TEMP/cadre/bin/python"
fi
"""


@pytest.mark.parametrize(
    ("version", "last"),
    [("", str(ROOT)), ("1.0", "qwen-cadre==1.0")],
)
def test_what_is_asked_for_is_installed(version: str, last: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(INSTALLER)
    python.chmod(0o755)
    ran = run("Install Cadre", tmp_path, PYTHON=str(python), VERSION=version)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "installed").read_text().splitlines()[-1].endswith(f" {last}")


def test_the_pins_are_one_version_of_each_package(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(INSTALLER)
    python.chmod(0o755)
    run("Install Cadre", tmp_path, PYTHON=str(python), VERSION="")
    lines = (tmp_path / "cadre-pins.txt").read_text().splitlines()
    pins = [one for one in map(Requirement, lines) if not one.marker or one.marker.evaluate()]
    names = [one.name for one in pins]
    assert len(names) == len(set(names)) > 50
    assert {"langgraph", "llama-cpp-python"} <= set(names)


def test_a_model_with_another_sum_is_not_used(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"another")
    ran = run("Fetch the model", tmp_path, MODEL=str(model), SHA256="a" * 64, ADDRESS="")
    assert ran.returncode == 1
    assert not model.exists()


def test_a_model_out_of_the_cache_is_not_fetched_again(tmp_path: Path) -> None:
    model = tmp_path / "model.gguf"
    model.write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    ran = run("Fetch the model", tmp_path, MODEL=str(model), SHA256=empty, ADDRESS="")
    assert ran.returncode == 0, ran.stderr


DOCS = (ROOT / "docs/ci.md").read_text()


def rows(after: str) -> set[str]:
    """The names in the first column of the table below a heading."""
    table = DOCS.partition(after)[2].split("\n\n")
    [rows] = [part for part in table[:5] if part.startswith("|")][:1]
    return set(re.findall(r"^\| `([\w-]+)`", rows, re.MULTILINE))


def test_the_documented_workflow_is_valid_and_uses_inputs_that_there_are(tmp_path: Path) -> None:
    text = DOCS.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "ci.yml").write_text(text)
    schema = ("--builtin-schema", "vendor.github-workflows")
    ran = check("check-jsonschema", *schema, str(tmp_path / "ci.yml"))
    assert ran.returncode == 0, ran.stdout
    steps = YAML(typ="safe").load(text)["jobs"]["cadre"]["steps"]
    assert steps[-1]["with"].keys() <= load(ACTION)["inputs"].keys()


def test_the_docs_name_every_input_variable_and_format() -> None:
    assert rows("## GitHub") == load(ACTION)["inputs"].keys()
    ours = {name for name in load(TEMPLATE)["cadre"]["variables"] if name in rows("## GitLab")}
    assert ours == rows("## GitLab") == {"RECIPE", "FAIL_ON", "MODEL", "INSTALL"}
    assert rows("## Output") == set(Format)


def test_whatever_the_pipelines_type_cadre_takes() -> None:
    typed = {option for _, script in scripts() for option in re.findall(r"--[a-z-]+", script)}
    ran = check("cadre", "review", "--help")
    known = set(re.findall(r"--[a-z-]+", ran.stdout))
    wanted = {"--approve", "--model", "--fail-on", "--sarif", "--report", "--output", "--base"}
    assert wanted <= typed
    assert wanted <= known


@pytest.mark.parametrize("base", ["", "0123abc"])
def test_gitlabs_job_runs_cadre_as_it_is_told(base: str, tmp_path: Path) -> None:
    job = load(TEMPLATE)["cadre"]
    program = tmp_path / "cadre/bin/cadre"
    program.parent.mkdir(parents=True)
    program.write_text(STAND_IN)
    program.chmod(0o755)
    script = "\n".join(job["script"]).replace("/tmp/cadre", str(tmp_path / "cadre"))
    given = {"RUNNER_TEMP": str(tmp_path), "CODE": "1", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base}
    env = {**job["variables"], "PATH": os.environ["PATH"], **given}
    ran = subprocess.run(["sh", "-euc", script], cwd=tmp_path, env=env, check=False)
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert ran.returncode == 1
    assert arguments[:5] == ["review", "--approve", "read", "--model", "all=embedded"]
    assert ("--base=0123abc" in arguments) == bool(base)
    assert job["artifacts"]["reports"]["codequality"] in " ".join(arguments)
