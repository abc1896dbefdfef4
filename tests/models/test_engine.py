"""The engine on real llama.cpp: order, budgets, cancel, reuse, and what goes wrong."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from models import GenerationError, ModelError
from models.engine import Engine
from models.engine_events import EngineEvent
from models.engine_options import EngineOptions
from models.grammar import schema_grammar
from models.pieces import AnswerText, Done, Piece, ThinkingText
from models.request import Request
from models.sampling import Sampling
from models.thinking import Phase
from models.vocabulary import Segment
from tests.models.conftest import Loader
from tests.models.tiny import write_tiny

GREEDY = Sampling(temperature=0, top_p=1, top_k=0, min_p=0)
WARM = Sampling(temperature=1, top_p=0.95, top_k=20, min_p=0, seed=3)
SCHEMA = {"type": "object", "properties": {"a": {"enum": ["x", "y"]}}, "required": ["a"]}
OPEN, CLOSE = 151667, 151668


def _tokens(engine: Engine, text: str) -> tuple[int, ...]:
    return tuple(engine.vocabulary.plain(text))


def _read(pieces: list[Piece]) -> tuple[str, str, Done]:
    *_, done = pieces
    assert isinstance(done, Done)
    thought = "".join(piece.text for piece in pieces if isinstance(piece, ThinkingText))
    return thought, "".join(p.text for p in pieces if isinstance(p, AnswerText)), done


def _ask(engine: Engine, request: Request) -> tuple[str, str, Done]:
    return _read(list(engine.submit(request)))


@pytest.mark.parametrize("name", ["qwen3", "qwen3moe"])
@pytest.mark.parametrize("budget", [0, 1, 2, 7, 20])
def test_every_budget_ends_in_an_answer_that_the_grammar_accepts(
    name: str, budget: int, request: pytest.FixtureRequest
) -> None:
    engine: Engine = request.getfixturevalue(name)
    closing = len(engine.vocabulary.plain(engine.family.tags.closing)) if engine.family.tags else 0
    prompt = (*_tokens(engine, "Think"), OPEN)
    asked = Request(
        prompt, WARM, Phase.THINKING, thinking_budget=budget, gbnf=schema_grammar(SCHEMA)
    )
    thought, answer, done = _ask(engine, asked)
    assert json.loads(answer)["a"] in "xy"
    assert done.thinking is not None
    assert done.thinking.tokens <= budget + closing
    assert done.usage.thinking_tokens == done.thinking.tokens
    assert thought.endswith("directly now.")
    assert "think>" not in thought + answer


@pytest.mark.parametrize("max_tokens", [1, 2, 5, 40])
def test_max_tokens_inside_thinking_still_ends_in_an_answer(qwen3: Engine, max_tokens: int) -> None:
    asked = Request((*_tokens(qwen3, "Think"), OPEN), WARM, Phase.THINKING, max_tokens=max_tokens)
    _, answer, done = _ask(qwen3, asked)
    assert answer
    assert done.usage.answer_tokens >= 1
    assert done.thinking is not None
    assert (done.thinking.closed, done.finish) == ("length", "length")


def test_the_model_opens_and_closes_its_thinking(thinking_engine: Engine) -> None:
    prompt = tuple(thinking_engine.vocabulary.tokens([Segment("assistant\n")]))
    thought, answer, done = _ask(thinking_engine, Request(prompt, GREEDY, Phase.OUTSIDE))
    assert (thought, answer, done.finish) == ("Let me see", "Hello world", "stop")
    assert done.thinking is not None
    assert (done.thinking.tokens, done.thinking.closed) == (3, "model")
    assert (done.usage.thinking_tokens, done.usage.answer_tokens) == (3, 2)


def test_think_tags_cannot_come_into_an_answer(thinking_engine: Engine) -> None:
    """After a line end this model wants `<think>` above all; in an answer it may not."""
    prompt = _tokens(thinking_engine, "\n")
    asked = Request(prompt, GREEDY, Phase.ANSWERING, max_tokens=3)
    thought, answer, done = _ask(thinking_engine, asked)
    assert (thought, done.thinking) == ("", None)
    assert "think" not in answer
    assert answer


def test_one_seed_gives_one_text_and_another_another(qwen3: Engine) -> None:
    prompt = _tokens(qwen3, "Once upon a time")

    def text(seed: int) -> str:
        sampling = Sampling(temperature=1, top_p=1, top_k=0, min_p=0, seed=seed)
        return _ask(qwen3, Request(prompt, sampling, max_tokens=8))[1]

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_a_repeated_prompt_computes_its_last_token_only(qwen3: Engine) -> None:
    prompt = _tokens(qwen3, "one two three four five six seven " * 90)
    assert len(prompt) > 512
    _ask(qwen3, Request(prompt[:10], GREEDY, max_tokens=1))
    before = qwen3.metrics().counts.prefilled_tokens
    first = _ask(qwen3, Request(prompt, GREEDY, max_tokens=1))[2]
    again = _ask(qwen3, Request(prompt, GREEDY, max_tokens=1))[2]
    assert (first.usage.reused_tokens, again.usage.reused_tokens) == (10, len(prompt) - 1)
    assert qwen3.metrics().counts.prefilled_tokens == before + len(prompt) - 10 + 1


def test_a_prompt_computed_in_chunks_is_one_prompt(smol_engine: Engine) -> None:
    """Only who sees both chunks in their order can count on; 500 of its tokens are reused after."""
    prompt = _tokens(smol_engine, "one two three four five six seven " * 90 + "one two")
    assert len(prompt) > 600
    assert _ask(smol_engine, Request(prompt, GREEDY, max_tokens=5))[1] == (
        " three four five six seven"
    )
    again = _ask(smol_engine, Request((*prompt[:500], *prompt[3:7]), GREEDY, max_tokens=3))
    assert again[2].usage.reused_tokens >= 500


def test_a_longer_conversation_reuses_the_shorter_one(qwen3: Engine) -> None:
    first, second = _tokens(qwen3, "alpha beta gamma"), _tokens(qwen3, "alpha beta delta epsilon")
    _ask(qwen3, Request(first, GREEDY, max_tokens=2))
    _, _, done = _ask(qwen3, Request(second, GREEDY, max_tokens=2))
    common = next(at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)
    assert done.usage.reused_tokens == common
    assert done.usage.prompt_tokens == len(second)


def test_stop_strings_end_the_answer(thinking_engine: Engine) -> None:
    asked = Request(_tokens(thinking_engine, "\n\n"), GREEDY, stop=(" wor",))
    _, answer, done = _ask(thinking_engine, asked)
    assert (answer, done.finish) == ("Hello", "stop")


def test_the_context_ends_an_answer(qwen3: Engine) -> None:
    prompt = _tokens(qwen3, "word") * 1015
    _, _, done = _ask(qwen3, Request(prompt, WARM))
    assert done.finish == "length"
    assert done.usage.answer_tokens == 1024 - 1015


def test_overflow_says_how_many_tokens_over(qwen3: Engine) -> None:
    prompt = (5,) * 1030
    with pytest.raises(GenerationError, match=r"1030 tokens .* 7 over the context of 1024"):
        qwen3.submit(Request(prompt, GREEDY))
    with pytest.raises(GenerationError, match="over the context"):
        qwen3.submit(Request((5,) * 1010, GREEDY, Phase.OUTSIDE))
    assert _ask(qwen3, Request((5,), GREEDY, max_tokens=1))[2].usage.answer_tokens == 1


def test_a_grammar_that_cannot_be_compiled_fails_its_own_request_only(qwen3: Engine) -> None:
    broken = qwen3.submit(Request((5,), GREEDY, gbnf="root ::= nowhere"))
    sound = qwen3.submit(Request((5,), GREEDY, max_tokens=1))
    with pytest.raises(GenerationError, match="grammar cannot be compiled"):
        list(broken)
    assert isinstance(list(sound)[-1], Done)


def test_many_requests_from_many_threads_are_all_answered(qwen3: Engine) -> None:
    prompts = [_tokens(qwen3, f"number {n} of eight") for n in range(8)]
    alone = [_ask(qwen3, Request(prompt, GREEDY, max_tokens=6))[1] for prompt in prompts]
    with ThreadPoolExecutor(8) as threads:
        asked = [Request(prompt, GREEDY, max_tokens=6) for prompt in prompts]
        together = list(threads.map(lambda request: _ask(qwen3, request)[1], asked))
    assert together == alone


async def test_many_requests_from_one_event_loop_are_all_answered(qwen3: Engine) -> None:
    async def ask(n: int) -> str:
        asked = Request(_tokens(qwen3, f"number {n} of eight"), GREEDY, max_tokens=6)
        return _read([piece async for piece in qwen3.submit(asked)])[1]

    assert await asyncio.gather(*map(ask, range(8))) == [await ask(n) for n in range(8)]


def test_priority_goes_before_arrival(qwen3_file: Path, load: Loader) -> None:
    qwen3 = load(qwen3_file, parallel=1)
    order: list[str] = []

    def ask(label: str) -> None:
        list(streams[label])
        order.append(label)

    first = qwen3.submit(Request(_tokens(qwen3, "first"), WARM, max_tokens=200))
    streams = {
        label: qwen3.submit(Request((7,), WARM, max_tokens=60, priority=priority))
        for label, priority in [("late", 5), ("later", 5), ("urgent", -1)]
    }
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(ask, streams))
    list(first)
    assert order == ["urgent", "late", "later"]


def test_a_cancelled_request_leaves_the_engine_to_the_next(qwen3: Engine) -> None:
    before = qwen3.metrics()
    stream = qwen3.submit(Request(_tokens(qwen3, "long"), WARM, max_tokens=900))
    waiting = qwen3.submit(Request(_tokens(qwen3, "waiting"), WARM, max_tokens=900))
    next(iter(stream))
    waiting.close()
    stream.close()
    assert list(stream) == []
    _, answer, _ = _ask(qwen3, Request(_tokens(qwen3, "next"), GREEDY, max_tokens=3))
    after = qwen3.metrics()
    assert answer
    assert after.counts.cancelled == before.counts.cancelled + 2
    assert after.counts.generated_tokens - before.counts.generated_tokens < 900
    assert (after.running, after.waiting) == (0, 0)


async def test_a_cancelled_task_frees_the_sequence(qwen3: Engine) -> None:
    before = qwen3.metrics().counts.cancelled

    async def read() -> None:
        stream = qwen3.submit(Request(_tokens(qwen3, "long"), WARM, max_tokens=900))
        try:
            async for _ in stream:
                started.set()
        finally:
            stream.close()

    started = asyncio.Event()
    task = asyncio.create_task(read())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.to_thread(_ask, qwen3, Request((7,), GREEDY, max_tokens=1))
    assert qwen3.metrics().counts.cancelled == before + 1


def test_a_readers_loop_that_died_cancels_its_request(qwen3: Engine) -> None:
    async def begin() -> None:
        stream = qwen3.submit(Request(_tokens(qwen3, "long"), WARM, max_tokens=900))
        reading = aiter(stream)
        await anext(reading)
        kept.append(reading)

    before, kept = qwen3.metrics().counts.cancelled, list[object]()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(begin())
    loop.close()
    for _ in range(900):
        _ask(qwen3, Request((7,), GREEDY, max_tokens=1))
        if qwen3.metrics().counts.cancelled > before:
            break
    assert qwen3.metrics().counts.cancelled == before + 1


def test_closing_fails_what_is_open_and_what_comes_after(load: Loader, qwen3_file: Path) -> None:
    engine = load(qwen3_file)
    running = engine.submit(Request((7,), WARM, max_tokens=900))
    waiting = engine.submit(Request((7,), WARM, max_tokens=900))
    next(iter(running))
    engine.close()
    for stream in (running, waiting):
        with pytest.raises(GenerationError, match="the model was closed"):
            list(stream)
    with pytest.raises(GenerationError, match="the model was closed"):
        engine.submit(Request((7,), WARM))
    with pytest.raises(GenerationError, match="the model was closed"):
        engine.vocabulary.plain("text")
    engine.close()


def test_a_crash_of_the_worker_fails_every_request_with_its_cause(
    qwen3_file: Path,
) -> None:
    broken = Event()

    def listener(event: EngineEvent) -> None:
        if broken.is_set():
            raise RuntimeError("no memory")

    options = EngineOptions(context_tokens=1024, threads=1, seed=7)
    engine = Engine.load(qwen3_file, options, listener=listener)
    running = engine.submit(Request((7,), WARM, max_tokens=900))
    next(iter(running))
    broken.set()
    for stream in (running, engine.submit(Request((7,), GREEDY))):
        with pytest.raises(GenerationError, match="the engine stopped: no memory") as caught:
            list(stream)
        assert isinstance(caught.value.__cause__, RuntimeError)
    with pytest.raises(GenerationError, match="the engine stopped"):
        engine.submit(Request((7,), GREEDY))


def test_what_no_request_may_ask_is_refused_at_the_door(qwen3: Engine) -> None:
    for prompt, reason in [((), "the prompt is empty"), ((10**7,), "vocabulary has not")]:
        with pytest.raises(GenerationError, match=reason):
            qwen3.submit(Request(prompt, GREEDY))
    assert _ask(qwen3, Request((5,), GREEDY, max_tokens=1))[1]


def test_a_file_that_llama_cpp_refuses_is_a_model_error(tmp_path: Path, qwen3_file: Path) -> None:
    raw = qwen3_file.read_bytes()
    (tmp_path / "odd.gguf").write_bytes(
        raw.replace(b"output_norm.weight", b"output_nope.weight", 1)
    )
    with pytest.raises(ModelError, match=r"output_norm\.weight"):
        Engine.load(tmp_path / "odd.gguf")


def test_the_context_is_no_larger_than_the_model_was_trained_for(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "short.gguf", context=256)
    engine = Engine.load(path, EngineOptions(context_tokens=8192, threads=1))
    try:
        assert engine.context_tokens == 256
    finally:
        engine.close()
