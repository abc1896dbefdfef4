"""Reading, listing and searching: git-aware, bounded, safe on odd files."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.tools.tool import Result
from agents.tools.toolbox import use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make, write
from tests.agents.tools.test_toolbox import tool

SECRET = "outside-and-secret"


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    """Names and links of all kinds, and a secret beside the repository."""
    write(tmp_path, {"outside/secret.txt": SECRET})
    made = make(
        tmp_path / "repo",
        {
            "src/app.py": "import os\n\ndef main(count=1):\n    return count\n",
            "src/deep/er/x.py": "main(2)\n",
            "binary.bin": b"\0\1\2main",
            "empty.txt": "",
            "long.txt": "y" * 5000 + "\nshort\n",
            "many.txt": "".join(f"line {n}\n" for n in range(1, 5001)),
            "weird\nname.txt": "main in a name with a line break\n",
            "spaced name (1).txt": "main here\n",
            ":(top)magic": "main magic\n",
            ".gitignore": "ignored/\n",
            "latin.txt": b"caf\xe9 main\n",
            ".env": f"PASSWORD={SECRET}\n",
        },
    )
    root = made.root
    write(root, {"ignored/built.py": "main()\n", "new.py": "main()\n"})
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "out.txt").symlink_to(tmp_path / "outside/secret.txt")
    (root / "sly.txt").symlink_to(".env")
    (root / "in.py").symlink_to("src/app.py")
    (root / "circle").symlink_to("circle")
    os.mkfifo(root / "fifo")
    return made


async def call(workplace: Workplace, name: str, **arguments: object) -> Result:
    return await use(tool(name), arguments, workplace)


async def test_a_file_is_read_with_the_numbers_of_its_lines(workplace: Workplace) -> None:
    result = await call(workplace, "read_file", path="src/app.py", start=3, lines=1)
    assert result.text == "3\tdef main(count=1):\n… 1 of 4 lines shown; ask for start=4"


async def test_a_cut_says_how_to_go_on(workplace: Workplace) -> None:
    result = await call(workplace, "read_file", path="many.txt")
    assert result.text.endswith("… 200 of 5,000 lines shown; ask for start=201")
    result = await call(workplace, "read_file", path="many.txt", start=4999, lines=10)
    assert result.text == "4999\tline 4999\n5000\tline 5000\n… 2 of 5,000 lines shown"


async def test_a_budget_cuts_before_the_asked_lines_end(workplace: Workplace) -> None:
    small = Workplace(workplace.root, workplace.run, budget_chars=400)
    result = await call(small, "read_file", path="many.txt")
    assert len(result.text) <= 400
    assert "of 5,000 lines shown; ask for start=" in result.text


async def test_long_lines_are_cut(workplace: Workplace) -> None:
    result = await call(workplace, "read_file", path="long.txt")
    assert "y… 4,700 characters more" in result.text
    assert result.text.endswith("2\tshort")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("binary.bin", "binary file of 7 bytes"),
        ("src", "is a folder; use list_files"),
        ("fifo", "not a regular file"),
        ("nothing.txt", "No such file"),
        ("circle", "cannot be followed"),
        ("out.txt", "leads out of the repository"),
        ("out/secret.txt", "leads out of the repository"),
        ("sly.txt", "may hold secrets"),
    ],
)
async def test_what_is_no_text_of_the_repository_is_refused_in_words(
    workplace: Workplace, path: str, told: str
) -> None:
    result = await call(workplace, "read_file", path=path)
    assert result.exit_code == 1
    assert told in result.text
    assert SECRET not in result.text


async def test_a_link_inside_the_repository_is_followed(workplace: Workplace) -> None:
    assert "def main" in (await call(workplace, "read_file", path="in.py")).text


async def test_other_encodings_are_readable(workplace: Workplace) -> None:
    assert (await call(workplace, "read_file", path="latin.txt")).text == "1\tcaf� main"


async def test_a_huge_file_is_not_loaded(workplace: Workplace) -> None:
    with (workplace.root / "huge.log").open("wb") as file:
        file.write(b"first\n")
        file.truncate(3_000_000_000)
        file.seek(10_000)
        file.write(b"\n")
    result = await call(workplace, "read_file", path="huge.log", lines=1)
    assert result.seconds < 5
    assert "huge.log is a binary file" in result.text or result.text.startswith("1\tfirst")


async def test_listing_is_gits_own(workplace: Workplace) -> None:
    names = (await call(workplace, "list_files")).text.split("\n")
    assert "src/app.py" in names
    assert "new.py" in names
    assert not any(name.startswith(("ignored/", ".git/")) for name in names)


async def test_a_pattern_and_a_folder_narrow_a_listing(workplace: Workplace) -> None:
    result = await call(workplace, "list_files", path="src", pattern="*.py")
    assert result.text == "src/app.py\nsrc/deep/er/x.py"
    result = await call(workplace, "list_files", pattern="src/*.py")
    assert "src/app.py" in result.text
    assert (await call(workplace, "list_files", pattern="*.rs")).text == "(no files)"


async def test_too_many_files_are_folded_into_folders(tmp_path: Path) -> None:
    files = {f"pkg{d}/m{f}.py": "" for d in range(3) for f in range(200)}
    workplace = make(tmp_path / "many", {**files, "top.py": ""}, committed=False)
    result = await call(workplace, "list_files")
    assert result.text.split("\n")[1:] == [
        "pkg0/ (200 files)",
        "pkg1/ (200 files)",
        "pkg2/ (200 files)",
        "top.py",
    ]


async def test_search_gives_path_line_and_text(workplace: Workplace) -> None:
    result = await call(workplace, "search", pattern=r"def \w+\(", path="src")
    assert result.text == "src/app.py:3: def main(count=1):"


@pytest.mark.parametrize("pattern", [r"count=\d", r"(?:count)=1", "co.*?unt=1", r"\bcount=1\b"])
async def test_search_takes_pythons_dialect(workplace: Workplace, pattern: str) -> None:
    result = await call(workplace, "search", pattern=pattern, path="src")
    assert result.text.startswith("src/app.py:3:")


async def test_search_finds_new_files_and_skips_ignored_binary_and_secret_ones(
    workplace: Workplace,
) -> None:
    text = (await call(workplace, "search", pattern="main")).text
    assert "new.py:1: main()" in text
    assert "spaced name (1).txt:1: main here" in text
    assert "ignored" not in text
    assert "binary" not in text
    assert SECRET not in (await call(workplace, "search", pattern=SECRET)).text


async def test_a_bad_expression_is_searched_for_as_text(workplace: Workplace) -> None:
    result = await call(workplace, "search", pattern="main(")
    assert result.text.startswith("(not a valid regular expression, so searched for as plain text)")
    assert "new.py:1: main()" in result.text


async def test_search_that_finds_nothing_says_so(workplace: Workplace) -> None:
    result = await call(workplace, "search", pattern="no such words anywhere")
    assert (result.text, result.exit_code) == ("(nothing found)", 1)


@pytest.mark.parametrize("pattern", ["-e", "--open-files-in-pager=touch pwned", "-O", "--help"])
async def test_a_pattern_is_never_an_option(workplace: Workplace, pattern: str) -> None:
    assert (await call(workplace, "search", pattern=pattern)).text == "(nothing found)"
    assert not (workplace.root / "pwned").exists()


async def test_pathspec_magic_is_only_a_name(workplace: Workplace) -> None:
    result = await call(workplace, "search", pattern="main", path=":(top)magic")
    assert result.text == ":(top)magic:1: main magic"


async def test_a_tracked_file_behind_a_link_out_is_not_searched(tmp_path: Path) -> None:
    write(tmp_path, {"outside/passwd": SECRET})
    workplace = make(tmp_path / "repo", {"dir/passwd": "nothing\n"})
    (workplace.root / "dir/passwd").unlink()
    (workplace.root / "dir").rmdir()
    (workplace.root / "dir").symlink_to(tmp_path / "outside")
    assert SECRET not in (await call(workplace, "search", pattern="outside")).text


async def test_a_repository_without_a_commit_can_be_read(tmp_path: Path) -> None:
    workplace = make(tmp_path / "fresh", {"a.py": "main()\n"}, committed=False)
    assert (await call(workplace, "list_files")).text == "a.py"
    assert (await call(workplace, "search", pattern="main")).text == "a.py:1: main()"
    assert (await call(workplace, "git_status")).text.endswith("?? a.py")
    assert (await call(workplace, "git_log")).exit_code == 128


async def test_names_that_were_deleted_are_still_tracked_and_cannot_be_read(
    workplace: Workplace,
) -> None:
    (workplace.root / "empty.txt").unlink()
    assert (await call(workplace, "read_file", path="empty.txt")).exit_code == 1
    git(workplace.root, "checkout", "--", "empty.txt")
    assert (await call(workplace, "read_file", path="empty.txt")).text == "(the file is empty)"
    commit(workplace.root)


PIECES = st.sampled_from(
    (
        *("..", ".", "", "out", "out.txt", "sly.txt", "secret.txt", "src", "app.py", ".git"),
        *("config", ".env", "circle", "in.py", "~", "/", "%2e%2e", "..\\", "-", "\0", "\n"),
        *("outside", "HEAD"),
    )
)


async def test_of_a_file_of_secrets_a_model_sees_the_names_alone(workplace: Workplace) -> None:
    """What a person allows to be read is still no reason to tell it to a model."""
    lines = (
        "# database\nexport DB_PASSWORD=correct horse\nurl: x://a\n[part]\nEMPTY=\nloose words\n"
    )
    write(workplace.root, {".env": lines})
    told = (await call(workplace, "read_file", path=".env")).text
    assert not any(value in told for value in ("horse", "x://a", "loose"))
    assert all(name in told for name in ("# database", "DB_PASSWORD=", "url: ", "[part]", "EMPTY="))


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pieces=st.lists(PIECES, min_size=1, max_size=6), lead=st.sampled_from(["", "/", "./", "-"]))
async def test_no_path_leads_a_tool_out_of_the_repository(
    workplace: Workplace, pieces: list[str], lead: str
) -> None:
    result = await call(workplace, "read_file", path=lead + "/".join(pieces))
    assert SECRET not in result.text
    assert "[core]" not in result.text
    assert "refs/heads" not in result.text


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(path=st.text(max_size=30))
async def test_any_text_at_all_is_answered_in_words(workplace: Workplace, path: str) -> None:
    result = await call(workplace, "read_file", path=path)
    assert SECRET not in result.text
    result.text.encode()
