"""What a small model may name in a call."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from agents.belts import BELTS
from agents.names import files, held
from agents.role import Role

ASKED: list[AnyMessage] = [
    SystemMessage("ci_cd\ntools: read_file list_files search"),
    HumanMessage(
        "Survey:\n- Workflows: .github/workflows/ci.yml [t1.1]\n- Dockerfile:3 sets no USER\n"
        "- 3.12 and v1.2 of `requests`\n\nRequest: Why is deploy red since v1.2\n"
        "Task: Why is deploy red since v1.2"
    ),
]


def arguments(role: Role, tool: str, messages: list[AnyMessage] = ASKED) -> dict[str, Any]:
    schemas = [one.schema() for one in BELTS[role] if one.name == tool]
    [told] = held(schemas, messages)
    properties: dict[str, Any] = told["function"]["parameters"]["properties"]
    return properties


def test_a_path_is_one_that_was_read_without_its_line() -> None:
    paths = arguments(Role.CI_CD, "read_file")["path"]["enum"]
    assert paths[:2] == [".github/workflows/ci.yml", "Dockerfile"]
    assert "3.12" not in paths
    assert "t1.1" not in paths


def test_what_a_tool_gave_back_can_be_read_next() -> None:
    call = AIMessage("", tool_calls=[{"name": "list_files", "args": {}, "id": "c1"}])
    listed = ToolMessage("[t1.2] ok\napp/main.py\napp/views/", tool_call_id="c1")
    paths = arguments(Role.CI_CD, "read_file", [*ASKED, call, listed])["path"]["enum"]
    assert paths[:2] == ["app/main.py", "app/views/"]


def test_it_searches_for_words_of_its_task() -> None:
    words = arguments(Role.CI_CD, "search")["pattern"]["enum"]
    assert {"deploy", "red", "since", "v1.2", "requests"} <= set(words)
    assert "Workflows" not in words


def test_a_range_lies_between_revisions_that_stand_there() -> None:
    ranges = arguments(Role.GITHUB, "git_log")["revision"]["enum"]
    assert {"v1.2", "v1.2..HEAD", "main..v1.2"} <= set(ranges)


def test_a_new_file_and_a_new_tag_have_names_of_their_own() -> None:
    assert "enum" not in arguments(Role.TESTING, "write_file")["path"]
    assert "enum" not in arguments(Role.GITHUB, "git_tag")["name"]


def test_what_can_be_left_out_is_left_out_where_nothing_is_known() -> None:
    nothing: list[AnyMessage] = [SystemMessage("github"), HumanMessage("Survey:\n\nRequest: ?")]
    assert "branch" not in arguments(Role.GITHUB, "conflicts", nothing)


@given(st.sampled_from([role for role in Role if BELTS[role]]), st.text(max_size=300))
def test_any_text_leaves_every_tool_with_what_it_requires(role: Role, text: str) -> None:
    messages: list[AnyMessage] = [
        SystemMessage(role.value),
        HumanMessage(f"{text}\nRequest: {text}"),
    ]
    for told in held([tool.schema() for tool in BELTS[role]], messages):
        parameters = told["function"]["parameters"]
        assert set(parameters.get("required", [])) <= set(parameters.get("properties", {}))
        for schema in parameters.get("properties", {}).values():
            assert schema.get("enum") != []


@given(st.text(max_size=500))
def test_a_file_stands_in_the_text_that_names_it(text: str) -> None:
    assert all(name in text for name in files([text]))
