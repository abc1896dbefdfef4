"""Who gets memory, who waits and who goes."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from models.errors import ModelError
from models.pool.engines import Engines
from models.pool.line import PATIENCE
from tests.models.pool.fake_engines import SOON, FakeEngine, FakeLoads, lent, used, wanted, waves

PLENTY = 1 << 40


@contextmanager
def pool(
    loads: FakeLoads, room: int, free: Callable[[], int] | None = None
) -> Iterator[Engines[FakeEngine]]:
    engines: Engines[FakeEngine] = Engines(
        loads, memory_bytes=room, free=free or (lambda: PLENTY), leaves=lambda _: None
    )
    try:
        yield engines
    finally:
        loads.may.set()
        engines.close()


def eventually(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON
    while not true() and time.monotonic() < end:
        time.sleep(0.005)
    return true()


def test_eight_who_ask_at_once_load_once() -> None:
    loads = FakeLoads()
    loads.may.clear()
    with pool(loads, 1) as engines:
        tickets = [engines.ask(wanted("A")) for _ in range(8)]
        loads.may.set()
        assert len({id(ticket.granted.result(SOON)) for ticket in tickets}) == 1
        assert (loads.loaded, engines.counts().loads) == (["A"], 1)


def test_models_that_fit_together_stay_together() -> None:
    loads = FakeLoads()
    with pool(loads, 2) as engines:
        used(engines, "ABABAB")
    assert loads.loaded == ["A", "B"]


def test_a_lent_model_stays_and_who_wants_its_memory_waits() -> None:
    loads = FakeLoads()
    with pool(loads, 1) as engines:
        held = lent(engines, "A")
        waiting = engines.ask(wanted("B"))
        used(engines, "AA")
        assert not waiting.granted.done()
        assert loads.gone == []
        engines.leave(held)
        assert waiting.granted.result(SOON).name == "B"
        assert loads.gone == ["A"]


def test_many_threads_that_want_everything_at_once_take_nothing_from_each_other() -> None:
    loads = FakeLoads()

    def work(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(40):
            ticket = engines.ask(wanted(*dice.choice([("A", 1), ("B", 1), ("C", 2), ("D", 1)])))
            if dice.random() < 0.2:
                engines.leave(ticket)
                continue
            engine = ticket.granted.result(SOON)
            engine.users += 1
            time.sleep(0)
            engine.users -= 1
            engines.leave(ticket)

    with pool(loads, 2) as engines, ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
        assert all(kept.idle and not kept.leases for kept in engines.kept())
    assert not any(engine.closed_in_use for engine in loads.engines)
    assert loads.most <= 2
    assert len(loads.gone) == len(loads.loaded)


def test_a_model_that_was_handed_out_for_good_never_goes() -> None:
    loads = FakeLoads()
    with pool(loads, 2) as engines:
        engines.ask(wanted("A"), pins=True).granted.result(SOON)
        used(engines, "BCB")
        assert loads.gone == ["B", "C"]


def test_what_the_plan_needs_last_goes_first() -> None:
    loads = FakeLoads()
    with pool(loads, 3) as engines:
        used(engines, "ABC")
        engines.expect(waves("D", "A", "C", "B"))
        used(engines, "D")
        assert loads.gone == ["B"]


def test_without_a_plan_who_was_lent_longest_ago_goes_first() -> None:
    loads = FakeLoads()
    with pool(loads, 3) as engines:
        used(engines, "ABCA")
        used(engines, "D")
        assert loads.gone == ["B"]


def test_no_more_go_than_must() -> None:
    loads = FakeLoads()
    with pool(loads, 6) as engines:
        for name, need in (("A", 1), ("B", 1), ("C", 4)):
            engines.leave(lent(engines, name, need))
        engines.leave(lent(engines, "D", 4))
        assert loads.gone == ["C"]


def test_three_models_in_the_room_of_one_are_loaded_once_for_each_change() -> None:
    loads = FakeLoads()
    with pool(loads, 1) as engines:
        used(engines, "AABBCCA")
        counts = engines.counts()
    assert loads.loaded == ["A", "B", "C", "A"]
    assert (counts.loads, counts.evictions, counts.swaps) == (4, 3, 3)


def test_who_waits_hears_the_position_and_how_it_moves() -> None:
    loads, heard = FakeLoads(), dict[str, list[int]](B=[], C=[])
    with pool(loads, 1) as engines:
        held = lent(engines, "A")
        second = engines.ask(wanted("B"), heard=heard["B"].append)
        third = engines.ask(wanted("C"), heard=heard["C"].append)
        assert heard == {"B": [1], "C": [2]}
        engines.leave(held)
        second.granted.result(SOON)
        assert heard == {"B": [1], "C": [2, 1]}
        engines.leave(second)
        engines.leave(third)
        assert engines.counts().waits == 2


def test_who_gives_up_leaves_the_line_and_takes_nothing_along() -> None:
    loads, heard = FakeLoads(), list[int]()
    with pool(loads, 1) as engines:
        held = lent(engines, "A")
        gone = engines.ask(wanted("B"))
        engines.ask(wanted("C"), heard=heard.append)
        engines.leave(gone)
        assert heard == [2, 1]
        engines.leave(held)
        assert eventually(lambda: loads.loaded == ["A", "C"])


def test_a_busy_model_does_not_keep_others_waiting_for_ever() -> None:
    loads = FakeLoads()
    with pool(loads, 1) as engines:
        first = lent(engines, "A")
        waiting = engines.ask(wanted("B"))
        passing = [lent(engines, "A") for _ in range(PATIENCE)]
        late = engines.ask(wanted("A"))
        assert not late.granted.done()
        for ticket in (first, *passing):
            engines.leave(ticket)
        assert waiting.granted.result(SOON).name == "B"
        engines.leave(waiting)
        assert late.granted.result(SOON).name == "A"


def test_the_next_wave_is_fetched_into_free_room_while_this_one_works() -> None:
    loads = FakeLoads()
    with pool(loads, 2) as engines:
        held = lent(engines, "A")
        engines.expect(waves("A", "B"))
        assert eventually(lambda: loads.loaded == ["A", "B"])
        engines.leave(held)
        used(engines, "B")
        counts = engines.counts()
    assert (counts.prefetches, counts.prefetch_hits, counts.loads) == (1, 1, 2)


def test_for_the_next_wave_nothing_goes_that_the_plan_still_needs() -> None:
    loads = FakeLoads()
    with pool(loads, 2) as engines:
        used(engines, "AC")
        engines.expect(waves("A", "B", "C"))
        used(engines, "A")
        assert loads.loaded == ["A", "C"]
        engines.expect(waves("B", "C"))
        assert eventually(lambda: loads.loaded == ["A", "C", "B"])
        assert loads.gone == ["A"]


def test_a_prefetch_that_fails_fails_nobody_and_is_not_repeated() -> None:
    loads = FakeLoads()
    loads.failing = {"B"}
    with pool(loads, 2) as engines:
        engines.expect(waves("B"))
        assert eventually(lambda: engines._loading is None)
        loads.failing.clear()
        used(engines, "AB")
        assert loads.loaded == ["A", "B"]


def test_who_asks_while_a_prefetch_fails_gets_a_load_of_its_own() -> None:
    loads = FakeLoads()
    loads.may.clear()
    loads.failing = {"B"}
    with pool(loads, 2) as engines:
        engines.expect(waves("B"))
        ticket = engines.ask(wanted("B"))
        loads.may.set()
        with pytest.raises(RuntimeError, match="B cannot be loaded"):
            ticket.granted.result(SOON)


def test_a_failed_load_is_told_to_all_who_asked_and_tried_again_for_the_next() -> None:
    loads = FakeLoads()
    loads.may.clear()
    loads.failing = {"A"}
    with pool(loads, 1) as engines:
        tickets = [engines.ask(wanted("A")) for _ in range(3)]
        loads.may.set()
        for ticket in tickets:
            with pytest.raises(RuntimeError, match="A cannot be loaded"):
                ticket.granted.result(SOON)
        loads.failing.clear()
        used(engines, "A")


def test_where_memory_is_short_idle_models_go_before_the_next_is_loaded() -> None:
    loads = FakeLoads()
    with pool(loads, 100, free=lambda: 5 if len(loads.gone) else 0) as engines:
        used(engines, "AB")
        assert loads.gone == ["A"]


def test_between_waves_unneeded_models_go_where_memory_is_short() -> None:
    loads, free = FakeLoads(), [PLENTY]
    with pool(loads, 100, free=lambda: free[0]) as engines:
        used(engines, "AB")
        free[0] = 0
        engines.expect(waves("B"))
        assert eventually(lambda: loads.gone == ["A"])
        assert engines.shortage == 1.0


def test_a_closed_pool_refuses_those_who_wait_and_those_who_come() -> None:
    loads = FakeLoads()
    with pool(loads, 1) as engines:
        lent(engines, "A")
        waiting = engines.ask(wanted("B"))
        engines.close()
        with pytest.raises(ModelError, match="closed"):
            waiting.granted.result(SOON)
        with pytest.raises(ModelError, match="closed"):
            engines.ask(wanted("A"))
        assert loads.gone == ["A"]
