"""Teams on machines: what is given up, in which order, and that no plan runs out of memory."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import ModelError
from models.fit import LEAST_CONTEXT, Accelerator, Candidate, Demand, Machine, Plan, plan, predict
from tests.models.fit.teams import MIB, FakeMachine, OutOfMemory, candidate, drawn

GIB = 1024 * MIB

SMALL = drawn("small", layers=4, layer=40 * MIB, tied=True)
MIDDLE = drawn("middle")
LARGE = drawn("large", layers=12, layer=300 * MIB)
MIXED = drawn("mixed", layers=12, layer=20 * MIB, experts=400 * MIB)
HYBRID = drawn("hybrid", layers=8, layer=30 * MIB, experts=200 * MIB, state=64)
ODD = drawn("odd", head=80)
MODELS = (SMALL, MIDDLE, LARGE, MIXED, HYBRID, ODD)
ROLES = ("coordinator", "development", "testing", "ci_cd", "github", "documentation")
USUAL = Demand(8192, 2)


def team(*blueprints: object) -> list[Candidate]:
    """The first has the coordinator, each of the others a role."""
    named = zip(blueprints, ROLES, strict=False)
    return [candidate(one, role) for one, role in named]  # type: ignore[arg-type]


def machine(ram: float, *vram: float) -> Machine:
    cards = (Accelerator(f"GPU{at}", int(size * GIB)) for at, size in enumerate(vram))
    return Machine(int(ram * GIB), tuple(cards))


rosters = st.lists(st.sampled_from(MODELS), min_size=1, max_size=5, unique=True)
machines = st.builds(
    lambda ram, cards: machine(ram, *cards),
    st.floats(0.1, 24),
    st.lists(st.floats(0, 12), max_size=3),
)
demands = st.builds(
    Demand,
    st.sampled_from((2048, 4096, 8192, 32768)),
    st.sampled_from((1, 2, 4)),
    st.sampled_from(("f16", "q8_0")),
    flash=st.just(True),
)


@settings(max_examples=100, deadline=None)
@given(rosters, demands, machines, st.booleans(), st.randoms(use_true_random=False))
def test_a_planned_load_never_runs_out_of_memory(
    blueprints: list[object], demand: Demand, given_machine: Machine, swap: bool, random: object
) -> None:
    if ODD in blueprints:
        demand = replace(demand, kv="f16")
    try:
        found = plan(team(*blueprints), demand, given_machine, swap=swap)
    except ModelError:
        return
    FakeMachine(found, lambda: random.uniform(-0.05, 0.05)).run()  # type: ignore[attr-defined]
    assert found.given.context >= min(LEAST_CONTEXT, demand.context)
    assert {role for one in found.placed for role in one.candidate.roles} == set(
        ROLES[: len(blueprints)]
    )
    for one in found.placed:
        blueprint = one.candidate.blueprint
        weights = sum(buffers.weights for buffers in one.buffers)
        copied = blueprint.embeddings * (blueprint.tied and one.placement.gpu_layers > 0)
        assert weights == blueprint.weights + copied


def test_the_fake_machine_refuses_what_does_not_fit() -> None:
    found = plan(team(MIDDLE), USUAL, machine(2))
    tight = replace(found, machine=machine(0.5))
    with pytest.raises(OutOfMemory):
        FakeMachine(tight, lambda: 0.0).run()


def where(found: Plan) -> list[tuple[int, int]]:
    return [(one.placement.gpu_layers, one.placement.cpu_expert_layers) for one in found.placed]


def test_all_is_on_the_accelerator_where_it_fits() -> None:
    assert where(plan(team(MIXED, SMALL), USUAL, machine(16, 12))) == [(13, 0), (5, 0)]


def test_the_experts_of_as_few_layers_as_possible_stay_in_memory() -> None:
    found = plan(team(MIXED), USUAL, machine(16, 3))
    ((layers, kept),) = where(found)
    assert layers == 13
    assert 0 < kept < 12
    one = found.placed[0]
    fewer = replace(one.placement, cpu_expert_layers=kept - 1)
    tried = predict(one.candidate.blueprint, one.serving, fewer, 1)
    assert not found.machine.holds(tried, found.spare)


def test_then_as_many_layers_as_fit_are_on_the_accelerator() -> None:
    ((layers, kept),) = where(plan(team(LARGE), USUAL, machine(16, 2)))
    assert 1 < layers < 13
    assert kept == 0


def test_a_mixture_whose_core_does_not_fit_keeps_all_experts_in_memory() -> None:
    ((layers, kept),) = where(plan(team(MIXED), Demand(32768, 4), machine(32, 2)))
    assert 1 < layers < 13
    assert kept == 12


def test_each_model_goes_to_one_accelerator_where_that_has_room() -> None:
    found = plan(team(MIDDLE, SMALL), USUAL, machine(16, 0.6, 3))
    assert [one.placement.devices for one in found.placed] == [(1,), (1,)]
    both = plan(team(LARGE), USUAL, machine(16, 3, 3))
    assert both.placed[0].placement.devices == (0, 1)
    assert all(buffers.weights for buffers in both.placed[0].buffers)


def test_keys_and_values_are_quantised_before_a_context_shrinks() -> None:
    full = plan(team(MIDDLE), Demand(32768, 2), machine(16))
    tight = replace(full.machine, ram=full.used[0] - MIB)
    found = plan(team(MIDDLE), Demand(32768, 2), tight)
    assert (found.given.kv, found.given.context) == ("q8_0", 32768)
    tighter = replace(tight, ram=found.used[0] - MIB)
    again = plan(team(MIDDLE), Demand(32768, 2), tighter)
    assert (again.given.kv, again.given.context) == ("q8_0", 16384)


def test_heads_that_are_no_whole_blocks_are_not_quantised() -> None:
    full = plan(team(ODD), Demand(32768, 2), machine(16))
    found = plan(team(ODD), Demand(32768, 2), replace(full.machine, ram=full.used[0] - MIB))
    assert (found.given.kv, found.given.context) == ("f16", 16384)


def test_no_context_falls_below_the_least() -> None:
    found = plan(team(MIDDLE, SMALL), Demand(100_000, 2), machine(2.2))
    assert found.given.context >= LEAST_CONTEXT
    small = plan(team(MIDDLE), Demand(1000, 2), machine(2))
    assert small.given.context == 1000


def test_everybody_shares_the_coordinators_model_before_models_take_turns() -> None:
    found = plan(team(MIDDLE, LARGE), USUAL, machine(2))
    assert found.shared
    assert not found.swapping
    assert found.placed[0].candidate.roles == ("coordinator", "development")
    assert (found.given.kv, found.given.context) == ("f16", 8192)


def test_models_take_turns_before_they_are_shared_where_that_is_wanted() -> None:
    found = plan(team(MIDDLE, LARGE), USUAL, machine(4.5), swap=True)
    assert found.swapping
    assert not found.shared
    assert [one.candidate.reference for one in found.placed] == ["middle", "large"]
    each = [one.buffers[0].total for one in found.placed]
    assert max(each) <= found.used[0] < sum(each)


def test_models_take_turns_where_the_coordinators_has_no_room_for_the_whole_context() -> None:
    small = plan(team(LARGE), Demand(LEAST_CONTEXT, 2, "q8_0"), machine(16))
    found = plan(team(LARGE, SMALL), Demand(65536, 2), replace(small.machine, ram=small.used[0]))
    assert found.swapping
    assert found.given.context < 65536


def test_who_has_a_model_that_never_fits_gets_the_coordinators() -> None:
    small = plan(team(MIDDLE), Demand(LEAST_CONTEXT, 2, "q8_0"), machine(16))
    found = plan(team(MIDDLE, LARGE), Demand(65536, 2), replace(small.machine, ram=small.used[0]))
    assert found.shared
    assert found.given.context == LEAST_CONTEXT


def test_a_shared_model_that_is_the_only_one_is_nothing_given_up() -> None:
    assert not plan(team(MIDDLE), USUAL, machine(8)).shared


def test_what_does_not_fit_is_refused_with_the_smallest_change_that_would_do() -> None:
    tight = machine(1)
    with pytest.raises(ModelError, match=r"large \(coordinator\) does not fit") as caught:
        plan(team(LARGE, SMALL), USUAL, tight)
    assert "give it small, which fits" in caught.value.hint
    needed = caught.value.hint.partition(" or ")[2].partition(" more")[0]
    more = float(needed.removesuffix(" GiB"))
    with pytest.raises(ModelError):
        plan(team(LARGE), USUAL, machine(1 + more - 0.1))
    assert plan(team(LARGE), USUAL, machine(1 + more + 0.1))


def test_a_machine_without_memory_refuses_everything() -> None:
    with pytest.raises(ModelError):
        plan(team(SMALL), USUAL, machine(0, 0))
