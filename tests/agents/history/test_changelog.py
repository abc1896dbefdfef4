"""A changelog says what a range comes down to, as Markdown that is only text."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.history import (
    Commit,
    changelog,
    links_of,
    parse_remote,
    parse_version,
    release_notes,
    tags,
)
from agents.history.asked import HistoryError
from agents.history.header import breaking_note, header
from agents.history.markdown import escaped, notes_text
from agents.history.resolved import resolve
from agents.history.tags import last_release
from agents.history.version import Version
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return make(tmp_path / "repo", {"a.txt": "one\n"})


def log(workplace: Workplace, *messages: str) -> None:
    for message in messages:
        commit(workplace.root, message)


async def sections(workplace: Workplace, range: str = "") -> dict[str, list[str]]:
    made = await changelog(workplace, range)
    return {
        section.title: [entry.summary for entry in section.entries] for section in made.sections
    }


async def test_conventional_commits_fall_into_sections_breaking_first(workplace: Workplace) -> None:
    git(workplace.root, "tag", "v1.2.3")
    log(workplace, "fix: a", "feat(x): b", "feat!: c", "docs: d", "fix: e\n\nBREAKING CHANGE: gone")
    made = await sections(workplace)
    assert made == {
        "Breaking changes": ["e", "c"],
        "Features": ["b"],
        "Fixes": ["a"],
        "Documentation": ["d"],
    }
    assert next(iter(made)) == "Breaking changes"


async def test_without_a_convention_verbs_tell_the_section(workplace: Workplace) -> None:
    git(workplace.root, "tag", "v1.0.0")
    log(workplace, "Add x", "Fixed y", "Removes z", "Deprecate w", "Turn it", "Close CVE-2026-1")
    assert await sections(workplace) == {
        "Added": ["Add x"],
        "Changed": ["Turn it"],
        "Deprecated": ["Deprecate w"],
        "Removed": ["Removes z"],
        "Fixed": ["Fixed y"],
        "Security": ["Close CVE-2026-1"],
    }


async def test_a_revert_cancels_its_commit_and_a_second_one_brings_it_back(
    workplace: Workplace,
) -> None:
    git(workplace.root, "tag", "v1.0.0")
    log(workplace, "feat: a", "feat: b")
    first = git(workplace.root, "rev-parse", "HEAD~1").strip()
    log(workplace, f'Revert "feat: a"\n\nThis reverts commit {first}.')
    assert await sections(workplace) == {"Features": ["b"]}
    again = git(workplace.root, "rev-parse", "HEAD").strip()
    log(workplace, f'Revert "Revert "feat: a""\n\nThis reverts commit {again}.')
    assert await sections(workplace) == {"Features": ["b", "a"]}


async def test_a_revert_of_an_older_commit_is_a_change(workplace: Workplace) -> None:
    log(workplace, "feat: old")
    git(workplace.root, "tag", "v1.0.0")
    old = git(workplace.root, "rev-parse", "HEAD").strip()
    log(workplace, "fix: a", f'Revert "feat: old"\n\nThis reverts commit {old}.')
    assert await sections(workplace) == {"Fixes": ["a"], "Reverted": ['Revert "feat: old"']}


async def test_merges_give_their_commits_the_pull_requests_number(workplace: Workplace) -> None:
    git(workplace.root, "tag", "v1.0.0")
    git(workplace.root, "remote", "add", "origin", "git@github.com:example/thing.git")
    git(workplace.root, "switch", "--quiet", "--create", "topic")
    log(workplace, "feat: a")
    git(workplace.root, "switch", "--quiet", "main")
    log(workplace, "fix: b (#8)", "fixup! fix: b (#8)", "chore(release): 1.0.1")
    message = "Merge pull request #7 from example/topic"
    git(workplace.root, "merge", "--quiet", "--no-ff", "-m", message, "topic")
    made = await changelog(workplace)
    pulls = {e.summary: e.pull for section in made.sections for e in section.entries}
    assert pulls == {"a": 7, "b": 8}
    text = notes_text(await release_notes(workplace))
    assert "[#7](https://github.com/example/thing/pull/7)" in text
    assert "compare/v1.0.0...HEAD" in text


async def test_the_default_range_begins_at_the_highest_version(workplace: Workplace) -> None:
    for name in ("v1.9.0", "v1.10.0-rc.1", "nightly"):
        git(workplace.root, "tag", name)
    log(workplace, "feat: a")
    git(workplace.root, "tag", "v1.10.0")
    git(workplace.root, "tag", "v2.0.0-beta.1")
    log(workplace, "feat: b")
    git(workplace.root, "switch", "--quiet", "--create", "other", "v1.9.0")
    log(workplace, "feat: c")
    git(workplace.root, "tag", "v9.0.0")
    git(workplace.root, "switch", "--quiet", "main")
    found = last_release(await tags(workplace, merged="HEAD"))
    assert found is not None
    assert found.name == "v1.10.0"
    assert await sections(workplace) == {"Features": ["b"]}
    assert await sections(workplace, "v1.9.0") == {"Features": ["b", "a"]}
    assert await sections(workplace, "v1.9.0..v1.10.0") == {"Features": ["a"]}


@pytest.mark.parametrize("range", ["gone..HEAD", "HEAD..gone", "a...b", "-x"])
async def test_a_range_that_is_none_is_said(workplace: Workplace, range: str) -> None:
    with pytest.raises(HistoryError):
        await changelog(workplace, range)


async def test_a_repository_without_a_commit_is_said(tmp_path: Path) -> None:
    empty = make(tmp_path / "empty", {}, committed=False)
    with pytest.raises(HistoryError):
        await changelog(empty)


async def test_notes_name_the_next_version_and_who_is_new(workplace: Workplace) -> None:
    git(workplace.root, "tag", "v1.2.3")
    log(workplace, "feat: a\n\nCo-authored-by: Other <o@example.invalid>", "fix: b")
    notes = await release_notes(workplace)
    assert str(notes.version) == "v1.3.0"
    assert notes.authors == (("Example", 2), ("Other", 1))
    assert notes.newcomers == {"Other"}
    assert notes_text(notes).startswith("## v1.3.0 (2026-01-02)")


@pytest.mark.parametrize(
    ("last", "breaking", "feature", "expected"),
    [
        ("1.2.3", False, False, "1.2.4"),
        ("1.2.3", False, True, "1.3.0"),
        ("v1.2.3", True, False, "v2.0.0"),
        ("0.4.1", True, False, "0.5.0"),
        ("0.4.1", False, False, "0.4.2"),
        ("2.0.0-rc.1", True, True, "2.0.0"),
        ("pkg@1.0", False, False, "pkg@1.0.1"),
    ],
)
def test_the_next_version(last: str, breaking: bool, feature: bool, expected: str) -> None:
    version = parse_version(last)
    assert version is not None
    assert str(version.next(breaking=breaking, feature=feature)) == expected


def test_versions_are_ordered_as_semver_says() -> None:
    names = "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11"
    names += " 1.0.0-rc.1 1.0.0 1.0.1 1.2.0 1.10.0"
    versions = [version for name in names.split() if (version := parse_version(name))]
    shuffled = [*versions[5:], *versions[:5]]
    assert sorted(shuffled) == versions
    assert len(versions) == 11


@pytest.mark.parametrize("name", ["", "nightly", "v1", "1.2.3.4.5", "1.2.3x y", "v1.2.3\n"])
def test_names_that_are_no_version(name: str) -> None:
    assert parse_version(name) is None


@given(st.text(max_size=60))
def test_no_tag_is_too_odd(name: str) -> None:
    version = parse_version(name)
    assert version is None or isinstance(version, Version)


REMOTES = {
    "git@github.com:example/thing.git": ("github.com", "example/thing"),
    "https://github.com/example/thing": ("github.com", "example/thing"),
    "https://user:secret@github.com/example/thing.git/": ("github.com", "example/thing"),
    "ssh://git@ssh.github.com:443/example/thing.git": ("github.com", "example/thing"),
    "ssh://git@git.example.invalid:7999/a/b.git": ("git.example.invalid", "a/b"),
    "https://GitLab.example.invalid/a/b/c.git": ("gitlab.example.invalid", "a/b/c"),
    "git.example.invalid:a/b": ("git.example.invalid", "a/b"),
    "/srv/git/thing.git": None,
    "../thing": None,
    "file:///srv/a/b": None,
    "https://github.com/example": None,
    "https://github.com/a/../b": None,
    "https://github.com/a b/c": None,
    "ext::sh -c x": None,
    "https://[::1/a/b": None,
    "": None,
}


@pytest.mark.parametrize("url", REMOTES)
def test_a_remotes_url_gives_host_and_path(url: str) -> None:
    remote = parse_remote(url)
    assert (remote and (remote.host, remote.path)) == REMOTES[url]


@given(st.text(max_size=100))
def test_no_url_is_too_odd(url: str) -> None:
    remote = parse_remote(url)
    assert remote is None or ("/" in remote.path and " " not in remote.web)


def test_links_are_made_only_where_the_servers_form_is_known() -> None:
    gitlab = links_of(parse_remote("git@gitlab.com:a/b.git"))
    assert gitlab.pull(3) == "https://gitlab.com/a/b/-/merge_requests/3"
    unknown = parse_remote("git@git.example.invalid:a/b.git")
    assert links_of(unknown).commit("x") == ""
    assert links_of(unknown, {"git.example.invalid"}).commit("x").endswith("/a/b/commit/x")


def test_what_a_commit_says_stays_text() -> None:
    assert escaped("<img src=x> [a](b) `<T>` *") == "\\<img src=x\\> \\[a\\](b) `<T>` \\*"
    assert "\n" not in escaped("a\n# b")
    assert escaped("`open") == "\\`open"


def test_a_long_history_of_merges_is_resolved_quickly() -> None:
    """Two thousand merges, each of a branch of two commits, and half of them taken back."""
    history: list[Commit] = []
    main = ""
    for number in range(1, 2001):
        first, second, merge = (f"{number * 3 + step:040x}" for step in range(3))
        parents = (main,) if main else ()
        message = f"Merge pull request #{number} from example/topic"
        history += [
            Commit(first, parents, "Example", "e@x", "2026-01-02", f"feat: a{number}"),
            Commit(second, (first,), "Example", "e@x", "2026-01-02", f"fix: b{number}"),
            Commit(merge, (main or "0" * 40, second), "Example", "e@x", "2026-01-02", message),
        ]
        main = merge
    undone = "This reverts commit " + history[2].id
    history.append(
        Commit("f" * 40, (main,), "Example", "e@x", "2026-01-02", f'Revert "x"\n\n{undone}')
    )
    began = time.process_time()
    resolved = resolve(history[::-1])
    assert time.process_time() - began < 2
    assert len(resolved.commits) == 3998
    assert resolved.pulls[history[-3].id] == 2000
    assert resolved.pulls[history[-4].id] == 2000
    assert history[0] not in resolved.commits


def test_a_hostile_subject_takes_no_time() -> None:
    began = time.process_time()
    for text in (" " * 200_000 + "x", "a" + " " * 200_000, "(" * 200_000, "`" * 200_000):
        header(f"x{text}x")
        escaped(text)
        breaking_note(f"BREAKING CHANGE: {text}")
    assert time.process_time() - began < 1
