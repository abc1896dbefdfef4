"""Tools as a specialist uses them: by name, with arguments that may be wrong."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agents.belts import BELTS, named, tools_for
from agents.role import SPECIALISTS, Role
from agents.tools.policy import Allow, Approve, Ask, Deny
from agents.tools.toolbox import AnyTool, judge, use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import make

TOOLS = {tool.name: tool for belt in BELTS.values() for tool in belt}


def tool(name: str) -> AnyTool:
    return TOOLS[name]


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    files = {"a.py": "x = 1\n", "-rf": "odd\n", ".env": "TOKEN=1\n"}
    # Which sandbox there is here is of no matter to these tests.
    return replace(make(tmp_path / "repo", files), unconfined=True)


@pytest.mark.parametrize("role", SPECIALISTS)
def test_the_tools_of_a_role_take_little_of_a_prompt(role: Role) -> None:
    rendered = "\n".join(json.dumps(tool.schema()) for tool in tools_for(role))
    # A token of Qwen's vocabulary is more than three characters of such JSON.
    assert len(rendered) < 1200 * 3


def test_a_schema_says_what_is_needed_and_no_more() -> None:
    assert tool("search").schema() == {
        "type": "function",
        "function": {
            "name": "search",
            "description": "Search file contents for a regular expression.",
            "parameters": {
                "type": "object",
                "properties": {"pattern": {"type": "string"}, "path": {"type": "string"}},
                "required": ["pattern"],
            },
        },
    }


def test_a_role_has_its_own_tools_only() -> None:
    assert named(Role.GITHUB, "git_log") is not None
    assert named(Role.GITHUB, "run") is None
    assert tools_for(Role.COORDINATOR) == ()


@pytest.mark.parametrize("role", SPECIALISTS)
def test_every_path_of_every_tool_is_looked_at(role: Role) -> None:
    for each in tools_for(role):
        assert ("path" in each.arguments.model_fields) == ("path" in each.paths)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "path: Field required"),
        ({"path": "a.py", "colour": 1}, "colour: Extra inputs"),
        ({"path": "a.py", "start": "many"}, "start: Input should be a valid integer"),
        ({"path": "a.py", "start": 0}, "start: Input should be greater than or equal to 1"),
        ({"path": None}, "path: Input should be a valid string"),
    ],
)
async def test_wrong_arguments_are_answered_so_that_a_model_can_mend_them(
    workplace: Workplace, arguments: dict[str, object], told: str
) -> None:
    assert judge(tool("read_file"), arguments, workplace, Approve.READ) == Allow()
    result = await use(tool("read_file"), arguments, workplace)
    assert result.exit_code == 1
    assert told in result.text
    assert "read_file takes: path, start, lines" in result.text


def test_running_is_asked_for_with_the_command_shown(workplace: Workplace) -> None:
    call = {"command": ["python", "-c", "print('\x1b[2J')\nx"]}
    decision = judge(tool("run"), call, workplace, Approve.ASK)
    assert isinstance(decision, Ask)
    assert decision.reason.startswith("run python -c ")
    assert decision.reason.isprintable()


@pytest.mark.parametrize("name", ["read_file", "list_files", "git_blame"])
@pytest.mark.parametrize("path", [".git/config", "../x", "/etc/passwd", "-rf"])
async def test_refused_paths_are_refused_by_use_as_well(
    workplace: Workplace, name: str, path: str
) -> None:
    assert isinstance(judge(tool(name), {"path": path}, workplace, Approve.ALL), Deny)
    result = await use(tool(name), {"path": path}, workplace)
    assert result.exit_code == 1
    assert result.text.startswith("refused: ")


async def test_a_name_like_an_option_can_be_reached_by_its_folder(workplace: Workplace) -> None:
    result = await use(tool("read_file"), {"path": "./-rf"}, workplace)
    assert result.text == "1\todd"


async def test_a_tool_that_fails_is_evidence(tmp_path: Path, workplace: Workplace) -> None:
    result = await use(tool("read_file"), {"path": "gone.py"}, workplace)
    assert result.exit_code == 1
    assert "read_file failed: FileNotFoundError" in result.text


async def test_terminal_escapes_do_not_come_through(workplace: Workplace) -> None:
    call = {"command": ["printf", r"\033[31mred\033[0m \033]0;title\007\b\u202Ebar"]}
    result = await use(tool("run"), call, workplace)
    assert "red" in result.text
    assert "\x1b" not in result.text
    assert "\x07" not in result.text
    assert "\u202e" not in result.text


async def test_a_long_result_is_cut_and_says_so(workplace: Workplace) -> None:
    call = {"command": ["python3", "-c", "print('a' * 50_000, 'end')"]}
    result = await use(tool("run"), call, workplace)
    assert len(result.text) <= workplace.budget_chars
    assert "characters left out here" in result.text
    assert result.text.endswith("end")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("git log | head", "there is no shell here"),
        ("make && make test", "there is no shell here"),
        ("echo 'open", "No closing quotation"),
        ("", "the command is empty"),
        ([], "the command is empty"),
    ],
)
async def test_what_needs_a_shell_is_not_run(
    workplace: Workplace, command: str | list[str], told: str
) -> None:
    result = await use(tool("run"), {"command": command}, workplace)
    assert result.exit_code == 2
    assert told in result.text


async def test_a_command_may_be_words_or_a_line(workplace: Workplace) -> None:
    for command in ("printf '%s|' 'a b' c", ["printf", "%s|", "a b", "c"]):
        assert (await use(tool("run"), {"command": command}, workplace)).text == "a b|c|"


async def test_a_hanging_command_becomes_evidence(workplace: Workplace) -> None:
    result = await use(tool("run"), {"command": "sleep 30", "seconds": 1}, workplace)
    assert result.exit_code == 124
    assert result.text == "timed out after 1 s"


async def test_paths_in_the_repository_are_shown_relative(workplace: Workplace) -> None:
    call = {"command": ["echo", f"{workplace.root}/a.py:1: bad"]}
    assert (await use(tool("run"), call, workplace)).text == "a.py:1: bad"
