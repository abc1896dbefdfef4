"""The queue: by priority, then by arrival; none waits for ever, none is lost."""

from collections.abc import Iterator
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import GenerationError
from models.sequence import Sequence
from models.waiting import Waiting
from tests.models.fake_worker import sequence_of


def _queue(*priorities: int) -> Waiting:
    waiting = Waiting(100)
    for at, priority in enumerate(priorities):
        waiting.put(sequence_of((10, at), priority=priority))
    return waiting


def _taken(waiting: Waiting) -> Iterator[Sequence]:
    while (first := waiting.first()) is not None:
        waiting.remove(first)
        yield first


@given(st.lists(st.integers(0, 3), max_size=15))
@settings(derandomize=True, deadline=None)
def test_they_leave_by_priority_then_by_arrival(priorities: list[int]) -> None:
    ranks = [sequence.rank for sequence in _taken(_queue(*priorities))]
    assert ranks == sorted(ranks)
    assert len(ranks) == len(priorities)


def test_one_of_sixteen_is_the_oldest_whatever_its_priority() -> None:
    waiting = _queue(9, *[0] * 20)
    priorities = [sequence.request.priority for sequence in _taken(waiting)]
    assert priorities.index(9) == 15


def test_the_turn_of_the_oldest_is_told() -> None:
    waiting = _queue(9, *[0] * 20)
    turns = []
    while (first := waiting.first()) is not None:
        turns.append(waiting.turn_of_the_oldest)
        waiting.remove(first)
    assert [at for at, turn in enumerate(turns) if turn] == [15]


def test_the_first_stays_until_it_is_removed() -> None:
    waiting = _queue(1, 0)
    assert waiting.first() is waiting.first()
    assert len(waiting) == 2


def test_who_comes_back_has_its_old_place() -> None:
    waiting = _queue(0, 0, 0)
    first = waiting.first()
    assert first is not None
    waiting.remove(first)
    waiting.put_back(first)
    assert waiting.first() is first


def test_a_full_queue_refuses_but_takes_back() -> None:
    waiting = Waiting(1)
    waiting.put(sequence_of((10,)))
    with pytest.raises(GenerationError, match="1 requests wait"):
        waiting.put(sequence_of((11,)))
    waiting.put_back(sequence_of((12,)))
    assert len(waiting) == 2


def test_the_cancelled_are_taken_out_once() -> None:
    waiting = _queue(0, 0)
    first = waiting.first()
    assert first is not None
    first.stream.close()
    assert waiting.cancelled() == [first]
    assert waiting.cancelled() == []
    assert len(waiting) == 1


class GivenUpInBetween:
    """A stream whose reader gives up just after it was asked."""

    def __init__(self) -> None:
        self._asked = False

    @property
    def cancelled(self) -> bool:
        before, self._asked = self._asked, True
        return before


def test_who_gives_up_while_the_cancelled_are_sought_is_found_the_next_time() -> None:
    waiting = Waiting(1)
    sequence = sequence_of((10,))
    sequence.stream = GivenUpInBetween()  # type: ignore[assignment]
    waiting.put(sequence)
    found = [waiting.cancelled(), waiting.cancelled()]
    assert found == [[], [sequence]]


def test_a_closed_queue_hands_out_who_waited_and_says_why_it_takes_no_more() -> None:
    waiting = _queue(0, 0)
    error = GenerationError("the model was closed")
    assert len(waiting.close(error)) == 2
    assert waiting.close(GenerationError("again")) == []
    assert waiting.closed
    with pytest.raises(GenerationError, match="the model was closed"):
        waiting.put(sequence_of((10,)))


@pytest.mark.parametrize("wake", ["put", "close"])
def test_a_sleeper_wakes(wake: str) -> None:
    waiting = Waiting(1)
    sleeper = Thread(target=waiting.wait, daemon=True)
    sleeper.start()
    sleeper.join(0.05)
    assert sleeper.is_alive()
    if wake == "put":
        waiting.put(sequence_of((10,)))
    else:
        waiting.close(GenerationError("closed"))
    sleeper.join(10)
    assert not sleeper.is_alive()


def test_of_many_threads_that_put_none_is_lost_or_has_another_s_place() -> None:
    waiting = Waiting(1000)

    def put() -> None:
        for at in range(50):
            waiting.put(sequence_of((10, at)))

    threads = [Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sequence.arrival for sequence in _taken(waiting)) == [*range(1, 401)]
