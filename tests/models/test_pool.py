"""The pool: each file once, however many ask at the same time."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import ModelError, Models, ScriptedModel, parse_reference
from models.engine_options import EngineOptions
from models.local import LocalChatModel


@pytest.fixture
def pool() -> Iterator[Models]:
    models = Models(EngineOptions(context_tokens=256, threads=1, seed=1))
    yield models
    models.close()


async def test_a_file_is_loaded_once_under_concurrent_requests(
    pool: Models, thinking_file: Path
) -> None:
    link = thinking_file.with_name("link.gguf")
    link.unlink(missing_ok=True)
    link.symlink_to(thinking_file)
    references = [parse_reference(str(path)) for path in (thinking_file, link)] * 4
    chats = await asyncio.gather(*map(pool.chat_model, references))
    assert all(isinstance(chat, LocalChatModel) for chat in chats)
    answers = await asyncio.gather(*(chat.ainvoke("Hi", temperature=0) for chat in chats))
    assert {answer.text for answer in answers} == {"Hello world"}
    (metrics,) = pool.metrics().values()
    assert metrics.counts.finished == 8
    assert metrics.cells == 512


async def test_a_bad_file_is_told_to_all_who_asked_and_may_be_mended(
    pool: Models, tmp_path: Path, thinking_file: Path
) -> None:
    path = tmp_path / "model.gguf"
    path.write_text("not a model")
    reference = parse_reference(str(path))
    results = await asyncio.gather(
        *(pool.chat_model(reference) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(result, ModelError) for result in results)
    path.write_bytes(thinking_file.read_bytes())
    assert isinstance(await pool.chat_model(reference), LocalChatModel)


async def test_a_caller_that_gives_up_takes_the_model_from_nobody(
    pool: Models, thinking_file: Path
) -> None:
    reference = parse_reference(str(thinking_file))
    impatient = asyncio.create_task(pool.chat_model(reference))
    await asyncio.sleep(0)
    impatient.cancel()
    assert isinstance(await pool.chat_model(reference), LocalChatModel)


async def test_a_closed_pool_says_so(pool: Models, thinking_file: Path) -> None:
    pool.close()
    with pytest.raises(ModelError, match="closed"):
        await pool.chat_model(parse_reference(str(thinking_file)))


async def test_a_script_is_one_model_for_all(pool: Models, tmp_path: Path) -> None:
    path = tmp_path / "turns.json"
    path.write_text('{"turns": [{"text": "one"}, {"text": "two"}]}')
    reference = parse_reference(f"scripted:{path}")
    first, second = await pool.chat_model(reference), await pool.chat_model(reference)
    assert isinstance(first, ScriptedModel)
    assert [(await chat.ainvoke("?")).text for chat in (first, second)] == ["one", "two"]


async def test_one_chat_model_serves_two_event_loops(pool: Models, thinking_file: Path) -> None:
    chat = await pool.chat_model(parse_reference(str(thinking_file)))

    def elsewhere() -> str:
        return asyncio.run(chat.ainvoke("Hi", temperature=0)).text

    here, there = await asyncio.gather(
        chat.ainvoke("Hi", temperature=0), asyncio.to_thread(elsewhere)
    )
    assert here.text == there == "Hello world"


def test_importing_models_loads_neither_llama_cpp_nor_langchain() -> None:
    code = "import sys, models; print({'llama_cpp', 'langchain_core', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_llama_cpp_says_nothing_on_stderr(thinking_file: Path) -> None:
    code = f"""
import asyncio
from models import Models, parse_reference
from models.engine_options import EngineOptions
async def main():
    models = Models(EngineOptions(context_tokens=256, threads=1))
    chat = await models.chat_model(parse_reference({str(thinking_file)!r}))
    print((await chat.ainvoke("Hi", temperature=0)).text)
    models.close()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("Hello world", "")
