"""Everything that requests can do to the schedule, in any order: none starves, none is told wrong.

The rules of each step are in `FakeWorker`: it compares the books with the memory after each.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from models.prefix_store import PrefixStore
from models.prefix_tree import Tokens
from tests.models.fake_worker import (
    CONTEXT,
    LETTERS,
    TAGS,
    FakeWorker,
    Setup,
    following,
    sequence_of,
    spoken,
)

STEM = tuple(LETTERS[at * at % 7 % 3] for at in range(70))
PROMPTS = [STEM[:end] for end in range(1, len(STEM))]
STEMS = (STEM, STEM[:35] + STEM[:20], STEM[:50] + STEM[1:], STEM[2:])
LETTER = st.sampled_from(LETTERS)
TAILS = st.lists(LETTER, min_size=1, max_size=9).map(tuple)
PRIORITIES = st.sampled_from([0, 0, 1, 2])
KEEP = st.lists(st.integers(30, 60), max_size=2).map(tuple)
NEW = st.integers(1, 24)
SETUPS = st.builds(
    Setup,
    cells=st.integers(CONTEXT, 180),
    lanes=st.integers(2, 9),
    parallel=st.integers(1, 4),
    batch=st.integers(3, 40),
    parked_bytes=st.sampled_from([0, 500, 1 << 20]),
    rollback=st.booleans(),
    can_shift=st.booleans(),
)


class SettledStore(PrefixStore):
    """Writes before it goes on, so that what is found later does not depend on the disk's speed."""

    def write(self, tokens: Tokens, state: bytearray) -> None:
        super().write(tokens, state)
        self._writer.submit(int).result()


class RequestsInAnyOrder(RuleBasedStateMachine):
    @initialize(setup=SETUPS, on_disk=st.booleans())
    def start(self, setup: Setup, on_disk: bool) -> None:
        self.folder = TemporaryDirectory()
        self.store = SettledStore(Path(self.folder.name), "fake", 1 << 20) if on_disk else None
        self.worker = FakeWorker(setup, self.store)

    @rule(stem=st.integers(0, 3), length=st.integers(0, 62), tail=TAILS, new=NEW, keep=KEEP,
          priority=PRIORITIES)  # fmt: skip
    def submit(
        self, stem: int, length: int, tail: Tokens, new: int, keep: Tokens, priority: int
    ) -> None:
        self.worker.submit(sequence_of(STEMS[stem][:length] + tail, new, priority, keep))

    @precondition(lambda self: self.worker.ended)
    @rule(which=st.integers(0, 4), tail=TAILS, new=NEW, keep=KEEP, priority=PRIORITIES)
    def follow_up(self, which: int, tail: Tokens, new: int, keep: Tokens, priority: int) -> None:
        """The next turn of a conversation: what was thought is left out."""
        first = self.worker.ended[-1 - which % len(self.worker.ended)]
        at = len(first.request.prompt)
        prompt = first.request.prompt + spoken(tuple(first.tokens[at:])) + tail
        if len(prompt) + new + 4 <= CONTEXT:
            self.worker.submit(sequence_of(prompt, new, priority, keep))

    @rule(times=st.integers(1, 6))
    def step(self, times: int) -> None:
        for _ in range(times):
            self.worker.step()

    @precondition(lambda self: self.worker.open)
    @rule(which=st.integers(0, 20))
    def cancel(self, which: int) -> None:
        self.worker.cancel(self.worker.open[which % len(self.worker.open)])

    @rule(cells=st.integers(1, CONTEXT))
    def evict(self, cells: int) -> None:
        self.worker.cache.make_room(cells)
        self.worker.balance()

    @rule()
    def another_process_begins(self) -> None:
        self.worker.run_out()
        self.worker = FakeWorker(self.worker.setup, self.store)

    def teardown(self) -> None:
        if not hasattr(self, "worker"):
            return
        self.worker.run_out()
        cache = self.worker.cache
        assert cache.used == cache.evictable, "only kept prefixes are left"
        assert not self.worker.schedule.parked_bytes
        cache.make_room(cache.cells)
        assert (cache.used, cache.kept, self.worker.memory.used) == (0, 0, 0)
        self.worker.prefixes.close()
        self.folder.cleanup()


TestSchedule = RequestsInAnyOrder.TestCase
TestSchedule.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, derandomize=True
)


def test_a_request_of_low_priority_ends_though_others_keep_coming() -> None:
    for parallel in (1, 2):
        worker = FakeWorker(Setup(parallel=parallel, parked_bytes=0))
        low = worker.submit(sequence_of(STEM, new=20, priority=9))
        for n in range(600):
            if len(worker.open) < 4:
                worker.submit(sequence_of((LETTERS[n % 3], *STEM[n % 40 :]), new=3))
            worker.step()
        assert low in worker.ended
        assert len(worker.ended) > 50


def test_one_of_higher_priority_takes_the_place_of_a_lower_one() -> None:
    worker = FakeWorker(Setup(parallel=1))
    low = worker.submit(sequence_of(STEM, new=20, priority=1))
    worker.step()
    high = worker.submit(sequence_of(STEM, new=20))
    worker.step()
    assert (low.parked is not None, high.lane is not None) == (True, True)
    worker.run_out()
    assert worker.ended == [high, low]


def test_the_lowest_gives_way_though_another_came_in_after_it() -> None:
    worker = FakeWorker(Setup(parallel=2))
    low = worker.submit(sequence_of(STEM, new=20, priority=2))
    worker.step()
    for _ in range(2):
        worker.submit(sequence_of(STEM, new=20))
    worker.step()
    assert low.parked is not None
    assert len(worker.schedule.running) == 2
    worker.run_out()


def test_two_that_take_over_from_a_third_do_not_compute_the_same_next() -> None:
    worker = FakeWorker(Setup(batch=8, parallel=3))
    worker.submit(sequence_of((*STEM[:20], 11, 10), new=20))
    worker.submit(sequence_of((*STEM[:40], 10, 10), priority=2))
    worker.step()
    worker.submit(sequence_of((*STEM[:40], 12, 10), priority=1))
    worker.run_out()


def test_beside_a_prompt_of_one_token_others_are_served() -> None:
    worker = FakeWorker(Setup())
    worker.submit(sequence_of(LETTERS[:1]))
    worker.submit(sequence_of(LETTERS[1:]))
    worker.run_out()


def test_who_is_parked_just_after_thinking_was_cut_out_is_computed_again() -> None:
    worker = FakeWorker(Setup(parallel=1))
    first = worker.ask(next(p for p in PROMPTS if following(p)[0] == TAGS.open), new=9)
    said = spoken(tuple(first.tokens[len(first.request.prompt) :]))
    low = worker.submit(sequence_of((*first.request.prompt, *said, 10), priority=1))
    worker.schedule.admit()
    worker.submit(sequence_of(STEM))
    worker.run_out()
    assert (low in worker.ended, worker.schedule.parked) == (True, 1)
