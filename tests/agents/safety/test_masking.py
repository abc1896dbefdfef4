"""Secrets never come through, what only looks like one stays, and time stays bounded."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.safety import Masker, has_marks, mask, mask_json, masked
from agents.safety.masking import LONGEST
from tests.agents.safety.harmless import LINES
from tests.agents.safety.secrets import Planted, jwt, pem, planted, word

PLANTED = planted()
TEXTS = [case.text for case in PLANTED] + list(LINES)
PIECES = st.one_of(
    st.sampled_from(TEXTS),
    st.text(max_size=40),
    st.sampled_from(
        (
            *("password=", "token: ", "\n", '"', "'", " ", "[secret:", "#1]", "Bearer ", "://a:"),
            *("[secret:password#1]", "-----BEGIN " + "PRIVATE KEY-----\n", "A" * 30, "\\n", "&"),
            *("- name: API_TOKEN\n", "value: ", "+", "=", ",", "machine a password b", "@h/", "\r"),
        )
    ),
)
WRITTEN = st.lists(PIECES, max_size=12).map("".join)


def fed(text: str, cuts: list[int]) -> str:
    """The text through a masker, cut where `cuts` say."""
    masker = Masker()
    places = sorted({0, *(cut % (len(text) + 1) for cut in cuts), len(text)})
    parts = [text[a:b] for a, b in pairwise(places)]
    return "".join([*map(masker.feed, parts), masker.close()])


@pytest.mark.parametrize("case", PLANTED, ids=lambda case: case.name)
def test_a_secret_does_not_come_through(case: Planted) -> None:
    assert case.secret in case.text
    shown = mask(case.text)
    assert case.secret not in shown.text
    assert shown.found
    assert shown.text.count("\n") == case.text.count("\n")


def test_sixty_kinds_of_secrets_are_tried_and_sixty_harmless_lines() -> None:
    assert len(PLANTED) >= 60
    assert len(set(LINES)) >= 60


@pytest.mark.parametrize("line", LINES)
def test_what_is_no_secret_stays(line: str) -> None:
    assert mask(line).text == line


def test_secrets_drawn_anew_do_not_come_through() -> None:
    leaks = [
        (seed, case.name)
        for seed in range(100, 105)
        for case in planted(seed)
        if case.secret in masked(case.text)
    ]
    assert len(leaks) <= 2, leaks


def test_the_same_secret_has_the_same_mark_and_another_has_another() -> None:
    one, other = (word(random.Random(seed), 32) for seed in (1, 2))
    first, second, third = masked(f"token={one}\nTOKEN: {one}\ntoken={other}").splitlines()
    assert first.partition("=")[2] == second.partition(" ")[2] == f"{masked(f'token={one}')[6:]}"
    assert third.partition("=")[2] != first.partition("=")[2]


def test_a_mark_names_the_kind_and_nothing_of_the_secret() -> None:
    secret = "gh" + "p_" + word(random.Random(3), 36)
    shown = mask(f"used {secret}")
    assert shown.text.startswith("used [secret:github-token#")
    assert [(found.kind, found.line) for found in shown.found] == [("github-token", 1)]
    assert has_marks(shown.text)
    assert not has_marks("[secret:]")


def test_a_private_key_keeps_its_lines_and_what_follows_stays() -> None:
    lines = pem(random.Random(4), "OPENSSH " + "PRIVATE KEY")
    shown = masked("\n".join(["before", *lines, "after", "abc"])).splitlines()
    assert shown[:2] == ["before", lines[0]]
    assert shown[-3:] == [lines[-1], "after", "abc"]
    assert all(line.startswith("[secret:private-key") for line in shown[2:-3])


def test_a_signature_goes_with_its_token() -> None:
    token = jwt(random.Random(5))
    assert token.rpartition(".")[2] not in masked(f"got {token}, fine")


def test_json_is_masked_with_its_names_in_view() -> None:
    secret = word(random.Random(6), 24)
    shown = mask_json({"command": ["curl", f"--token={secret}"], "api_key": secret, "n": 1})
    assert isinstance(shown, dict)
    assert secret not in str(shown)
    assert shown["n"] == 1
    assert mask_json(shown) == shown


@given(WRITTEN)
@settings(max_examples=150, deadline=None)
def test_masking_twice_is_masking_once(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@given(WRITTEN, st.lists(st.integers(0, 10_000), max_size=8))
@settings(max_examples=100, deadline=None)
def test_a_text_in_pieces_is_masked_as_the_whole(text: str, cuts: list[int]) -> None:
    assert fed(text, cuts) == masked(text)


@given(st.text(st.characters()))
@settings(max_examples=100, deadline=None)
def test_no_text_makes_it_fail(text: str) -> None:
    assert masked(text).count("\n") == text.count("\n")


def test_an_overlong_line_in_pieces_is_masked_as_the_whole() -> None:
    secret = word(random.Random(8), 30)
    text = "x" * (LONGEST - 20) + f" password={secret} " + "y " * LONGEST + f"token={secret}\nend"
    assert fed(text, [5, LONGEST - 3, LONGEST + 2, 2 * LONGEST]) == masked(text)
    assert secret not in masked(text)


HOSTILE = (
    *(
        "password=" * 1,
        "token='",
        'secret="',
        "://a:",
        "eyJ",
        "-" * 5,
        " ",
        "sk-",
        "xoxb-1-",
        "AKC",
    ),
    *("aws key ", "Bearer ", "authorization: ", "curl -u ", "machine a ", "cookie: a=", "[secret:"),
    *(
        "a.",
        "1.",
        "a/",
        "a=",
        "$6$",
        "\\n",
        "name: token, value: ",
        "key ",
        "password is ",
        "--token ",
    ),
    *(
        "-----BEGIN " + "PRIVATE KEY-----",
        "12345678:",
        "MNO.",
        "<password>",
        "%(",
        "{{",
        "A" * 7,
        "é",
    ),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece: str) -> None:
    masked("warm")
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 3


def test_a_log_of_a_megabyte_full_of_near_secrets_takes_a_second_or_two() -> None:
    draw = random.Random(9)
    lines = [f"2026-01-02T03:04:05Z INFO step {n} {draw.choice(LINES)}" for n in range(11_000)]
    text = "\n".join(lines)[:1_000_000]
    masked("token=warm")
    began = time.process_time()
    masked(text)
    assert time.process_time() - began < 2  # on a machine that runs other tests too
