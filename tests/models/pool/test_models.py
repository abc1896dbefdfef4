"""The pool with real engines on tiny models."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.load import dumps
from langchain_core.messages import HumanMessage

from models import GenerationError, LocalChatModel, ModelError, Models, parse_reference
from models.engine_options import EngineOptions
from models.pool import Job, need_of

OPTIONS = EngineOptions(context_tokens=256, threads=1, seed=1)


@pytest.fixture(scope="module")
def files(thinking_file: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three models of one size that all say "Hello world"."""
    folder = tmp_path_factory.mktemp("three")
    return [Path(shutil.copy(thinking_file, folder / f"{name}.gguf")) for name in "abc"]


@pytest.fixture
def for_one(files: list[Path]) -> Iterator[Models]:
    """A pool in whose memory one of the three fits."""
    models = Models(OPTIONS, memory_bytes=int(1.5 * need_of(files[0], OPTIONS)))
    yield models
    models.close()


async def say(models: Models, path: Path) -> str:
    chat = await models.chat_model(parse_reference(str(path)))
    return (await chat.ainvoke("Hi", temperature=0)).text


async def test_a_generating_model_is_never_evicted(for_one: Models, files: list[Path]) -> None:
    chat = await for_one.chat_model(parse_reference(str(files[0])))
    heard = list[int]()
    other = await for_one.chat_model(parse_reference(str(files[1])), heard.append)
    text, thief = "", None
    async for chunk in chat.astream("Hi", temperature=0):
        if thief is None:
            thief = asyncio.create_task(other.ainvoke("Hi", temperature=0))
            for_one.expect([[str(files[1])], [str(files[2])]])
            await asyncio.sleep(0.05)
        assert list(for_one.metrics()) == [str(files[0])]
        text += chunk.text
    assert thief is not None
    assert (text, (await thief).text, heard) == ("Hello world", "Hello world", [1])
    assert list(for_one.metrics()) == [str(files[1])]


async def test_a_call_that_is_broken_off_gives_its_model_back(
    for_one: Models, files: list[Path]
) -> None:
    chat = await for_one.chat_model(parse_reference(str(files[0])))
    broken_off = chat.astream("Hi", temperature=0)
    await anext(broken_off)
    await broken_off.aclose()  # type: ignore[attr-defined]  # LangChain's type says iterator
    for chunk in chat.stream("Hi", temperature=0):
        assert chunk
        break
    assert await say(for_one, files[1]) == "Hello world"


async def test_who_waits_for_a_model_past_the_timeout_is_told_so(
    for_one: Models, files: list[Path]
) -> None:
    first = await for_one.chat_model(parse_reference(str(files[0])))
    second = await for_one.chat_model(parse_reference(str(files[1])))
    holding = first.astream("Hi", temperature=0)
    await anext(holding)
    with pytest.raises(GenerationError, match="while it waited for its model"):
        await second.ainvoke("Hi", timeout=0.1)
    with pytest.raises(GenerationError, match="while it waited for its model"):
        await asyncio.to_thread(second.invoke, "Hi", timeout=0.1)
    await holding.aclose()  # type: ignore[attr-defined]  # LangChain's type says iterator
    assert (await second.ainvoke("Hi", temperature=0, timeout=60)).text == "Hello world"


async def test_a_model_that_went_is_asked_as_before(for_one: Models, files: list[Path]) -> None:
    chat = await for_one.chat_model(parse_reference(str(files[0])))
    assert isinstance(chat, LocalChatModel)
    tokens = chat.get_num_tokens("Hello world")
    assert await say(for_one, files[1]) == "Hello world"
    assert chat.get_num_tokens("Hello world") == tokens
    assert chat.context_tokens == 256
    assert chat.prompt_tokens([HumanMessage("Hi")])
    assert chat.load.waiting == 0
    assert for_one.traffic().swaps == 2
    assert '"LocalChatModel"' in dumps(chat)


async def test_plans_are_ordered_by_what_is_in_memory(for_one: Models, files: list[Path]) -> None:
    a, b, c = map(str, files)
    await say(for_one, files[1])
    jobs = [Job("1", (a,)), Job("2", (b,)), Job("3", (a,)), Job("4", ("scripted:none",), ("1",))]
    swaps = for_one.fewest([*jobs, Job("5", (c,), ("1", "2", "3", "4"))])
    assert (swaps.loads, swaps.now) == (2, ("2",))
    assert swaps.waves == ((b,), (a,), (c,))


def test_a_model_that_cannot_fit_is_refused_with_what_helps(files: list[Path]) -> None:
    models = Models(OPTIONS, memory_bytes=1_000_000)
    try:
        with pytest.raises(ModelError, match=r"a\.gguf needs \d+ MiB of memory at least") as told:
            models.engine(parse_reference(str(files[0]))).result()
        assert "raise memory_bytes" in told.value.hint
    finally:
        models.close()


def test_a_context_is_shrunk_before_a_model_is_refused(files: list[Path]) -> None:
    notes = list[str]()
    less = need_of(files[0], OPTIONS.model_copy(update={"cells": 256}))
    models = Models(OPTIONS, memory_bytes=less, on_note=notes.append)
    try:
        engine = models.engine(parse_reference(str(files[0]))).result()
        assert (engine.metrics().cells, engine.context_tokens) == (256, 256)
        assert models.traffic().shrunk == 1
        assert notes == [notes[0]]
        assert notes[0].startswith("memory is short: a.gguf has")
        assert notes[0].endswith("with 256 tokens of context memory, 256 for one request")
    finally:
        models.close()


def test_what_was_measured_refuses_nothing(files: list[Path]) -> None:
    models = Models(OPTIONS, free=lambda: 1_000_000)
    try:
        engines = [models.engine(parse_reference(str(path))).result() for path in files[:2]]
        assert [engine.metrics().cells for engine in engines] == [256, 256]
    finally:
        models.close()


def test_two_roles_on_one_file_use_the_memory_of_one(files: list[Path]) -> None:
    code = f"""
import asyncio, psutil
from models import Models, parse_reference
from models.engine_options import EngineOptions
files = {[str(path) for path in files]!r}
process = psutil.Process()
async def grown(models, *paths):
    before = process.memory_info().rss
    chats = [await models.chat_model(parse_reference(path)) for path in paths]
    await asyncio.gather(*(chat.ainvoke("Hi", temperature=0) for chat in chats))
    print(process.memory_info().rss - before)
async def main():
    models = Models(EngineOptions(context_tokens=256, threads=1))
    await grown(models, files[0])
    await grown(models, files[0], files[0])
    await grown(models, files[1])
    models.close()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    _, again, other = map(int, done.stdout.split())
    assert other > 20_000_000
    assert again < other / 10
