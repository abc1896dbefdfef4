"""The engine's steps on a `FakeMemory`: what its lanes hold alone says which token comes next.

So an answer is right only where every token of a lane was computed, forked, restored and cut well.
After each step the books are compared with the memory.
"""

from dataclasses import dataclass
from typing import cast
from zlib import crc32

from models.cache import Cache
from models.lane import Lane
from models.prefix_store import PrefixStore
from models.prefix_tree import Tokens
from models.prefixes import Prefixes
from models.request import Request
from models.sampling import Sampling
from models.schedule import Schedule, Share
from models.sequence import Sequence
from models.stream import Stream
from models.thinking import ThinkTokens
from models.vocabulary import Vocabulary
from models.waiting import Waiting
from tests.models.fake_memory import FakeMemory

TAGS = ThinkTokens(open=1, close=2, after=(3,), closing=())
LETTERS = (10, 11, 12)
GREEDY = Sampling(temperature=0, top_p=1, top_k=0, min_p=0)
CONTEXT = 100


class Letters:
    """As much of a vocabulary as is needed to explain reuse."""

    def shown(self, tokens: Tokens) -> str:
        return " ".join(map(str, tokens))


def following(tokens: Tokens) -> Tokens:
    """What the model says after `tokens`: a letter, or sometimes a whole block of thinking."""
    drawn = crc32(bytes(tokens))
    letter = LETTERS[drawn % 3]
    return (TAGS.open, letter, TAGS.close, *TAGS.after) if drawn % 5 == 0 else (letter,)


def answer(prompt: Tokens, new: int) -> Tokens:
    """All that the model says, until it has said `new` tokens."""
    tokens = prompt
    while len(tokens) < len(prompt) + new:
        tokens += following(tokens)
    return tokens[len(prompt) :]


def spoken(said: Tokens) -> Tokens:
    """An answer without its thinking."""
    kept: list[int] = []
    for token in said:
        kept.append(token)
        if token == TAGS.after[-1]:
            del kept[-len((TAGS.open, 0, TAGS.close, *TAGS.after)) :]
    return tuple(kept)


def sequence_of(prompt: Tokens, new: int = 4, priority: int = 0, keep: Tokens = ()) -> Sequence:
    """A request on its way."""
    request = Request(prompt, GREEDY, max_tokens=new, priority=priority, keep=keep)
    vocabulary = cast(Vocabulary, Letters())
    return Sequence(request, Stream(), vocabulary, TAGS, CONTEXT)


@dataclass(frozen=True)
class Setup:
    """The bounds of one engine."""

    cells: int = 300
    lanes: int = 12
    parallel: int = 4
    batch: int = 16
    parked_bytes: int = 1 << 20
    rollback: bool = True
    can_shift: bool = True


