"""Whatever the engine does to save work, the tokens are those of one plain sequence."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from models.engine import Engine
from models.engine_options import EngineOptions
from models.pieces import AnswerText, Done
from models.request import Request
from models.sampling import Sampling
from models.stream import Stream
from tests.models.plain import EXACT, Plain
from tests.models.tiny import write_tiny
from tests.models.tiny_next import write_tiny_next

GREEDY = Sampling(temperature=0, top_p=1, top_k=0, min_p=0)
NEW = 12
RANDOM = Random(3)
SHARED = tuple(RANDOM.randrange(1000, 90_000) for _ in range(90))
PROMPTS = [(*SHARED[: 30 + 15 * n], *(2000 + 7 * n + k for k in range(5))) for n in range(5)]
"""Each shares more of the long prefix with the others than the one before it."""


@pytest.fixture(scope="module", params=["qwen3", "qwen3moe", "qwen3next"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exact") / f"{request.param}.gguf"
    if request.param == "qwen3next":
        return write_tiny_next(path)
    return write_tiny(path, experts=4 if request.param == "qwen3moe" else 0, exact=True)


@pytest.fixture(scope="module")
def expected(model: Path) -> list[list[int]]:
    plain = Plain(model)
    answers = [plain.answer(prompt, NEW) for prompt in PROMPTS]
    plain.close()
    assert len({tuple(answer) for answer in answers}) == len(PROMPTS), "a model that listens"
    return answers


@pytest.fixture
def open_engine(model: Path) -> Iterator[list[Engine]]:
    engines: list[Engine] = []
    yield engines
    for engine in engines:
        engine.close()


def _engine(opened: list[Engine], path: Path, **options: object) -> Engine:
    given = {"context_tokens": 256, "batch": 64, "threads": 1, "loading": EXACT, **options}
    opened.append(Engine.load(path, EngineOptions.model_validate(given)))
    return opened[-1]


def _ask(engine: Engine, prompt: tuple[int, ...], new: int = NEW, **fields: object) -> Stream:
    return engine.submit(Request(prompt, GREEDY, max_tokens=new, **fields))  # type: ignore[arg-type]


def _said(engine: Engine, tokens: list[int]) -> str:
    return b"".join(map(engine.vocabulary.piece, tokens)).decode("utf-8", "replace")


def _text(stream: Stream) -> str:
    return "".join(piece.text for piece in stream if isinstance(piece, AnswerText))


def test_alone(model: Path, expected: list[list[int]], open_engine: list[Engine]) -> None:
    for prompt, tokens in zip(PROMPTS, expected, strict=True):
        engine = _engine(open_engine, model)
        assert _text(_ask(engine, prompt)) == _said(engine, tokens)


def test_in_one_batch_on_prefixes_that_are_being_computed(
    model: Path, expected: list[list[int]], open_engine: list[Engine]
) -> None:
    engine = _engine(open_engine, model)
    streams = [_ask(engine, prompt) for prompt in PROMPTS]
    assert [_text(stream) for stream in streams] == [_said(engine, each) for each in expected]
    metrics = engine.metrics()
    assert metrics.counts.most_batched > 1
    assert metrics.forked_tokens > 100
    assert metrics.counts.prefilled_tokens < sum(map(len, PROMPTS)) - 100


def test_forked_from_what_earlier_requests_left(
    model: Path, expected: list[list[int]], open_engine: list[Engine]
) -> None:
    engine = _engine(open_engine, model)
    for _ in range(2):
        for prompt, tokens in reversed([*zip(PROMPTS, expected, strict=True)]):
            assert _text(_ask(engine, prompt)) == _said(engine, tokens)
    assert engine.metrics().counts.reused_tokens > 0


def test_parked_and_brought_back(
    model: Path, expected: list[list[int]], open_engine: list[Engine]
) -> None:
    """The cells hold no two whole answers, so all but one must give way again and again."""
    engine = _engine(open_engine, model, context_tokens=160, cells=160)
    long = [(*prompt, *tokens) for prompt, tokens in zip(PROMPTS, expected, strict=True)]
    streams = [_ask(engine, prompt[:50], new=60) for prompt in long]
    plain = Plain(model)
    answers = [plain.answer(prompt[:50], 60) for prompt in long]
    plain.close()
    assert [_text(stream) for stream in streams] == [_said(engine, each) for each in answers]
    assert engine.metrics().parked > 0


def test_parked_without_a_state(
    model: Path, expected: list[list[int]], open_engine: list[Engine]
) -> None:
    engine = _engine(open_engine, model, context_tokens=160, cells=160, parked_bytes=0)
    streams = [_ask(engine, prompt, new=NEW) for prompt in PROMPTS * 3]
    answers = [_said(engine, each) for each in expected] * 3
    assert [_text(stream) for stream in streams] == answers
    assert engine.metrics().parked_bytes == 0


def test_restored_from_disk(
    model: Path, expected: list[list[int]], open_engine: list[Engine], tmp_path: Path
) -> None:
    for kept in (False, True):
        engine = _engine(open_engine, model, prefix_folder=tmp_path)
        for prompt, tokens in zip(PROMPTS, expected, strict=True):
            stream = _ask(engine, prompt, keep=(len(prompt) - 5,))
            assert _text(stream) == _said(engine, tokens)
        assert (engine.metrics().prefixes_read > 0) == kept
        engine.close()


def test_beside_requests_that_are_cancelled(
    model: Path, expected: list[list[int]], open_engine: list[Engine]
) -> None:
    engine = _engine(open_engine, model)
    streams = [(_ask(engine, prompt, new=100), _ask(engine, prompt)) for prompt in PROMPTS]
    for long, _ in streams:
        next(iter(long))
        long.close()
    assert [_text(asked) for _, asked in streams] == [_said(engine, each) for each in expected]
    assert engine.metrics().counts.cancelled == len(PROMPTS)


def test_what_is_reused_is_said(model: Path, open_engine: list[Engine]) -> None:
    engine = _engine(open_engine, model)
    (*_, first) = _ask(engine, PROMPTS[0])
    (*_, second) = _ask(engine, PROMPTS[0])
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.usage.reused_tokens == 0
    assert first.usage.reuse_ended == "nothing like it was kept"
    assert second.usage.reused_tokens == len(PROMPTS[0]) - 1
    assert second.usage.reuse_ended == ""
