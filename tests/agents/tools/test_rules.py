"""What a user has allowed for ever: what it fits, what is suggested, and how it is kept."""

import os
import shlex
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agents.tools.files import READ_FILE
from agents.tools.policy import Call, Target
from agents.tools.rule import Rule, matches, read, suggest
from agents.tools.rules import RuleBook
from agents.tools.run import RUN
from agents.tools.tool import Arguments, Kind, Result, Tool
from agents.tools.workplace import Workplace
from models.errors import ConfigurationError
from tests.agents.tools.repository import make

ROOT = PurePosixPath("/code/repo")


def command(words: Sequence[str], *grants: str) -> Call:
    kind = Kind.NETWORK if "network" in grants else Kind.RUN
    return Call(kind, ROOT, tool="run", words=tuple(words), grants=frozenset(grants))


def edit(*paths: str, leads: str = "") -> Call:
    targets = tuple(Target(path, ROOT / (leads or path)) for path in paths)
    return Call(Kind.EDIT, ROOT, targets, tool="edit_file")


@dataclass(frozen=True)
class Case:
    pattern: str
    words: str | tuple[str, ...]
    fits: bool


COMMANDS = (
    Case("pytest -q *", "pytest -q", True),
    Case("pytest -q *", "pytest -q tests/a.py -x", True),
    Case("pytest -q *", "pytest tests/a.py", False),
    Case("pytest -q *", "pytest -qx", False),
    Case("pytest *", "pytest", True),
    Case("pytest *", "pytest2", False),
    Case("pytest *", "./pytest", False),
    Case("pytest *", "/usr/bin/pytest", False),
    Case("pytest *", ("pytest -q",), False),
    Case("pytest *", ("pytest", "a b", "*"), True),
    Case("pytest *", "sh -c pytest", False),
    Case("pytest", "pytest -q", False),
    Case("pytest", "pytest", True),
    Case("pytest '*'", ("pytest", "*"), True),
    Case("pytest '*'", ("pytest", "a"), False),
    Case("make test", "make test", True),
    Case("make test", "make test install", False),
    Case("make test", ("make", "test install"), False),
    Case("make test", ("make test",), False),
    Case("make 'test install'", ("make", "test install"), True),
    Case("echo 'a b' *", ("echo", "a b", "c"), True),
    Case("echo 'a b' *", ("echo", "a", "b", "c"), False),
    Case("*", "rm -rf x", False),
    Case("* *", "rm -rf x", False),
    Case("pyt*", "pytest", False),
    Case("pytest  -q", "pytest -q", False),
    Case("pytest 'open", "pytest open", False),
    Case("npm test; rm *", "npm test", False),
)


@pytest.mark.parametrize("case", COMMANDS, ids=lambda case: f"{case.pattern} | {case.words}")
def test_a_rule_for_commands_is_about_whole_words(case: Case) -> None:
    words = tuple(case.words.split()) if isinstance(case.words, str) else case.words
    assert matches(Rule("run", case.pattern), command(words)) == case.fits


PATHS = (
    Case("README.md", ("README.md",), True),
    Case("README.md", ("docs/README.md",), False),
    Case("docs/*.md", ("docs/a.md",), True),
    Case("docs/*.md", ("docs/a.md", "docs/b.md"), True),
    Case("docs/*.md", ("docs/a.md", "src/b.md"), False),
    Case("docs/*.md", ("docs/deep/a.md",), False),
    Case("docs/**/*.md", ("docs/a.md",), True),
    Case("docs/**/*.md", ("docs/deep/er/a.md",), True),
    Case("docs/**", ("docs/deep/a.md",), True),
    Case("docs/**", ("docs.py",), False),
    Case("docs/*", ("docs/../src/a.py",), False),
    Case("docs/*", ("./docs/a.md",), True),
    Case("*", ("a.py",), True),
    Case("*", ("src/a.py",), False),
    Case("[ab].py", ("a.py",), False),
    Case("a?.py", ("ab.py",), False),
    Case("**", (".env",), False),
    Case("**", (".git/config",), False),
    Case("*", (), False),
)


@pytest.mark.parametrize("case", PATHS, ids=lambda case: f"{case.pattern} | {case.words}")
def test_a_rule_for_edits_is_about_followed_paths(case: Case) -> None:
    assert matches(Rule("edit_file", case.pattern), edit(*case.words)) == case.fits


