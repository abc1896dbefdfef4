"""The buffer that is predicted: nothing overlaps, and nothing is freed too early."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.fit.arena import Arena
from models.fit.graph import Graph, over, result, store, view

KIB = 1024


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 40)), max_size=60))
def test_what_is_held_never_overlaps_and_lies_below_the_peak(steps: list[tuple[int, int]]) -> None:
    arena = Arena()
    held: list[tuple[int, int]] = []
    for size, victim in steps:
        if held and victim < len(held):
            arena.give(*held.pop(victim))
        held.append((arena.take(size), size))
        ends = sorted((start, start + size) for start, size in held if size)
        assert all(one[1] <= two[0] for one, two in pairwise(ends))
        assert all(end <= arena.peak for _, end in ends)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.randoms())
def test_when_all_is_given_back_the_same_fits_again(sizes: list[int], random: object) -> None:
    arena = Arena()
    for _ in range(3):
        held = [(arena.take(size), size) for size in sizes]
        peak = arena.peak
        random.shuffle(held)  # type: ignore[attr-defined]  # hypothesis types it as an object
        for one in held:
            arena.give(*one)
    assert arena.peak == peak == sum(-(-size // 32) * 32 for size in sizes)


def test_a_chain_of_results_needs_two_at_a_time() -> None:
    graph = Graph()
    at = graph.input(KIB)
    for _ in range(10):
        at = result(KIB, at)
    graph.expand(at)
    assert graph.bytes() == 2 * KIB


def test_an_elementwise_result_takes_the_place_of_its_only_reader() -> None:
    graph = Graph()
    graph.expand(over(over(result(KIB, graph.input(KIB)))))
    assert graph.bytes() == 2 * KIB


def test_an_operand_that_is_wanted_again_keeps_its_place() -> None:
    graph = Graph()
    first = result(KIB, graph.input(0))
    graph.expand(result(0, over(first), first))
    assert graph.bytes() == 2 * KIB


def test_a_view_keeps_what_it_shows() -> None:
    graph = Graph()
    whole = result(KIB, graph.input(0))
    part = view(whole, 16)
    graph.expand(result(KIB, result(KIB, part)))
    assert graph.bytes() == 2 * KIB  # the whole is gone once its part was read
    other = Graph()
    whole = result(KIB, other.input(0))
    part, later = view(whole, 16), result(KIB, whole)
    other.expand(result(0, later, result(KIB, later), part))
    assert other.bytes() == 3 * KIB


def test_what_is_stored_elsewhere_needs_nothing() -> None:
    graph = Graph()
    graph.expand(store(result(KIB, graph.input(0))))
    assert graph.bytes() == KIB
