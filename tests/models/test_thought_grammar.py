"""A small model's thoughts about a plan: held to a form, and to the request's own words."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.role import SPECIALISTS
from agents.traces import NOBODY, trace_grammar
from models import LocalChatModel
from models.engine import Engine
from models.llama import Grammar, Weights
from models.pieces import Done, ThinkingText
from models.reference import embedded_path
from models.request import Request
from models.sampling import Sampling
from models.thinking import Phase
from models.vocabulary import Vocabulary

LINE = re.compile(
    rf'(?:{"|".join(SPECIALISTS)}|all): (?:not )?"[^"\n]*"(?:, "[^"\n]*"){{0,2}}'
    r"|t[1-5] after t[1-5](?:, t[1-5]){0,2}"
)


def thoughts(engine: Engine, request: str, seed: int) -> str:
    """What weights that know nothing think, at a heat at which anything may come."""
    sampling = Sampling(temperature=2, top_p=1, top_k=0, min_p=0, seed=seed)
    grammar = trace_grammar(request)
    asked = Request(
        (7,), sampling, phase=Phase.THINKING, thought_gbnf=grammar, thinking_budget=40,
        max_tokens=300,
    )  # fmt: skip
    *pieces, done = engine.submit(asked)
    assert isinstance(done, Done)
    thought = "".join(piece.text for piece in pieces if isinstance(piece, ThinkingText))
    if done.thinking is None or done.thinking.closed != "model":
        thought = thought.partition("\n\n")[0].rpartition("\n")[0]  # cut by the budget
    return thought


def check(thought: str, request: str) -> None:
    """Every line has the form, and every cue stands in the request."""
    told = thought.strip("\n")
    if told == NOBODY:
        return
    for line in filter(None, told.split("\n")):
        assert LINE.fullmatch(line), line
        for cue in re.findall(r'"([^"]*)"', line):
            assert cue in request
            assert cue == cue.strip()


@pytest.mark.parametrize(
    "request_",
    [
        "Fix the flaky test, and who broke it?",
        'why does deploy.yml:12 fail?\nerror: it\'s "not" valid',
        "测试为什么失败？ и почини CI",
        'a backslash \\ and a "quote"',
        "- ",
        '"""',
        "🙂",
    ],
)
def test_every_cue_stands_in_the_request(qwen3: Engine, request_: str) -> None:
    check(thoughts(qwen3, request_, 1), request_)


WORDS = st.text("abcäé测.:/_-'\\🙂", min_size=1, max_size=6)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=12), st.data())
def test_any_words_in_a_row_can_be_quoted_and_no_others(
    words: Weights, said: list[str], data: st.DataObject
) -> None:
    begin = data.draw(st.integers(0, len(said) - 1))
    end = data.draw(st.integers(begin + 1, len(said)))
    cue, other = " ".join(said[begin:end]), data.draw(st.text("abcäé测", min_size=1, max_size=6))
    request = " ".join(said)
    assert accepted(words, request, f'\ntesting: "{cue}"\n')
    assert accepted(words, request, f'\nall: "{cue}"\n')
    quoted = accepted(words, request, f'\ngithub: "{other}"\n')
    assert not quoted or other in request


@given(st.text(max_size=200))
def test_any_request_has_a_grammar(words: Weights, text: str) -> None:
    assert accepted(words, text, f"\n{NOBODY}\n")


def accepted(weights: Weights, request: str, thought: str) -> bool:
    with closing(Grammar(weights, trace_grammar(request))) as grammar:
        for token in Vocabulary(weights).plain(thought):
            if not grammar.allows(token):
                return False
            grammar.accept(token)
    return True


@pytest.fixture(scope="module")
def words() -> Iterator[Weights]:
    """A vocabulary of whole words."""
    with closing(Weights(embedded_path(), vocabulary_only=True)) as weights:
        yield weights


def test_a_model_that_cannot_think_is_not_held_to_thoughts(smol_engine: Engine) -> None:
    chat = LocalChatModel(smol_engine, model="smol")
    answer = chat.invoke(
        "hi", thinking=True, thought_gbnf=trace_grammar("hi"), temperature=0, max_tokens=4
    )
    assert answer.content


def test_a_long_request_has_one_too(qwen3: Engine) -> None:
    text = "why does it fail when nothing changed " * 60
    check(thoughts(qwen3, text, 1), text)