def test_a_path_through_a_link_is_for_a_person_to_see() -> None:
    assert not matches(Rule("edit_file", "docs/*"), edit("docs/a.md", leads="src/a.py"))
    assert suggest(edit("docs/a.md", leads="src/a.py")) is None


def test_a_rule_grants_no_more_than_it_says() -> None:
    plain = Rule("run", "npm test *")
    online = Rule("run", "npm test *", ("network",))
    words = ("npm", "test")
    assert matches(plain, command(words))
    assert not matches(plain, command(words, "network"))
    assert not matches(plain, command(words, "write"))
    assert matches(online, command(words, "network"))
    assert matches(online, command(words))
    assert not matches(online, command(words, "network", "write"))


def test_no_rule_speaks_about_reading_secrets_or_another_tool() -> None:
    secret = Call(Kind.READ, ROOT, (Target(".env", ROOT / ".env"),), tool="read_file")
    assert suggest(secret) is None
    assert not matches(Rule("read_file", "*"), secret)
    named = Call(Kind.RUN, ROOT, (Target(".env", ROOT / ".env"),), tool="run", words=("cat",))
    assert not matches(Rule("run", "cat *"), named)
    assert not matches(Rule("run_tests", "pytest *"), command(("pytest",)))


def test_what_reaches_out_by_itself_is_always_asked_about() -> None:
    call = Call(Kind.NETWORK, ROOT, tool="github_comment")
    assert suggest(call) is None
    assert not matches(Rule("github_comment", "*"), call)


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("pytest -q tests", "run: pytest *"),
        ("python -m pytest -q", "run: python -m pytest *"),
        ("npm test", "run: npm test *"),
        ("npm run build", "run: npm run build"),
        ("make test", "run: make test"),
        ("python setup.py test", "run: python setup.py test"),
        ("python -c x", "run: python -c x"),
        ("sh -c pytest", "run: sh -c pytest"),
        ("env X=1 pytest", "run: env X=1 pytest"),
        ("rm -rf build", "run: rm -rf build"),
        ("./pytest -q", "run: ./pytest -q"),
    ],
)
def test_the_suggested_rule_is_narrow(words: str, rule: str) -> None:
    assert str(suggest(command(words.split()))) == rule


def test_the_suggested_rule_for_edits_is_the_path_or_its_like() -> None:
    assert str(suggest(edit("docs/a.md"))) == "edit_file: docs/a.md"
    assert str(suggest(edit("docs/a.md", "docs/b.md"))) == "edit_file: docs/*.md"
    assert suggest(edit("docs/a.md", "src/b.py")) is None
    assert suggest(edit("odd*.md")) is None


WORDS = st.lists(
    st.text("ab *?'\"\\$;&|#-=./~!ü", min_size=1, max_size=6) | st.sampled_from(["pytest", "*"]),
    min_size=1,
    max_size=5,
)


@given(WORDS)
def test_a_suggested_rule_fits_its_own_call_and_can_be_written(words: list[str]) -> None:
    rule = suggest(command(words))
    assume(rule is not None)
    assert rule is not None
    assert read(str(rule)) == rule
    assert matches(rule, command(words))


@given(WORDS, WORDS)
def test_a_suggested_rule_never_fits_another_program(words: list[str], other: list[str]) -> None:
    rule = suggest(command(words))
    assume(rule is not None and other[0] != words[0])
    assert rule is not None
    assert not matches(rule, command(other))


@given(WORDS, WORDS)
def test_a_rule_without_a_star_fits_these_very_words(words: list[str], other: list[str]) -> None:
    rule = Rule("run", shlex.join(words))
    assume(not rule.pattern.endswith(" *"))
    assert not matches(rule, command(other)) or words == other


class Touch(Arguments):
    """Change a file."""

    path: str


async def _touch(workplace: Workplace, arguments: Touch) -> Result:
    return Result("")


TOUCH = Tool("touch", Kind.EDIT, Touch, _touch, paths=("path",))


@pytest.fixture
def book(tmp_path: Path) -> RuleBook:
    return RuleBook(make(tmp_path / "repo", {"docs/a.md": "", ".env": ""}))


def again(book: RuleBook, tmp_path: Path, name: str = "repo") -> RuleBook:
    return RuleBook(Workplace((tmp_path / name).resolve(), book._workplace.run))


