"""The tools that read code, over real repositories."""

import os
import time
from pathlib import Path

import pytest

from agents.code.lint import LINT
from agents.code.outlines import OUTLINE
from agents.code.symbols import FIND_SYMBOL
from agents.tools.tool import Result
from agents.tools.toolbox import AnyTool, use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make, write

SECRET = "hunter2"


async def call(workplace: Workplace, tool: AnyTool, **arguments: object) -> Result:
    return await use(tool, arguments, workplace)


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    write(tmp_path, {"outside/x.py": f"def {SECRET}(): pass\n", "outside/ruff.toml": SECRET})
    files: dict[str, str | bytes] = {
        "app/core.py": "import os\n\nclass Engine:\n    def run(self): ...\n\ndef run(): ...\n",
        "app/main.py": "from app.core import run\n\n# run\nrun()\n",
        "app/latin.py": b"# caf\xe9\ndef caf\xe9(): pass\ndef plain(): pass\n",
        "web/x.js": "export function run() {}\n",
        "docs/use.md": "Call `run`.\n",
        "big.py": "x = 1\n" * 400_000,
        "data.bin": b"\0run",
        ".env": "run=1\n",
    }
    made = make(tmp_path / "repo", files)
    (made.root / "sly.py").symlink_to(tmp_path / "outside/x.py")
    (made.root / "out").symlink_to(tmp_path / "outside")
    return made


async def test_a_file_is_outlined_with_its_lines(workplace: Workplace) -> None:
    result = await call(workplace, OUTLINE, path="app/core.py")
    assert result.text == "3-4\tclass Engine:\n4-4\t  def run(self):\n6-6\tdef run():"


async def test_a_folder_is_outlined_file_by_file(workplace: Workplace) -> None:
    result = await call(workplace, OUTLINE)
    assert "app/core.py: class Engine, function run" in result.text
    assert "web/x.js: function run" in result.text
    assert "big.py: not read" in result.text
    assert SECRET not in result.text


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("nothing.py", "there is no nothing.py"),
        ("docs/use.md", "in no language that is read here"),
        ("big.py", "longer than"),
        ("docs", "no code in a language"),
        ("sly.py", "leads out of the repository"),
        ("out", "leads out of the repository"),
        ("../outside/x.py", "leads out of the repository"),
    ],
)
async def test_what_cannot_be_outlined_is_said(workplace: Workplace, path: str, told: str) -> None:
    result = await call(workplace, OUTLINE, path=path)
    assert result.exit_code == 1
    assert told in result.text
    assert SECRET not in result.text


async def test_a_name_is_found_with_its_definitions_first(workplace: Workplace) -> None:
    result = await call(workplace, FIND_SYMBOL, name="run")
    assert result.text.splitlines() == [
        "Defined (3):",
        "app/core.py:4: method Engine.run: def run(self):",
        "app/core.py:6: function run: def run():",
        "web/x.js:1: function run: function run()",
        "Used (2):",
        "app/main.py:1: from app.core import run",
        "app/main.py:4: run()",
        "Named in other files: docs/use.md",
    ]


async def test_a_class_before_the_name_narrows_the_definitions(workplace: Workplace) -> None:
    result = await call(workplace, FIND_SYMBOL, name="Engine.run", path="app")
    assert result.text.startswith("Defined (1):\napp/core.py:4: method Engine.run")


@pytest.mark.parametrize("name", ["", "a b", "-e", "--help", "run)", "x\ny", "*", "." * 9])
async def test_what_is_no_name_is_said(workplace: Workplace, name: str) -> None:
    result = await call(workplace, FIND_SYMBOL, name=name)
    assert result.exit_code == 1
    assert "is no name" in result.text


@pytest.mark.parametrize("name", ["nowhere", SECRET, "$x", "a?"])
async def test_a_name_that_is_nowhere_is_said(workplace: Workplace, name: str) -> None:
    result = await call(workplace, FIND_SYMBOL, name=name)
    assert result.exit_code == 1
    assert result.text.startswith("no code has the name")


async def test_a_name_is_found_quickly_among_many_files(tmp_path: Path) -> None:
    text = "import os\n\ndef f(a):\n    return a\n"
    files = {f"p{n % 50}/m{n}.py": text for n in range(1500)}
    workplace = make(tmp_path / "many", {**files, "x.py": "def rare(): pass\n"}, committed=False)
    git(workplace.root, "add", "--all")
    began = time.monotonic()
    result = await call(workplace, FIND_SYMBOL, name="rare")
    assert result.text.startswith("Defined (1):\nx.py:1:")
    assert time.monotonic() - began < 4


async def test_ruff_tells_what_it_finds(workplace: Workplace) -> None:
    result = await call(workplace, LINT, paths=["app"])
    assert result.exit_code == 1
    assert "app/core.py:1: F401 `os` imported but unused" in result.text
    assert [(f.rule, f.path, f.line) for f in result.findings if f.rule == "F401"] == [
        ("F401", "app/core.py", 1)
    ]
    assert (await call(workplace, LINT, paths=["app/main.py"])).exit_code == 0


async def test_the_repositorys_own_rules_are_used_and_change_nothing(workplace: Workplace) -> None:
    write(workplace.root, {"ruff.toml": "fix = true\nlint.select = ['T20']\n", "p.py": "print()\n"})
    commit(workplace.root)
    result = await call(workplace, LINT)
    assert {f.rule for f in result.findings} == {"T201"}
    assert git(workplace.root, "status", "--short") == ""


@pytest.mark.parametrize("extended", ["../outside/ruff.toml", "$HOME/x", "~/x", "linked.toml"])
async def test_rules_from_outside_are_not_read(workplace: Workplace, extended: str) -> None:
    write(workplace.root, {"ruff.toml": f'extend = "{extended}"\n'})
    (workplace.root / "linked.toml").symlink_to("../outside/ruff.toml")
    commit(workplace.root)
    result = await call(workplace, LINT, paths=["app"])
    assert "rules F and E9" in result.text
    assert SECRET not in result.text


@pytest.mark.parametrize("paths", [["../outside"], ["out"], ["app", "/etc"], ["-x"]])
async def test_paths_outside_are_refused(workplace: Workplace, paths: list[str]) -> None:
    result = await call(workplace, LINT, paths=paths)
    assert result.exit_code == 1
    assert result.text.startswith("refused: ")


async def test_a_pipe_in_place_of_a_file_does_not_hang(workplace: Workplace) -> None:
    (workplace.root / "app/main.py").unlink()
    os.mkfifo(workplace.root / "app/main.py")
    assert (await call(workplace, OUTLINE, path="app/main.py")).exit_code == 1
    assert "Defined" in (await call(workplace, FIND_SYMBOL, name="run")).text
    assert "app/core.py" in (await call(workplace, LINT, paths=["app"])).text
