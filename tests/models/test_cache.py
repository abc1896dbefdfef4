"""The cache, one rule at a time, on a memory that knows which token each cell stands for."""

import sys
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from models.cache import Cache
from models.lane import Lane
from models.prefix_tree import Tokens
from tests.models.fake_memory import FakeMemory

OPEN, CLOSE = 1, 2
STEM = (10, 11, 12, 13, 14)


class Books:
    """A cache beside the memory that it keeps the books of."""

    def __init__(
        self, *, cells: int = 60, lanes: int = 6, rollback: bool = True, can_shift: bool = True
    ) -> None:
        self.memory = FakeMemory(cells, lanes, rollback=rollback)
        self.cache = Cache(
            self.memory, cells=cells, lanes=lanes, rollback=rollback, can_shift=can_shift
        )

    def open(self, path: Tokens, upto: int | None = None) -> Lane:
        """A running lane, computed up to `upto` or to the end of its path."""
        lane = self.cache.open(path)
        assert lane is not None
        self.compute(lane, path[: len(path) if upto is None else upto])
        return lane

    def compute(self, lane: Lane, tokens: Tokens) -> None:
        """What is new of `tokens`."""
        if new := tokens[lane.computed :]:
            self.memory.decode(lane.id, new, lane.computed)
            self.cache.compute(lane, len(new))

    def keep(self, path: Tokens) -> Lane:
        """A lane that ran to the end of `path` and was kept."""
        lane = self.open(path)
        self.cache.close(lane, path)
        return lane

    def held(self, lane: Lane) -> Tokens:
        return self.memory.tokens(lane.id)


@pytest.fixture
def books() -> Iterator[Books]:
    books = Books()
    yield books
    _balanced(books)


@pytest.fixture
def recurrent() -> Iterator[Books]:
    books = Books(rollback=False)
    yield books
    _balanced(books)


def _balanced(books: Books) -> None:
    books.cache.check()
    assert books.cache.used == books.memory.used


def test_what_another_lane_holds_is_forked_and_costs_no_cell(books: Books) -> None:
    books.open(STEM)
    lane = books.cache.open((*STEM[:3], 20, 21))
    assert lane is not None
    assert books.held(lane) == STEM[:3]
    assert (books.cache.used, books.cache.forked) == (len(STEM), 3)


def test_what_another_is_about_to_compute_is_waited_for_and_then_taken_over(books: Books) -> None:
    leader = books.open(STEM, upto=2)
    follower = books.open((*STEM[:4], 20), upto=0)
    assert books.cache.waits(follower)
    assert not books.cache.waits(leader)
    books.compute(leader, STEM[:4])
    assert not books.cache.waits(follower)
    books.cache.take_over(follower)
    assert books.held(follower) == STEM[:4]


def test_who_waits_leads_when_the_leader_goes(books: Books) -> None:
    leader = books.open(STEM, upto=2)
    follower = books.open(STEM, upto=0)
    books.cache.close(leader, STEM)
    assert not books.cache.waits(follower)
    assert books.held(follower) == STEM[:2]


def test_two_answers_that_are_alike_are_kept_once(books: Books) -> None:
    lanes = [books.open(STEM) for _ in range(2)]
    for lane in lanes:
        books.compute(lane, (*STEM, 30, 31, 32 + lane.id))
    assert books.cache.used == len(STEM) + 6
    for lane in lanes:
        books.cache.close(lane, (*STEM, 30, 31, 32 + lane.id))
    assert books.cache.used == len(STEM) + 4


def test_an_answer_that_is_known_is_not_kept_again(books: Books) -> None:
    books.keep((*STEM, 30))
    lane = books.open(STEM)
    books.compute(lane, (*STEM, 30))
    books.cache.close(lane, (*STEM, 30))
    assert (books.cache.kept, books.cache.used) == (1, len(STEM) + 1)


def test_of_a_request_that_ends_early_what_was_computed_is_kept(books: Books) -> None:
    lane = books.open(STEM, upto=3)
    books.cache.close(lane, (*STEM, 15))
    assert lane.path == STEM[:3]
    assert books.cache.evictable == 3


def test_a_kept_prefix_goes_when_a_longer_one_is_kept_unless_it_is_pinned(books: Books) -> None:
    running = books.open(STEM)
    pinned = books.cache.keep(running, 2, pinned=True)
    books.cache.keep(running, 3, pinned=False)
    assert books.cache.kept == 2
    books.cache.close(running, STEM)
    assert pinned is not None
    assert books.held(pinned) == STEM[:2]
    assert (books.cache.kept, books.cache.used) == (2, len(STEM))