def test_what_was_suggested_and_kept_needs_no_asking(book: RuleBook, tmp_path: Path) -> None:
    call = {"command": "pytest -q tests"}
    assert not book.allow(RUN, call)
    book.keep(book.suggested(RUN, call))
    other = again(book, tmp_path)
    assert other.allow(RUN, {"command": ["pytest", "-x"]})
    assert not other.allow(RUN, {"command": "pytest", "network": True})
    assert not other.allow(RUN, {"command": "pytest; rm -rf ."})
    assert not other.allow(RUN, {"command": "pytest --rootdir=.env"})
    assert not other.allow(RUN, {"command": 3})
    assert not other.allow(READ_FILE, {"path": ".env"})


def test_an_edit_is_allowed_by_its_path(book: RuleBook) -> None:
    book.keep(book.suggested(TOUCH, {"path": "docs/a.md"}))
    assert book.allow(TOUCH, {"path": "docs/a.md"})
    assert not book.allow(TOUCH, {"path": "docs/b.md"})
    assert not book.allow(TOUCH, {"path": ".env"})
    assert book.suggested(TOUCH, {"path": ".env"}) == ""
    assert book.suggested(TOUCH, {"path": "../x"}) == ""


def test_a_rule_is_of_one_repository(book: RuleBook, tmp_path: Path) -> None:
    book.keep("run: pytest *")
    make(tmp_path / "other", {"a": ""})
    assert again(book, tmp_path, "other").listed() == ()


def test_rules_are_listed_in_order_kept_once_and_taken_back(book: RuleBook) -> None:
    for rule in ("run: pytest *", "run +network +write: npm ci", "run: pytest *"):
        book.keep(rule)
    pytest_rule, npm = book.listed()
    assert [str(pytest_rule), str(npm)] == ["run: pytest *", "run +network +write: npm ci"]
    assert book.revoke(pytest_rule)
    assert not book.revoke(pytest_rule)
    assert book.listed() == (npm,)


def test_it_is_the_users_file_beside_the_settings(book: RuleBook, tmp_path: Path) -> None:
    book.keep("run: pytest 'a \"b\\'")
    assert book.path.name == "rules.toml"
    assert not book.path.is_relative_to(tmp_path / "repo")
    assert book.listed()[0].pattern == "pytest 'a \"b\\'"
    assert not [name for name in os.listdir(book.path.parent) if name.startswith(".rules-")]  # noqa: PTH208


def test_rules_in_the_repository_itself_are_not_believed(tmp_path: Path) -> None:
    made = make(tmp_path / "repo", {"rules.toml": ""})
    book = RuleBook(made, made.root / "rules.toml")
    with pytest.raises(ConfigurationError, match="repository"):
        book.keep("run: pytest *")
    with pytest.raises(ConfigurationError, match="allow itself"):
        book.listed()
    linked = tmp_path / "rules.toml"
    linked.symlink_to(made.root / "rules.toml")
    with pytest.raises(ConfigurationError, match="allow itself"):
        RuleBook(made, linked).listed()


@pytest.mark.parametrize(
    "content",
    [
        b"rule = 3",
        b"[[rule]]\nrepository = '/x'\ntool = 'run'",
        b"[[rule]]\nrepository = '/x'\ntool = 'run'\npattern = ''",
        b"[[rule]]\nrepository = '/x'\ntool = 'run'\npattern = 'x'\ngrants = ['root']",
        b"\xff",
        b"x" * 2_000_000,
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_and_stays(book: RuleBook, content: bytes) -> None:
    book.path.parent.mkdir(parents=True)
    book.path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="rules"):
        book.listed()
    with pytest.raises(ConfigurationError):
        book.keep("run: pytest *")
    assert book.path.read_bytes() == content


@pytest.mark.parametrize(
    "text", ["", "run", "run: ", "run +root: x", ": x", "Run!: x", "run: a\nb"]
)
def test_what_is_no_rule_is_not_kept(book: RuleBook, text: str) -> None:
    with pytest.raises(ValueError, match="is no rule"):
        book.keep(text)


def test_many_who_keep_rules_at_once_lose_none(book: RuleBook, tmp_path: Path) -> None:
    books = [again(book, tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: books[n % 8].keep(f"run: make {n}"), range(40)))
    assert {rule.pattern for rule in book.listed()} == {f"make {n}" for n in range(40)}
