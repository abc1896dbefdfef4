"""How a repository writes its commits is learned, told and checked."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.history import Commit, Convention, Style, check_message, learn, suggest
from agents.history.convention import told
from agents.history.header import header
from agents.history.mood import Mood, mood
from agents.history.staged import Staged, StagedFile


def made(*messages: str) -> list[Commit]:
    return [
        Commit(f"{number:040x}", ("0" * 40,), "Example", "e@example.invalid", "2026-01-02", message)
        for number, message in enumerate(messages)
    ]


CONVENTIONAL = [
    "feat(api): add paging\n\nSigned-off-by: Example <e@example.invalid>",
    "fix(api): handle an empty page\n\nSigned-off-by: Example <e@example.invalid>",
    "docs: explain paging\n\nLong\n\nSigned-off-by: Example <e@example.invalid>",
    "fix!: drop the old names\n\nSigned-off-by: Example <e@example.invalid>",
    "chore: update the lock\n\nSigned-off-by: Example <e@example.invalid>",
    "test(api): cover the last page\n\nSigned-off-by: Example <e@example.invalid>",
]
STYLES: dict[Style, Sequence[str]] = {
    Style.CONVENTIONAL: CONVENTIONAL,
    Style.GITMOJI: [":bug: fix it", "✨ add it", "📝 write", "♻️ move it", ":memo: say it"],
    Style.AREA: [f"net: {verb} it" for verb in ("add", "fix", "drop", "move")] + ["mm/x: keep it"],
    Style.TICKET: [f"ABC-{n}: Add it" for n in range(4)] + ["[ABC-9] Fix it"],
    Style.PLAIN: ["Add a thing", "Fix another", "Remove the last", "Move it", "Say it"],
}


@pytest.mark.parametrize("style", STYLES)
def test_each_style_is_recognized(style: Style) -> None:
    learned = learn(made(*STYLES[style]))
    assert learned.style is style
    assert learned.shares[0] == (style, 1.0)
    assert str(len(STYLES[style])) in told(learned)


def test_types_scopes_and_trailers_are_learned() -> None:
    learned = learn(made(*CONVENTIONAL))
    assert learned.types[0] == "fix"
    assert learned.scopes == ("api",)
    assert learned.trailers == ("Signed-off-by",)
    assert learned.capital is False
    assert learned.period is False
    assert learned.mood is Mood.IMPERATIVE
    assert learned.subject_width == 50


def test_merges_and_reverts_say_nothing_about_style() -> None:
    odd = made('Revert "x"', "Merge branch 'y'")
    assert learn([*odd, *made(*STYLES[Style.GITMOJI])]).commits == 5


def test_few_commits_show_no_convention() -> None:
    learned = learn(made("feat: one", "fix: two"))
    assert learned.style is Style.PLAIN
    assert "too few" in told(learned)
    assert check_message("Whatever it is.", learned) == ()


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("feat: add\nno gap", "second line"),
        ("feat: add \x07", "control character"),
        ("Add a thing", "most subjects here are conventional"),
        ("wonder: add a thing", "most subjects here are conventional"),
        ("release: add a thing", "not in use"),
        ("fix: Handle it", "lower case"),
        ("fix: handle it.", "full stop"),
        ("fix: handled it", "imperative"),
        (f"fix: handle {'x' * 60}", "keep it to 50"),
        ("fix: handle it", "Signed-off-by"),
    ],
)
def test_a_message_that_does_not_fit_is_told_why(message: str, fault: str) -> None:
    assert any(fault in said for said in check_message(message, learn(made(*CONVENTIONAL))))


@pytest.mark.parametrize("message", [*CONVENTIONAL, 'Revert "feat: x"', "fixup! feat: x"])
def test_messages_of_the_repository_fit_their_own_convention(message: str) -> None:
    assert check_message(message, learn(made(*CONVENTIONAL))) == ()


def test_a_header_is_taken_apart() -> None:
    head = header("feat(api)!: add paging (#12)")
    assert (head.type, head.scope, head.breaking, head.pull) == ("feat", "api", True, 12)
    assert head.summary == "add paging"
    assert header("✨ feat: add").emoji == "✨"
    assert header("ABC-12 Add").ticket == "ABC-12"
    assert header("net/http: add").area == "net/http"
    assert header("See https://example.invalid/x").summary.startswith("See")
    assert header("fix: it (!7)").pull == 7


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("Add it", Mood.IMPERATIVE),
        ("dropped it", Mood.PAST),
        ("Moved it", Mood.PAST),
        ("Tidied it", Mood.PAST),
        ("Fixes it", Mood.PRESENT),
        ("running it", Mood.GERUND),
        ("Made it", Mood.PAST),
        ("The thing", None),
        ("", None),
        ("speed it up", Mood.IMPERATIVE),
        ("embed", None),
    ],
)
def test_the_mood_is_the_first_words(summary: str, expected: Mood | None) -> None:
    assert mood(summary) is expected


@given(st.text(max_size=200))
def test_no_subject_is_too_odd(text: str) -> None:
    head = header(text)
    assert head.summary in text.strip()
    check_message(text, learn(made(*CONVENTIONAL)))


def files(*rows: tuple[str, str, int, int]) -> tuple[StagedFile, ...]:
    return tuple(StagedFile(path, status, added, removed) for status, path, added, removed in rows)


@pytest.mark.parametrize(
    ("style", "staged", "branch", "subject"),
    [
        (
            Style.CONVENTIONAL,
            Staged(files(("M", "api/x.py", 3, 0)), "+def first_page():\n+    pass\n"),
            "",
            "feat(api): add first_page",
        ),
        (
            Style.CONVENTIONAL,
            Staged(files(("M", "docs/a.md", 1, 9)), ""),
            "",
            "docs: update docs/a.md",
        ),
        (Style.PLAIN, Staged(files(("D", "old.py", 0, 9)), ""), "", "Remove old.py"),
        (Style.GITMOJI, Staged(files(("M", ".github/workflows/ci.yml", 1, 1)), ""), "", None),
        (Style.TICKET, Staged(files(("A", "new.py", 1, 0)), ""), "me/ABC-7-x", "ABC-7: Add new.py"),
        (
            Style.AREA,
            Staged(files(("M", "src/net/a.c", 9, 9), ("M", "src/net/b.c", 9, 9)), ""),
            "",
            None,
        ),
    ],
)
def test_a_message_can_be_made_without_a_model(
    style: Style, staged: Staged, branch: str, subject: str | None
) -> None:
    convention = learn(made(*STYLES[style]))
    message = suggest(staged, convention, branch)
    if subject:
        assert message.partition("\n")[0] == subject
    faults = [f for f in check_message(message, convention) if "Signed-off-by" not in f]
    assert not faults


paths = st.from_regex(r"[a-z]{1,30}(/[a-z]{1,30}){0,4}\.(py|md|yml|c)", fullmatch=True)
rows = st.builds(
    StagedFile,
    paths,
    st.sampled_from("AMDRCT"),
    st.integers(0, 99),
    st.integers(0, 99),
    st.just(""),
)


@settings(max_examples=40)
@given(
    st.lists(rows, min_size=1, max_size=6, unique_by=lambda file: file.path),
    st.sampled_from(list(STYLES)),
    st.text("+def classfun x_\n", max_size=200),
)
def test_the_made_message_fits_whatever_is_staged(
    files: list[StagedFile], style: Style, diff: str
) -> None:
    convention: Convention = learn(made(*STYLES[style]))
    message = suggest(Staged(tuple(files), diff), convention, "ABC-1")
    assert not [
        fault
        for fault in check_message(message, convention)
        if "Signed-off-by" not in fault and "keep it to" not in fault
    ]


def test_nothing_staged_gives_no_message() -> None:
    assert suggest(Staged((), ""), learn([])) == ""