def test_a_prefix_is_kept_once_and_stays_pinned(books: Books) -> None:
    running = books.open(STEM)
    first = books.cache.keep(running, 3, pinned=True)
    assert first is not None
    assert books.cache.keep(running, 3, pinned=False) is first
    assert first.pinned


def test_more_than_the_prompt_is_not_kept_while_it_runs(books: Books) -> None:
    assert books.cache.keep(books.open(STEM), len(STEM) + 1, pinned=True) is None


def test_the_least_recently_used_go_first_and_the_pinned_last(books: Books) -> None:
    running = books.open((50, 51))
    pinned = books.cache.keep(running, 1, pinned=True)
    books.cache.drop(running)
    first, second, third = [books.keep((n, *STEM)) for n in (20, 21, 22)]
    again = books.open(first.path)  # of use again
    books.cache.drop(again)
    gone = []
    while books.cache.kept:
        before = [lane for lane in (first, second, third, pinned) if lane and books.held(lane)]
        books.cache.make_room(books.cache.free + 1)
        gone += [lane for lane in before if not books.held(lane)]
    assert gone == [second, third, first, pinned]
    assert books.cache.evicted == 4


def test_running_lanes_never_go(books: Books) -> None:
    books.open(STEM)
    assert not books.cache.make_room(60)
    assert books.cache.used == len(STEM)


def test_for_a_new_lane_an_old_prefix_goes_but_not_the_one_that_is_wanted() -> None:
    books = Books(lanes=3)
    wanted, other = books.keep(STEM), books.keep((20, 21))
    lane = books.cache.open((*STEM, 30))
    assert lane is not None
    assert lane.computed == len(STEM)
    assert lane.id == other.id
    assert books.held(wanted) == STEM


def test_where_every_lane_runs_there_is_none() -> None:
    books = Books(lanes=2)
    lane = books.open(STEM)
    assert books.cache.open((20,)) is None
    assert books.cache.keep(lane, 2, pinned=True) is None


def test_a_pinned_prefix_is_no_reason_to_lose_another_pinned_one() -> None:
    books = Books(lanes=3)
    lane = books.open(STEM)
    assert books.cache.keep(lane, 2, pinned=True) is not None
    assert books.cache.keep(lane, 3, pinned=True) is None


THOUGHT = (*STEM, OPEN, 40, 41, CLOSE, 50, 51)
"""A kept turn that thought."""
NEXT = (*STEM, 50, 51, 60)
"""The turn after it, which leaves the thinking out."""
BLOCK = (len(STEM), len(STEM) + 4)


def test_a_block_is_cut_out_and_the_rest_moves_up(books: Books) -> None:
    lane = books.keep(THOUGHT)
    assert books.cache.cut(lane, *BLOCK, NEXT)
    assert books.held(lane) == lane.path == NEXT[:-1]
    follows = books.open(NEXT)
    assert books.held(follows) == NEXT
    assert books.cache.used == len(NEXT)


@pytest.mark.parametrize(
    ("why", "wanted"),
    [
        ("its rest serves nobody", (*STEM, 70)),
        ("it runs", NEXT),
        ("another holds its rest", NEXT),
        ("this memory cannot move cells", NEXT),
    ],
)
def test_a_block_stays_where_a_cut_would_not_do(why: str, wanted: Tokens) -> None:
    books = Books(can_shift=why != "this memory cannot move cells")
    lane = books.open(THOUGHT) if why == "it runs" else books.keep(THOUGHT)
    if why == "another holds its rest":
        books.open(THOUGHT[:-1])
    assert not books.cache.cut(lane, *BLOCK, wanted)
    assert books.held(lane) == THOUGHT
    _balanced(books)


def test_a_lane_whose_cells_were_moved_has_no_state_before_the_next_decode(books: Books) -> None:
    """llama.cpp turns the moved keys in the next decode; a state taken before has them unturned."""
    books.cache.cut(books.keep(THOUGHT), *BLOCK, NEXT)
    lane = books.open(NEXT, upto=0)
    assert books.cache.save(lane) == bytearray()
    books.compute(lane, NEXT)
    assert books.cache.save(lane) == books.memory.state(lane.id)


