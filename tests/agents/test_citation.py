"""Claims and what they stand on."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.citation import OPINION, cited, mark_opinions

KNOWN = {"t1.1", "t1.2", "t2.10"}


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    marked: str


CASES = (
    Case("a claim that cites", "It fails [t1.1].", "It fails [t1.1]."),
    Case("a claim that does not", "It fails.", "It fails. (opinion)"),
    Case("one of each", "It fails [t1.1]. It is old.", "It fails [t1.1]. It is old. (opinion)"),
    Case("unknown evidence", "It fails [t9.1].", "It fails. (opinion)"),
    Case("one known of two", "It fails [t9.1, t1.2].", "It fails [t1.2]."),
    Case("a list", "- a [t2.10]\n- b", "- a [t2.10]\n- b (opinion)"),
    Case("headings claim nothing", "# State\n\nBad [t1.1].", "# State\n\nBad [t1.1]."),
    Case("code claims nothing", "```\nrm -r x\n```", "```\nrm -r x\n```"),
    Case("an introduction claims nothing", "The faults:\n- a [t1.1]", "The faults:\n- a [t1.1]"),
    Case("marked once", "It is old. (opinion)", "It is old. (opinion)"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_claim_without_evidence_is_marked_as_opinion(case: Case) -> None:
    assert mark_opinions(case.text, KNOWN) == case.marked


@given(st.text(alphabet="ab .!?\n[]t12(),#-*`A", max_size=200))
def test_nothing_cites_what_is_not_known_and_marking_twice_changes_nothing(text: str) -> None:
    marked = mark_opinions(text, KNOWN)
    assert cited(marked) <= KNOWN
    assert marked.count(OPINION) >= text.count(OPINION)
