"""`cadre models experts` over tiny models: counted now, or read from a session."""

import asyncio
import json
from pathlib import Path

import pytest

from agents.errors import SessionError
from agents.request import Request
from agents.role import Role
from agents.settings import load
from console.exits import Exit
from console.model_commands.experts import experts
from graphs.sessions import open_sessions
from models.errors import CadreError, ConfigurationError, ModelError, UsageError
from models.experts import ExpertCounts, ExpertUsage
from models.heat import kept_file, save, standard_prompts
from tests.models.tiny import write_tiny

COUNTS = ExpertUsage({"testing": ExpertCounts(((5, 1, 1, 1), (2, 2, 2, 2)))})
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def mixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("heat") / "moe.gguf", experts=4)


@pytest.fixture(scope="module")
def dense(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("heat") / "dense.gguf")


@pytest.fixture(autouse=True)
def one_thread(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CADRE_THREADS", "1")


def session(name: str, **counted: ExpertUsage) -> Path:
    """A session in the store, and what it counted by the model's path."""
    settings = load()

    async def begin() -> None:
        async with open_sessions(settings.sessions_path) as sessions:
            await sessions.begin(name, Request(text="Check it", repo="/r"), {})

    asyncio.run(begin())
    file = kept_file(settings.state_dir, name)
    if counted:
        save(file, counted)
    return file


def test_a_prompt_is_counted_and_drawn(mixture: Path, tmp_path: Path, capsys: Captured) -> None:
    picture = tmp_path / "map.svg"
    assert experts(str(mixture), prompt="kubectl get pods", tokens=3, svg=picture) is Exit.DONE
    told = capsys.readouterr()
    assert "─ prompt ─" in told.out
    assert told.err.splitlines() == ["loading moe.gguf", "counting: prompt", f"wrote {picture}"]
    assert "Experts of moe.gguf" in picture.read_text()


def test_without_a_prompt_each_role_has_its_own(mixture: Path, capsys: Captured) -> None:
    assert experts(str(mixture), tokens=1, json=True) is Exit.DONE
    told = json.loads(capsys.readouterr().out)
    assert told["source"] == "prompts"
    assert set(told["roles"]) == set(standard_prompts()) == {role.value for role in Role}
    assert len(told["overlap"]) == 15


def test_a_dense_model_is_told_in_one_line(dense: Path, capsys: Captured) -> None:
    with pytest.raises(ModelError, match="has no experts") as refused:
        experts(str(dense))
    assert Exit.of(refused.value) is Exit.CONFIGURATION
    assert capsys.readouterr() == ("", "")


def test_what_a_session_counted_is_shown_without_loading(mixture: Path, capsys: Captured) -> None:
    session("0101-check", **{str(mixture.resolve()): COUNTS})
    assert experts(str(mixture), session="0101-check", json=True) is Exit.DONE
    told = capsys.readouterr()
    assert json.loads(told.out)["roles"]["testing"]["by_layer"][0]["counts"] == [5, 1, 1, 1]
    assert told.err == ""


def test_a_session_is_shown_though_its_model_is_gone(tmp_path: Path, capsys: Captured) -> None:
    gone = tmp_path / "gone.gguf"
    session("s", **{str(gone): COUNTS})
    assert experts(str(gone), session="s") is Exit.DONE
    assert "─ testing ─" in capsys.readouterr().out


def test_a_session_that_counted_nothing_says_how_to_count(mixture: Path) -> None:
    session("0101-check")
    with pytest.raises(UsageError, match="counted no experts") as refused:
        experts(str(mixture), session="0101-check")
    assert "CADRE_WATCH_EXPERTS=true" in refused.value.hint


def test_a_session_with_another_model_names_it(mixture: Path, dense: Path) -> None:
    session("s", **{"/models/other.gguf": COUNTS})
    with pytest.raises(UsageError, match="counted nothing of") as refused:
        experts(str(mixture), session="s")
    assert "/models/other.gguf" in refused.value.hint
    with pytest.raises(ModelError, match="has no experts"):
        experts(str(dense), session="s")


def test_a_damaged_file_of_a_session_is_a_configuration_error(mixture: Path) -> None:
    session("s", **{str(mixture): COUNTS}).write_text("{")
    with pytest.raises(ConfigurationError, match="holds no counts"):
        experts(str(mixture), session="s")


@pytest.mark.parametrize("name", ["nobody", "../../etc/passwd", ""])
def test_a_session_that_is_not_there_is_a_usage_error(mixture: Path, name: str) -> None:
    with pytest.raises(SessionError, match="there is no session"):
        experts(str(mixture), session=name)


@pytest.mark.parametrize(
    ("typed", "says", "exit"),
    [
        ({"prompt": "a", "session": "b"}, "exclude each other", Exit.USAGE),
        ({"prompt": " \n"}, "empty", Exit.USAGE),
        ({"svg": Path("/no/such/folder/map.svg")}, "cannot write", Exit.USAGE),
        ({"svg": Path("/")}, "cannot write", Exit.USAGE),
        ({"prompt": "word " * 9000}, "over the context", Exit.FAILED),
    ],
)
def test_what_cannot_be_is_one_error_with_its_hint(
    typed: dict[str, object], says: str, exit: Exit, mixture: Path
) -> None:
    with pytest.raises(CadreError, match=says) as refused:
        experts(str(mixture), **typed)  # type: ignore[arg-type]  # a table of flags
    assert refused.value.hint
    assert Exit.of(refused.value) is exit


@pytest.mark.parametrize("reference", ["scripted:turns.json", "no-such-file.gguf", "Qwen9-1B"])
def test_a_model_that_cannot_be_counted_is_a_model_error(reference: str) -> None:
    with pytest.raises(ModelError) as refused:
        experts(reference)
    assert refused.value.hint