class FakeWorker:
    """One engine, stepped by hand."""

    def __init__(self, setup: Setup, store: PrefixStore | None = None) -> None:
        self.memory = FakeMemory(setup.cells, setup.lanes, rollback=setup.rollback)
        self.cache = Cache(
            self.memory,
            cells=setup.cells,
            lanes=setup.lanes,
            rollback=setup.rollback,
            can_shift=setup.can_shift,
        )
        self.waiting = Waiting(1000)
        self.prefixes = Prefixes(self.cache, store, cast(Vocabulary, Letters()), TAGS)
        self.schedule = Schedule(
            self.cache,
            self.waiting,
            self.prefixes,
            parallel=setup.parallel,
            batch=setup.batch,
            parked_bytes=setup.parked_bytes,
        )
        self.setup = setup
        self.open: list[Sequence] = []
        """Neither answered nor cancelled."""
        self.ended: list[Sequence] = []
        self.computed = 0
        """Tokens that were decoded."""

    def submit(self, sequence: Sequence) -> Sequence:
        self.waiting.put(sequence)
        self.open.append(sequence)
        return sequence

    def ask(self, prompt: Tokens, new: int = 4, priority: int = 0, keep: Tokens = ()) -> Sequence:
        """Submit a request and step until it is answered."""
        sequence = self.submit(sequence_of(prompt, new, priority, keep))
        self.run_out()
        return sequence

    def cancel(self, sequence: Sequence) -> None:
        sequence.stream.close()
        self.open.remove(sequence)

    def run_out(self) -> None:
        """Step until nothing is open; that takes no more than a bounded number of steps."""
        bound = 20 + 4 * sum(len(each.request.prompt) + CONTEXT for each in self.open)
        for _ in range(bound):
            if not self.open:
                break
            self.step()
        assert not self.open, f"{len(self.open)} starve"
        self.step()  # drops who was cancelled

    def step(self) -> None:
        """As `models.worker.Worker` does it."""
        self._drop_cancelled()
        self.schedule.admit()
        generates = {each for each in self.schedule.running if not each.prefilling}
        runs = bool(self.schedule.running)
        shares = self.schedule.plan()
        assert bool(shares) == runs, "something runs, so something is computed"
        self._check(shares, generates)
        for sequence in self._compute(shares):
            lane = _lane(sequence)
            sequence.tokens += following(self.memory.tokens(lane.id))
            if len(sequence.tokens) - len(sequence.request.prompt) >= _new(sequence):
                self._finish(sequence)
        self.balance()

    def balance(self) -> None:
        """The books say what the memory holds."""
        self.cache.check()
        assert self.cache.used == self.memory.used, "a cell leaks"
        assert self.cache.evictable <= self.cache.used <= self.setup.cells
        assert len(self.schedule.running) <= self.setup.parallel
        assert self.schedule.parked_bytes <= self.setup.parked_bytes
        parked = (each.parked for each in self.open if each.parked)
        assert self.schedule.parked_bytes >= sum(len(each.state) for each in parked)
        for sequence in self.schedule.running:
            lane = _lane(sequence)
            assert self.memory.tokens(lane.id) == tuple(sequence.tokens[: lane.computed])
        assert not self.setup.rollback or self.memory.used == self._distinct()

    def _drop_cancelled(self) -> None:
        self.schedule.forget(self.waiting.cancelled())
        for sequence in [each for each in self.schedule.running if each.stream.cancelled]:
            self.schedule.finish(sequence)

    def _compute(self, shares: list[Share]) -> list[Sequence]:
        ready = [s.sequence for s in shares if s.tokens == s.sequence.remaining]
        for share in shares:
            lane, tokens = _lane(share.sequence), share.sequence.next(share.tokens)
            self.memory.decode(lane.id, tuple(tokens), lane.computed)
            self.computed += share.tokens
        for share in shares:
            self.schedule.computed(share)
        for share in shares:
            self.prefixes.computed(share.sequence, _lane(share.sequence).computed - share.tokens)
        return ready

    def _check(self, shares: list[Share], generates: set[Sequence]) -> None:
        """What a plan promises."""
        assert all(share.tokens > 0 for share in shares)
        assert sum(share.tokens for share in shares) <= self.setup.batch
        assert len({share.sequence for share in shares}) == len(shares)
        prefills = [share.sequence not in generates for share in shares]
        assert prefills == sorted(prefills), "who generates goes first"
        if self.setup.rollback:
            new = [prefix for share in shares for prefix in _prefixes(share)]
            assert len({*new}) == len(new), "computed twice in one batch"
            assert not {*new} & self._known(), "computed though it was known"

    def _known(self) -> set[Tokens]:
        """Every prefix that the memory holds, but what running lanes have generated."""
        tails = {_lane(each).id: len(_lane(each).path) for each in self.schedule.running}
        known: set[Tokens] = set()
        for lane in range(self.setup.lanes):
            tokens = self.memory.tokens(lane)[: tails.get(lane)]
            known |= {tokens[:end] for end in range(1, len(tokens) + 1)}
        return known

    def _distinct(self) -> int:
        """Cells that are needed: one a known prefix, and the tails."""
        lanes = map(_lane, self.schedule.running)
        return len(self._known()) + sum(max(0, each.computed - len(each.path)) for each in lanes)

    def _finish(self, sequence: Sequence) -> None:
        prompt = sequence.request.prompt
        assert tuple(sequence.tokens[len(prompt) :]) == answer(prompt, _new(sequence))
        self.schedule.finish(sequence)
        if sequence in self.open:
            self.open.remove(sequence)
            self.ended.append(sequence)


def _lane(sequence: Sequence) -> Lane:
    assert sequence.lane is not None, "it runs"
    return sequence.lane


def _new(sequence: Sequence) -> int:
    return sequence.request.max_tokens or 1


def _prefixes(share: Share) -> list[Tokens]:
    """What of its path a share computes, each token with all before it."""
    lane, tokens = _lane(share.sequence), tuple(share.sequence.tokens)
    end = min(lane.computed + share.tokens, len(lane.path))
    return [tokens[: at + 1] for at in range(lane.computed, end)]
