"""How evenly experts are used, how alike roles choose, and what that means for memory."""

from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.experts import ExpertCounts, ExpertUsage
from models.heat import hint, layers_of, means, overlaps

COUNTS = ExpertCounts(((4, 0, 2, 2), (2, 2, 2, 2), (0, 0, 0, 0)))
LAYER = st.lists(st.integers(0, 10_000), min_size=4, max_size=4).map(tuple)
ANY = st.lists(LAYER, min_size=2, max_size=2).map(lambda rows: ExpertCounts(tuple(rows)))


def test_a_layer_tells_entropy_its_busiest_expert_and_those_that_were_never_chosen() -> None:
    first, second = layers_of(COUNTS)
    assert (first.layer, first.choices, first.busiest, first.unused) == (0, 8, 0, (1,))
    assert [first.entropy, first.balance] == pytest.approx([1.5, 0.75])
    assert first.busiest_share == 0.5
    assert [second.entropy, second.balance] == pytest.approx([2.0, 1.0])


def test_a_layer_without_choices_is_left_out_of_the_mean() -> None:
    whole = means(COUNTS)
    assert whole.entropy == pytest.approx(1.75)
    assert (whole.choices, whole.unused, whole.per_expert) == (16, 1, 2.0)
    assert means(ExpertCounts()).choices == means(ExpertCounts(((0, 0),))).choices == 0


def test_the_carriers_are_the_fewest_experts_with_that_part_of_the_choices() -> None:
    counts = ExpertCounts(((5, 80, 5, 10), (0, 0, 0, 0)))
    assert counts.carriers(0) == (1,)
    assert counts.carriers(0, 0.81) == (1, 3)
    assert counts.carriers(0, 1.0) == (1, 3, 0, 2)
    assert counts.carriers(1) == ()


@settings(deadline=None)
@given(ANY)
def test_numbers_of_any_counts_stay_in_their_bounds(counts: ExpertCounts) -> None:
    for one in layers_of(counts):
        assert 0 <= one.entropy <= log2(4) + 1e-9
        assert one.entropy == pytest.approx(one.balance * log2(4), abs=1e-9)
        carriers = counts.carriers(one.layer)
        had = sum(counts.layers[one.layer][expert] for expert in carriers)
        assert had >= 0.8 * one.choices - 1e-6
        assert had - counts.layers[one.layer][carriers[-1]] < 0.8 * one.choices


@settings(deadline=None)
@given(ANY, ANY)
def test_what_came_since_is_what_was_added(before: ExpertCounts, now: ExpertCounts) -> None:
    assert (before + now) - before == now
    usage = ExpertUsage({"a": before}) + ExpertUsage({"a": now, "b": now})
    since = usage - ExpertUsage({"a": before})
    assert since.by_label == ({"a": now, "b": now} if now.total else {})


def test_roles_that_choose_alike_overlap_and_strangers_do_not() -> None:
    usage = ExpertUsage(
        {
            "testing": ExpertCounts(((9, 1, 0, 0),)),
            "ci_cd": ExpertCounts(((90, 10, 0, 0),)),
            "github": ExpertCounts(((0, 0, 5, 5),)),
        }
    )
    alike, *strangers = overlaps(usage)
    assert {alike.first, alike.second} == {"testing", "ci_cd"}
    assert [alike.cosine, alike.jaccard] == pytest.approx([1.0, 1.0])
    assert [(one.cosine, one.jaccard) for one in strangers] == [(0.0, 0.0), (0.0, 0.0)]


def test_roles_without_a_layer_in_common_are_not_compared() -> None:
    first, last = ExpertCounts(((1, 1), (0, 0))), ExpertCounts(((0, 0), (1, 1)))
    assert overlaps(ExpertUsage({"a": first, "b": last})) == ()


@settings(deadline=None)
@given(ANY, ANY)
def test_any_overlap_is_between_nothing_and_all(first: ExpertCounts, second: ExpertCounts) -> None:
    for one in overlaps(ExpertUsage({"a": first, "b": second})):
        for layer in one.layers:
            assert 0 <= layer.cosine <= 1
            assert 0 <= layer.jaccard <= 1


def test_placement_pays_where_few_experts_carry_the_choices() -> None:
    skewed = hint(ExpertUsage({"testing": ExpertCounts(((900, 40, 30, 30),))}))
    assert (skewed.layers[0].carriers, skewed.part) == ((0,), 0.25)
    assert skewed.pays
    assert skewed.text.startswith("25% of the experts carry 80% of the choices")


def test_placement_does_not_pay_where_all_are_used_alike() -> None:
    even = hint(ExpertUsage({"a": ExpertCounts(((250,) * 4,)), "b": ExpertCounts(((250,) * 4,))}))
    assert even.part == 1.0
    assert not even.pays
    assert "count every expert as needed" in even.text


def test_a_few_tokens_say_nothing_about_placement() -> None:
    few = hint(ExpertUsage({"testing": ExpertCounts(((4, 0, 0, 0),))}))
    assert not few.pays
    assert few.text == "only 1.0 choices for each expert: too few to say where experts should lie"
    assert not hint(ExpertUsage()).enough
