"""The conversation, line by line, over a fake team."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.settings import Settings
from console.chat import Chat
from console.exits import Exit
from console.interrupts import Interrupts
from console.loading_bar import LoadingBar
from console.options import RunOptions
from console.slash import Slash, slash_of
from graphs.events import Event, Failed
from models.errors import UsageError
from tests.console.conftest import Screen
from tests.console.fake_team import FakeTeam
from tests.console.story import done


def chat(screen: Screen, team: FakeTeam, interrupts: Interrupts | None = None) -> Chat:
    return Chat(
        RunOptions(""), Settings(), team, screen.terminal, interrupts or Interrupts(), LoadingBar()
    )


async def said(screen: Screen, lines: Sequence[str], events: Sequence[Event] = ()) -> FakeTeam:
    team = FakeTeam(events or done())
    talk = chat(screen, team)
    for line in lines:
        if not await talk.take(line):
            break
    return team


async def test_requests_of_one_chat_share_a_session(screen: Screen) -> None:
    team = await said(screen, ["Check the tests", "And the docs"])
    assert [request.text for request in team.requests] == ["Check the tests", "And the docs"]
    assert team.asked == ["check", "check"]
    assert screen.out.getvalue().count("# Result") == 2


async def test_thinking_stays_switched_until_it_is_switched_again(screen: Screen) -> None:
    lines = ["a", "/think", "b", "c", "/no_think", "d", "/no-think", "/think e"]
    team = await said(screen, lines)
    thinking = [(request.text, request.thinking) for request in team.requests]
    assert thinking == [("a", None), ("b", True), ("c", True), ("d", False), ("e", True)]


async def test_quitting_leaves(screen: Screen) -> None:
    team = await said(screen, ["/quit", "never asked"])
    assert not team.requests


async def test_help_and_agents_answer_without_a_model(screen: Screen) -> None:
    team = await said(screen, ["/help", "/agents"])
    assert not team.requests
    assert all(name in screen.err.getvalue() for name in Slash)
    assert "Qwen3-30B-A3B" in screen.out.getvalue()


async def test_a_word_that_is_no_command_gets_the_nearest_one(screen: Screen) -> None:
    await said(screen, ["/agent"])
    assert "error: there is no /agent\nhint: did you mean /agents?\n" in screen.err.getvalue()


@pytest.mark.parametrize("line", ["/usr/bin/python fails, why?", "what does /think do?", ""])
def test_a_path_is_no_command(line: str) -> None:
    assert slash_of(line) is None


def test_a_word_like_no_command_gets_the_list() -> None:
    with pytest.raises(UsageError) as raised:
        slash_of("/zzz")
    assert raised.value.hint == "see them with /help"


async def test_a_request_that_fails_does_not_end_the_chat(screen: Screen) -> None:
    team = FakeTeam([Failed(message="no", hint="yes", exit_code=4)])
    talk = chat(screen, team)
    assert await talk.take("a")
    assert talk.exit is Exit.FAILED
    refusing = FakeTeam([], raises=UsageError("not a repository", "name another"))
    talk = chat(screen, refusing)
    assert await talk.take("a")
    assert talk.exit is Exit.USAGE
    assert "error: not a repository" in screen.err.getvalue()


async def test_a_stopped_request_comes_back_to_the_prompt(screen: Screen) -> None:
    class OneStop(Interrupts):
        """Stops the first thing that can be stopped, as soon as the team waits."""

        def stop(self) -> None:
            self._stops[-1]()

    interrupts, team = OneStop(), FakeTeam(done(), hangs=2)
    talk = chat(screen, team, interrupts)
    taking = asyncio.create_task(talk.take("check it"))
    await team.waiting.wait()
    interrupts.stop()
    assert await taking
    assert talk.exit is Exit.INTERRUPTED
    assert "stopped; continue with: cadre resume check" in screen.err.getvalue()


def test_the_history_of_the_prompt_is_private(tmp_path: Path) -> None:
    from console.prompt import _history

    _history(tmp_path / "state" / "history")
    assert (tmp_path / "state" / "history").stat().st_mode & 0o077 == 0
