"""The thinking automaton, token by token, without a model."""

from hypothesis import given
from hypothesis import strategies as st

from models.thinking import Limit, Part, Phase, Thinker, ThinkTokens, limit_of

TAGS = ThinkTokens(open=1, close=2, after=(3,), closing=(4, 5))
END, CALL = 9, 6


def _run(thinker: Thinker, sampled: list[int]) -> list[tuple[Part, list[int]]]:
    seen = []
    for token in sampled:
        if forced := thinker.forced():
            seen.append((Part.TAG, forced))
        seen.append(thinker.see(token, ends=token == END))
    return seen


def test_the_model_opens_thinks_closes_and_answers() -> None:
    thinker = Thinker(TAGS, Phase.OUTSIDE, Limit(100, "budget"))
    assert _run(thinker, [1, 7, 7, 2, 8]) == [
        (Part.TAG, [1]),
        (Part.THINKING, [7]),
        (Part.THINKING, [7]),
        (Part.TAG, [2, 3]),
        (Part.ANSWER, [8]),
    ]
    assert (thinker.tokens, thinker.closed) == (2, "model")


def test_an_answer_without_thinking_is_an_answer() -> None:
    thinker = Thinker(TAGS, Phase.OUTSIDE, Limit(100, "budget"))
    assert _run(thinker, [8, 1]) == [(Part.ANSWER, [8]), (Part.ANSWER, [1])]
    assert thinker.closed is None


def test_an_opener_in_the_prompt_needs_none_in_the_output() -> None:
    thinker = Thinker(TAGS, Phase.THINKING, Limit(100, "budget"))
    assert _run(thinker, [7, 2, 8])[-1] == (Part.ANSWER, [8])


def test_an_end_inside_thinking_closes_it_and_the_answer_still_comes() -> None:
    thinker = Thinker(TAGS, Phase.THINKING, Limit(100, "budget"))
    assert _run(thinker, [7, END, 8]) == [
        (Part.THINKING, [7]),
        (Part.TAG, [2, 3]),
        (Part.ANSWER, [8]),
    ]


def test_a_call_inside_thinking_closes_it_and_stands_in_the_answer() -> None:
    thinker = Thinker(TAGS, Phase.OUTSIDE, Limit(100, "budget"), CALL)
    assert _run(thinker, [1, 7, CALL, 8, CALL]) == [
        (Part.TAG, [1]),
        (Part.THINKING, [7]),
        (Part.ANSWER, [2, 3, CALL]),
        (Part.ANSWER, [8]),
        (Part.ANSWER, [CALL]),
    ]
    assert (thinker.tokens, thinker.closed) == (1, "model")


def test_where_nothing_can_be_called_the_token_is_a_thought() -> None:
    thinker = Thinker(TAGS, Phase.THINKING, Limit(100, "budget"))
    assert _run(thinker, [CALL]) == [(Part.THINKING, [CALL])]


def test_a_second_opener_is_no_text() -> None:
    thinker = Thinker(TAGS, Phase.THINKING, Limit(100, "budget"))
    assert _run(thinker, [1]) == [(Part.TAG, [1])]
    assert thinker.phase is Phase.THINKING


def test_a_model_without_tags_only_answers() -> None:
    thinker = Thinker(None, Phase.OUTSIDE, Limit(0, "budget"))
    assert _run(thinker, [1, 2, 3]) == [(Part.ANSWER, [token]) for token in (1, 2, 3)]


@given(st.integers(0, 200), st.lists(st.sampled_from([1, 6, 7, 8]), min_size=210, max_size=220))
def test_no_budget_is_passed_and_an_answer_follows(budget: int, sampled: list[int]) -> None:
    thinker = Thinker(TAGS, Phase.THINKING, Limit(budget, "budget"))
    seen = _run(thinker, sampled)
    assert thinker.tokens == budget + len(TAGS.closing)
    assert thinker.closed == "budget"
    assert (Part.TAG, [4, 5, 2, 3]) in seen
    assert seen[-1][0] is Part.ANSWER


@given(st.none() | st.integers(0, 5000), st.none() | st.integers(1, 5000), st.integers(7, 5000))
def test_thinking_always_leaves_room_for_an_answer(
    budget: int | None, max_tokens: int | None, room: int
) -> None:
    limit = limit_of(budget, max_tokens, room, TAGS)
    assert 0 <= limit.tokens <= (budget if budget is not None else room)
    assert limit.tokens + TAGS.overhead < room
    assert max_tokens is None or limit.tokens < max_tokens
    assert limit.closed == "budget" or budget is None or limit.tokens < budget
