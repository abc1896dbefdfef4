"""A roster for a machine: what fits, what is quick, what is shared, and what comes next."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import ModelError
from models.catalogue import Advice, Machine, Place, advise, find
from models.catalogue.advice import QUICK, SLOW
from models.catalogue.choice import ladder

GIB = 1024**3
ROSTER = (
    Place("coordinator", "Qwen3-30B-A3B"),
    Place("development", "Qwen3-30B-A3B"),
    Place("testing", "Qwen3-14B"),
    Place("ci_cd", "Qwen3-8B"),
    Place("github", "Qwen3-4B"),
    Place("documentation", "Qwen3-8B"),
)


def advice(ram: float, vram: float = 0, context: int = 8192) -> Advice:
    return advise(Machine.of_size(int(ram * GIB), int(vram * GIB)), ROSTER, context)


def models(given: Advice) -> dict[str, str]:
    return {one.role: one.choice.name for one in given.roles}


def whys(given: Advice) -> dict[str, str]:
    return {one.role: one.why for one in given.roles}


def test_a_card_of_24_gib_takes_the_designed_mixture_whole_and_all_share_it() -> None:
    given = advice(64, 24)
    assert set(models(given).values()) == {"Qwen3-30B-A3B"}
    (file,) = given.files
    assert (file.where, file.quantisation) == ("accelerator", "Q5_K_M")
    assert given.ram == 0
    assert given.vram == file.need.total < 23 * GIB
    assert whys(given)["coordinator"] == "coordinator was designed for it"
    assert whys(given)["github"] == "shared with coordinator, and quick"


def test_without_a_card_a_dense_model_of_its_size_would_be_too_slow() -> None:
    given = advice(64)
    assert set(models(given).values()) == {"Qwen3-30B-A3B"}
    assert given.roles[0].pace > SLOW
    assert whys(given)["testing"] == "shared with coordinator: Qwen3-14B would be no faster"


def test_where_the_designed_model_does_not_fit_the_next_smaller_that_is_not_slow_does() -> None:
    given = advice(16)
    assert models(given)["coordinator"] == "Qwen3-8B"
    assert whys(given)["coordinator"] == "Qwen3-30B-A3B does not fit: it needs 18.3 GiB"
    assert models(given)["github"] == "Qwen3-4B"
    assert whys(given)["github"] == "fits beside Qwen3-8B, and is faster"


def test_a_small_card_takes_the_core_and_memory_the_experts() -> None:
    given = advice(32, 12)
    split, own = given.files
    assert (split.entry.name, split.where) == ("Qwen3-30B-A3B", "experts in memory")
    assert split.vram == split.need.core
    assert split.ram == split.need.experts
    assert (own.entry.name, own.where) == ("Qwen3-8B", "accelerator")
    assert models(given)["github"] == "Qwen3-8B"


def test_a_large_machine_gets_a_larger_model_that_is_still_quick() -> None:
    given = advice(512, 192)
    assert set(models(given).values()) == {"Qwen3-235B-A22B"}
    assert whys(given)["coordinator"] == "larger than Qwen3-30B-A3B, and still quick"
    assert given.roles[0].pace >= QUICK


def test_a_long_context_takes_a_pair_of_which_one_thinks() -> None:
    given = advice(64, 24, context=100_000)
    choice = given.roles[0].choice
    assert choice.thinking is not None
    assert (choice.entry.thinking, choice.thinking.thinking) == ("never", "always")
    assert len(given.files) == 2
    assert "cannot hold 100,000 tokens" in whys(given)["coordinator"]


def test_the_neighbours_are_the_next_smaller_and_the_next_larger() -> None:
    one = advice(64, 24).roles[0]
    assert one.smaller is not None
    assert one.larger is not None
    assert one.smaller.name == "Qwen3-14B"
    assert one.larger.name == "Qwen3-30B-A3B-Instruct-2507 and -Thinking"
    assert one.larger.bytes > 2 * find("Qwen3-30B-A3B").parameters / 2
    least = advice(2.2).roles[0]
    assert (least.choice.name, least.smaller) == ("Qwen3-0.6B", None)


def test_a_machine_that_is_too_small_is_told_what_the_smallest_needs() -> None:
    with pytest.raises(ModelError, match=r"not even Qwen3-0\.6B fits: it needs 1\.5 GiB") as caught:
        advice(1)
    assert "--context" in caught.value.hint


def test_a_context_that_no_model_holds_is_refused() -> None:
    with pytest.raises(ModelError, match="no model holds 300,000 tokens") as caught:
        advice(64, context=300_000)
    assert "262144" in caught.value.hint


def test_a_role_that_wants_what_nobody_knows_is_refused() -> None:
    with pytest.raises(ModelError, match="no model of the catalogue"):
        advise(Machine(64 * GIB), [Place("testing", "Llama-9")], 8192)


@settings(deadline=None, max_examples=60)
@given(
    ram=st.integers(0, 600), vram=st.integers(0, 400), context=st.sampled_from([512, 8192, 131_072])
)
def test_whatever_the_machine_the_advice_fits_or_there_is_none(
    ram: int, vram: int, context: int
) -> None:
    machine = Machine(ram * GIB, vram * GIB)
    if max(machine.ram, machine.vram) < ladder(context)[0].total(context):
        # Experts beside the accelerator may make a place all the same.
        with contextlib.suppress(ModelError):
            assert advise(machine, ROSTER, context).ram <= machine.ram
        return
    given_ = advise(machine, ROSTER, context)
    assert given_.ram <= machine.ram
    assert given_.vram <= machine.vram
    assert [one.role for one in given_.roles] == [place.role for place in ROSTER]
    names = [file.entry.name for file in given_.files]
    assert len(set(names)) == len(names)
    assert {e.name for one in given_.roles for e in one.choice.entries} == set(names)
    assert all(one.choice.entry.context >= context for one in given_.roles)
    assert all(one.pace > 0 and one.why for one in given_.roles)


@settings(deadline=None, max_examples=30)
@given(ram=st.integers(4, 256), more=st.integers(0, 256))
def test_more_memory_never_gives_the_coordinator_a_smaller_model(ram: int, more: int) -> None:
    less, greater = (advise(Machine(g * GIB), ROSTER, 8192).roles[0] for g in (ram, ram + more))
    assert less.choice.entry.parameters <= greater.choice.entry.parameters
