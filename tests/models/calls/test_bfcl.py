"""Every call in the data of `bfcl-eval`, in both formats, in a stream with thinking and text.

CADRE_MANY, set to anything, takes all answers in place of a sample.
"""

import os
from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from models.calls import HERMES, XML, CallFormat
from models.pieces import AnswerText, InvalidToolCall, Piece, ToolCall
from models.text import Text
from models.thinking import Limit, Part, Phase, Thinker, ThinkTokens
from tests.models.calls.bfcl import Entry, entries
from tests.models.calls.damage import JSON, TAGS, Damage, truncated
from tests.models.calls.events import cut, joined
from tests.models.calls.writing import hermes, xml

THINK, THOUGHT, CALL, FIRST = 1, 2, 3, 10
TOKENS = ThinkTokens(open=THINK, close=THOUGHT, after=(), closing=())
BEFORE, AFTER = "I look: ü.", "\nThat is all <b>."
WRAPPINGS: list[list[int | str]] = [
    [BEFORE],
    [THINK, "I think: ä.", THOUGHT, BEFORE],
    [THINK, "I think, and call before I have ended:"],
]
WRITERS = [pytest.param(HERMES, hermes, id="hermes"), pytest.param(XML, xml, id="xml")]
Writer = Callable[[str, dict[str, Any]], str]


@pytest.fixture(scope="module")
def corpus() -> list[Entry]:
    found = entries()
    if not found:
        pytest.skip("needs bfcl-eval")
    return found if os.environ.get("CADRE_MANY") else Random(4).sample(found, 600)


@pytest.mark.parametrize(("form", "write"), WRITERS)
def test_every_clean_call_reads_back_exactly(
    corpus: list[Entry], form: CallFormat, write: Writer
) -> None:
    random = Random(7)
    for at, entry in enumerate(corpus):
        said = [*WRAPPINGS[at % 3], "\n".join(write(c.name, c.args) for c in entry.calls), AFTER]
        text = [AnswerText(BEFORE)] if BEFORE in said else []
        assert _streamed(form, entry, said, random) == [*text, *entry.calls, AnswerText(AFTER)]


@pytest.mark.parametrize(
    ("form", "damage"),
    [
        *(pytest.param(HERMES, how, id=f"hermes: {name}") for name, how in JSON.items()),
        *(pytest.param(XML, how, id=f"xml: {name}") for name, how in TAGS.items()),
    ],
)
def test_damaged_calls_are_recovered_or_reported(
    corpus: list[Entry], form: CallFormat, damage: Damage
) -> None:
    random = Random(7)
    wrong = 0
    for entry in corpus:
        text = "\n".join(damage(call, random) for call in entry.calls)
        read = joined(form, _cut(text, random), entry.tools)
        calls = [piece for piece in read if not isinstance(piece, AnswerText)]
        assert len(calls) >= len(entry.calls), "none is lost"
        wrong += not _told(calls, entry.calls)
    assert wrong <= 0.01 * len(corpus)


@pytest.mark.parametrize(("form", "write"), WRITERS)
def test_calls_that_were_cut_are_all_reported(
    corpus: list[Entry], form: CallFormat, write: Writer
) -> None:
    random = Random(7)
    for entry in corpus:
        *calls, last = entry.calls
        text = "\n".join(write(call.name, call.args) for call in calls)
        text += truncated(write(last.name, last.args), random)
        *read, invalid = joined(form, _cut(text, random), entry.tools)
        assert read == calls
        assert isinstance(invalid, InvalidToolCall)
        assert text.endswith(invalid.raw)


def _told(read: Sequence[Piece], calls: Sequence[ToolCall]) -> bool:
    """Whether each call came out as it was, or is reported."""
    return all(isinstance(piece, InvalidToolCall) or piece in calls for piece in read)


def _cut(text: str, random: Random) -> list[str]:
    return cut(text, [random.randrange(len(text) + 1) for _ in range(random.randrange(40))])


def _streamed(form: CallFormat, entry: Entry, said: list[int | str], random: Random) -> list[Piece]:
    """What comes of tokens whose borders lie anywhere, inside of characters too."""
    pieces = {THINK: b"<think>", THOUGHT: b"</think>", CALL: b"<tool_call>"}
    thinker = Thinker(TOKENS, Phase.OUTSIDE, Limit(1000, "budget"), CALL)
    answer, parts = Text(), []
    for piece in (each for part in said for each in _pieces(part, random)):
        token = piece if isinstance(piece, int) else FIRST
        part, _ = thinker.see(token, ends=False)
        raw = pieces[piece] if isinstance(piece, int) else piece
        parts += [answer.feed(raw)] if part is Part.ANSWER else []
    return joined(form, [*parts, answer.close()], entry.tools)


def _pieces(said: int | str, random: Random) -> list[int | bytes]:
    """A token that is said as such, or the bytes of those that a text is cut into."""
    if isinstance(said, int):
        return [said]
    pieces: list[int | bytes] = []
    for at, part in enumerate(said.split("<tool_call>")):
        raw = part.encode()
        edges = sorted({0, len(raw), *(random.randrange(len(raw) + 1) for _ in range(20))})
        pieces += [CALL] if at else []
        pieces += [raw[a:b] for a, b in pairwise(edges)]
    return pieces