def test_a_lane_without_a_path_goes_on_from_nothing(books: Books) -> None:
    books.open(())
    assert books.cache.longest(STEM) == (0, None)


def test_the_newest_of_those_that_go_on_differently_is_named(books: Books) -> None:
    books.keep((*STEM, 20))
    newest = books.keep((*STEM, 21))
    assert books.cache.longest((*STEM, 22)) == (len(STEM), newest)
    assert books.cache.longest((99,)) == (0, newest)


def test_what_running_lanes_hold_or_will_hold_is_shared(books: Books) -> None:
    books.keep((*STEM, 20))
    books.open(STEM, upto=1)
    assert books.cache.shared((*STEM, 20)) == len(STEM)
    assert books.cache.shared((20,)) == 0


def test_a_state_is_restored_beyond_what_is_shared(books: Books) -> None:
    lane = books.open(STEM)
    state = books.cache.save(lane)
    books.cache.close(lane, STEM[:2])
    books.cache.make_room(60)
    books.keep(STEM[:2])
    again = books.open((*STEM, 20), upto=0)
    assert books.cache.restore(again, state, len(STEM))
    assert books.held(again) == STEM
    assert books.cache.used == len(STEM)


@pytest.mark.parametrize("rollback", [True, False])
def test_a_state_that_is_refused_leaves_nothing_behind(rollback: bool) -> None:
    books = Books(rollback=rollback)
    lane = books.open(STEM, upto=0)
    assert not books.cache.restore(lane, bytearray(b"nonsense"), 3)
    assert books.held(lane) == ()
    _balanced(books)


def test_a_state_for_which_there_is_no_room_is_not_restored(books: Books) -> None:
    state = books.cache.save(books.open(STEM))
    books.open(tuple(range(100, 152)))
    lane = books.open((20,), upto=0)
    assert not books.cache.restore(lane, state, len(STEM))


def test_a_shorter_state_is_not_restored(books: Books) -> None:
    lane = books.open(STEM)
    assert not books.cache.restore(lane, books.cache.save(lane), len(STEM))


def test_a_recurrent_lane_is_forked_only_where_it_stands(recurrent: Books) -> None:
    recurrent.open(STEM)
    beside = recurrent.open((*STEM[:3], 20), upto=0)
    beyond = recurrent.open((*STEM, 20), upto=0)
    assert recurrent.held(beside) == ()
    assert recurrent.held(beyond) == STEM


def test_a_recurrent_lane_pauses_where_paths_part(recurrent: Books) -> None:
    leader = recurrent.open(STEM, upto=1)
    follower = recurrent.open((*STEM[:3], 20), upto=0)
    assert [*recurrent.cache.stops(leader)] == [3, 5]
    recurrent.compute(leader, STEM[:3])
    recurrent.cache.take_over(follower)
    assert recurrent.held(follower) == STEM[:3]


def test_a_recurrent_lane_is_kept_only_where_it_stands(recurrent: Books) -> None:
    lane = recurrent.open(STEM, upto=3)
    assert recurrent.cache.keep(lane, 2, pinned=True) is None
    checkpoint = recurrent.cache.keep(lane, 3, pinned=True)
    recurrent.compute(lane, STEM)
    assert checkpoint is not None
    assert recurrent.held(checkpoint) == STEM[:3]


@pytest.mark.parametrize("begun", [0, 1])
def test_a_recurrent_state_is_restored_only_into_an_empty_lane(
    recurrent: Books, begun: int
) -> None:
    gone = recurrent.open(STEM)
    state = recurrent.cache.save(gone)
    recurrent.cache.drop(gone)
    lane = recurrent.open(STEM, upto=begun)
    assert recurrent.cache.restore(lane, state, len(STEM)) == (not begun)
    assert recurrent.held(lane) == STEM[: begun or len(STEM)]


def test_kept_prefixes_are_counted_while_they_come_and_go() -> None:
    """As a metrics page does it, from its own thread."""
    books, over, errors = Books(cells=600, lanes=60), Event(), []

    def count() -> None:
        try:
            while not over.is_set():
                assert books.cache.kept + abs(books.cache.evictable) >= 0
        except RuntimeError as error:
            errors.append(error)

    reader, interval = Thread(target=count), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    reader.start()
    for n in range(1500):
        books.keep((n, 1))
    over.set()
    reader.join()
    sys.setswitchinterval(interval)
    assert not errors
