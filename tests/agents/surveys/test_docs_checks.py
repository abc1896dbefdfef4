"""The checks of documents: what is wrong for certain is found, what may be right is left alone."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.surveys import Ledger
from agents.surveys.code_blocks import broken_examples
from agents.surveys.links import broken_links
from agents.surveys.notes import Notes, Part
from agents.surveys.own_commands import missing_commands
from agents.surveys.public_names import undescribed_names
from agents.surveys.spelling import misspelt
from agents.surveys.survey import Survey
from agents.surveys.usage_text import stale_usage
from agents.tools.process import Processes
from agents.tools.tree import tree_of
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import git, make

Files = dict[str, str | bytes]


async def look(part: Part, folder: Path, files: Files) -> Survey:
    workplace = make(folder, files)
    notes = Notes(await tree_of(workplace), Ledger("t1"))
    await part(notes)
    assert git(workplace.root, "status", "--short", "--ignored") == ""
    return notes.survey()


async def found(part: Part, folder: Path, files: Files) -> list[tuple[str, str | None, int | None]]:
    made = await look(part, folder, files)
    assert all(finding.evidence for finding in made.findings)
    return [(f.rule, f.path, f.line) for f in made.findings]


def fenced(language: str, code: str) -> str:
    return f"# Guide\n\n```{language}\n{code}\n```\n"


PACKAGE: Files = {
    "app/__init__.py": "from app.core import *\nfrom .more import Thing as Other\n"
    "__version__ = '1'\n",
    "app/core.py": "import os\ntry:\n    import fast\nexcept ImportError:\n    fast = None\n"
    "def run(): pass\nA, *B = 1, 2\nfor C in (): pass\ndef f():\n    global LATE\n    LATE = 1\n",
    "app/more.py": "class Thing: pass\n",
    "app/magic.py": "def __getattr__(name): return getattr(app, name)\n",
    "app/lazy.py": "def __getattr__(name):\n    if name == 'late': return 1\n",
    "app/wrapped.pyi": "def x() -> int: ...\n",
    "app/space/one.py": "",
    "tests/__init__.py": "",
}

BROKEN = {
    "python": "run(1, 2\nx = 3",
    "py": 'print "hello"',
    "pycon": ">>> run()\n'ok'\n>>> run(]",
    "json": '{"a": 1\n "b": 2}',
    "toml": "[a\nb = 1",
    "yaml": "a: [1\nb: 2",
}


@pytest.mark.parametrize("language", BROKEN)
async def test_an_example_that_does_not_parse_is_found(tmp_path: Path, language: str) -> None:
    made = await look(
        broken_examples, tmp_path / "repo", {"README.md": fenced(language, BROKEN[language])}
    )
    (finding,) = made.findings
    assert finding.rule == "cadre/broken-example"
    assert finding.path == "README.md"
    assert finding.line is not None
    assert 4 <= finding.line <= 6


WHOLE = (
    ("python", "slugify(\n    text, entities=True, *, stage='both', **more,\n)"),
    ("python", "async with run() as a:\n    ...\nawait b"),
    ("python", "def unfinished():"),
    ("python", "@decorator"),
    ("python", "    indented = 1\nnot_indented = 2"),
    ("python", "return x"),
    ("python", "run(a, ..., b=..., {..., 'c'})"),
    ("python", "connect(<your key>)"),
    ("python", "{% for a in b %}"),
    ("python", "$ pip install app\nrun()"),
    ("python", "def f(a, b[, c])"),
    ("python", "type Alias = int\ndef f[T](a: T) -> T: return a"),
    ("python", 'f"{a["b"]}"'),
    ("python", "run(1  # this is wrong, as it is not closed"),
    ("python", ">>> run()\nTraceback (most recent call last):\n>>> x"),
    ("pycon", ">>> print(':smiley:')\n\U0001f603\n2020-01-08 key=1"),
    ("json", '{"a": 1, // why\n "b": [2,],}'),
    ("json", '"a": {"b": 1}'),
    ("json", '{"a": 1}\n{"a": 2}'),
    ("json", '{"a": ...}'),
    ("toml", "a = 1\na = 2"),
    ("yaml", "a: {{ value }}"),
    ("yaml", "a: !Ref b\n---\nb: &x 1\nc: *x"),
    ("text", "run(]"),
    ("", "run(]"),
)


@pytest.mark.parametrize(("language", "code"), WHOLE)
async def test_what_may_be_right_is_left_alone(tmp_path: Path, language: str, code: str) -> None:
    files: Files = {"README.md": fenced(language, code)}
    assert await found(broken_examples, tmp_path / "repo", files) == []


async def test_examples_of_what_fails_and_of_the_past_are_left_alone(tmp_path: Path) -> None:
    files: Files = {
        "README.md": "This does not work:\n\n```python\nrun(\n```\n",
        "CHANGELOG.md": fenced("python", "run("),
        "tests/data/README.md": fenced("python", "run("),
        "vendor/README.md": fenced("python", "run("),
    }
    assert await found(broken_examples, tmp_path / "repo", files) == []


REST = """\
Guide
=====

.. code-block:: python
   :caption: app.py

   x = 1
   run(

.. code:: json

   {"a": }

Text with ``run(``.
"""


async def test_restructured_text_is_read_too(tmp_path: Path) -> None:
    myst = "# x\n\n```{code-block} python\n:caption: run(\n\nrun(\n```\n"
    files: Files = {"docs/guide.rst": REST, "docs/myst.md": myst}
    assert await found(broken_examples, tmp_path / "repo", files) == [
        ("cadre/broken-example", "docs/guide.rst", 8),
        ("cadre/broken-example", "docs/guide.rst", 12),
        ("cadre/broken-example", "docs/myst.md", 6),
    ]


async def test_names_that_the_package_does_not_have_are_found(tmp_path: Path) -> None:
    code = (
        "import app.core, app.gone\nfrom app import run, Other, fast, core, __version__, lost\n"
        "from app.core import A, B, C, LATE, os, missing\nfrom app.magic import anything\n"
        "from app.wrapped import y\nfrom app.space import one, two\nfrom other import thing\n"
        "from tests import x\nfrom . import z\n"
        "from app.lazy import late, later\n"
        "import app as a, app.core\na.run(a.core, a.none)\napp = other\napp.anything\n"
    )
    made = await look(
        broken_examples, tmp_path / "repo", {**PACKAGE, "README.md": fenced("python", code)}
    )
    assert [(f.line, f.message) for f in made.findings] == [
        (4, "uses the module app.gone, which does not exist"),
        (5, "uses app.lost, which app does not define"),
        (6, "uses app.core.missing, which app.core does not define"),
        (13, "uses app.lazy.later, which app.lazy does not define"),
        (15, "uses app.none, which app does not define"),
    ]


COMMANDS = """\
```sh
make test
make lint V=1
make -C docs html
npm run build
npm run gone
python scripts/seed.py --all
./scripts/lost.sh | sort
bash elsewhere/x.sh
./build/made.sh
make $TARGET
```

Or `make nothing`.

Target `make sure` was removed.

```sh
git clone https://example.invalid/x
make all-of-theirs
```
"""


async def test_commands_of_the_repository_that_are_gone_are_found(tmp_path: Path) -> None:
    files: Files = {
        "README.md": COMMANDS,
        "docs/guide.md": COMMANDS,
        "Makefile": ".PHONY: all lint\nCC := cc\ntest docs: all\n\techo x: y\n",
        "package.json": json.dumps({"scripts": {"build": "x"}}),
        "scripts/seed.py": "",
        ".gitignore": "build/\n",
        "build/made.txt": "",
    }
    made = await look(missing_commands, tmp_path / "repo", files)
    assert [
        (f.path, f.line, f.message.removesuffix(", which does not exist")) for f in made.findings
    ] == [
        ("README.md", 6, "calls the script gone of package.json"),
        ("README.md", 8, "calls scripts/lost.sh"),
        ("README.md", 14, "calls the make target nothing"),
    ]


@pytest.mark.parametrize(
    "text", ["%: x\n\ttrue\n", "include other.mk\n", "$(eval x)\n", "$(NAMES): x\n"]
)
async def test_a_makefile_with_any_target_has_them_all(tmp_path: Path, text: str) -> None:
    files: Files = {"Makefile": text, "README.md": "Run `make anything`.\n"}
    assert await found(missing_commands, tmp_path / "repo", files) == []


def described(count: int) -> str:
    return "".join(f"def f{n}():\n    'Does {n}.'\n\n" for n in range(count))


async def test_a_name_without_a_docstring_is_missed_among_many_with_one(tmp_path: Path) -> None:
    plain = "def bare(): ...\ndef _own(): ...\nclass A(Base): ...\n@overload\ndef bare(x): ...\n"
    files: Files = {
        "app/__init__.py": described(40),
        "app/plain.py": f"{plain}class Open:\n    'It is.'\n    def method(self): ...\n",
        "app/listed.py": "__all__ = ['f0']\ndef other(): ...\n" + described(1),
        "app/_private.py": "def hidden(): ...\n",
        "app/tests/x.py": "def tested(): ...\n",
        "setup.py": "def top(): ...\n",
    }
    made = await look(undescribed_names, tmp_path / "repo", files)
    (finding,) = made.findings
    assert (finding.path, finding.line) == ("app/plain.py", 1)
    assert finding.message.startswith("bare, Open.method have no docstring, as 95%")


async def test_where_docstrings_are_no_habit_none_is_missed(tmp_path: Path) -> None:
    files: Files = {
        "app/__init__.py": described(20) + "\n".join(f"def g{n}(): ..." for n in range(9))
    }
    assert await found(undescribed_names, tmp_path / "repo", files) == []


PROSE = """\
We recieve parcels. `recieve` is code, [recieve](https://example.invalid/recieve).

See teh other page; the acknowlege field, the Recieve class, a.recieve, recieve_all.

    recieve indented

```
recieve fenced
```
"""


async def test_words_are_spelt_and_code_is_left_out(tmp_path: Path) -> None:
    files: Files = {
        "README.md": PROSE,
        "app.py": "acknowlege = 1\n",
        "docs/x.rst": "Not ``teh``, teh.\n",
    }
    made = await look(misspelt, tmp_path / "repo", files)
    assert [(f.path, f.line, f.message, f.fix) for f in made.findings] == [
        ("README.md", 1, "'recieve' is misspelt", "write receive"),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".codespellrc", "[codespell]\nignore-words-list = foo,recieve\n"),
        (".codespellrc", "[codespell]\nignore-words = words.txt\n"),
        ("setup.cfg", "[codespell]\nskip = ./docs,*.md\n"),
        ("pyproject.toml", "[tool.codespell]\nignore-words-list = ['recieve']\n"),
    ],
)
async def test_the_repositorys_own_ignore_list_is_honoured(
    tmp_path: Path, name: str, text: str
) -> None:
    files: Files = {"README.md": "We recieve.\n", name: text, "words.txt": "recieve\n"}
    assert await found(misspelt, tmp_path / "repo", files) == []


async def test_a_configuration_cannot_make_codespell_write_or_read(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("recieve\n")
    rc = "[codespell]\nwrite-changes =\ninteractive = 3\nignore-words = ../words\ndictionary = /x\n"
    files: Files = {"README.md": "We recieve.\n", ".codespellrc": rc}
    assert await found(misspelt, tmp_path / "repo", files) == [("misspelt", "README.md", 1)]
    assert (tmp_path / "repo/README.md").read_text() == "We recieve.\n"


CLI: Files = {
    "pyproject.toml": '[project]\nname = "app"\n[project.scripts]\napp = "app.cli:main"\n',
    "app/__init__.py": "",
    "app/cli.py": "import typer\ncli = typer.Typer()\n@cli.command()\n"
    "def build(port: int = 1): ...\n"
    "@cli.command('serve-all')\ndef serve(): ...\ncli.add_typer(other, name='more')\n",
}

HELP = """\
```
$ app build --port 1
$ app serve-all
$ app more x
$ app deploy
$ other deploy
$ app ./path
```

```text
Usage: app [OPTIONS] COMMAND

Options:
  -p, --port INTEGER  Where.
  --gone              Was here.
  --help              Show this.
```

```text
Usage: other
  --not-ours
```
"""


async def test_usage_is_compared_with_the_code(tmp_path: Path) -> None:
    made = await look(stale_usage, tmp_path / "repo", {**CLI, "README.md": HELP})
    assert [(f.rule, f.line) for f in made.findings] == [
        ("cadre/unknown-subcommand", 5),
        ("cadre/stale-help", 15),
    ]


async def test_subcommands_that_code_makes_as_it_runs_are_left_alone(tmp_path: Path) -> None:
    more = "class G(click.Group):\n    def list_commands(self): return ['deploy']\n"
    files: Files = {**CLI, "app/more.py": f"import click\n{more}", "README.md": HELP}
    rules = {rule for rule, _, _ in await found(stale_usage, tmp_path / "repo", files)}
    assert rules == {"cadre/stale-help"}


async def test_more_ways_to_link_are_followed(tmp_path: Path) -> None:
    text = (
        "[a][ref] and <a href='docs/Guide.md'>b</a>\n\n[ref]: docs/guide.md#start\n\n"
        "<img alt='x'\n  src='gone.png'>\n\n    <img src='code.png'>\n\n"
        "[c](docs/guide.md#nothing) [d](/docs/none.md)\n"
    )
    files: Files = {"README.md": text, "docs/guide.md": "# Start\n"}
    made = await look(broken_links, tmp_path / "repo", files)
    assert {f.message for f in made.findings} == {
        "links to docs/Guide.md, which does not exist",
        "links to gone.png, which does not exist",
        "links to the heading #nothing of docs/guide.md, which has none of that name",
        "links to docs/none.md, which does not exist",
    }


HARD = {
    "tags": "<a " * 300_000,
    "comments": "<!--" * 200_000,
    "one word": "a" * 900_000,
    "links": "[" * 4000,
    "code": "`a" * 2000,
    "prompts": "```python\n" + ">>> (\n" * 50_000,
    "options": "```\nusage: app\n" + "  -" * 200_000,
}


@pytest.mark.parametrize("kind", HARD)
async def test_text_made_to_be_hard_is_read_in_time(tmp_path: Path, kind: str) -> None:
    makefile = "%" * 100_000 + "\n" + "a" + " " * 100_000 + "\n" + "$(" * 50_000
    files: Files = {**CLI, "README.md": HARD[kind], "x.rst": HARD[kind], "Makefile": makefile}
    notes = Notes(await tree_of(make(tmp_path / "repo", files)), Ledger("t1"))
    began = time.monotonic()
    for part in (broken_examples, stale_usage, missing_commands, broken_links, misspelt):
        await part(notes)
    assert time.monotonic() - began < 15


PIECES = st.sampled_from(
    (
        *("```", "```python\n", "```json\n", "\n", ">>> ", "{", "[", "(", "'", '"', "recieve "),
        *(
            ".. code-block:: yaml\n",
            "   a: b\n",
            "import app\n",
            "from app import x\n",
            "\0",
            "\ufeff",
        ),
        *(
            "Usage: app\n",
            "  --x\n",
            "<!--",
            "-->",
            "\x0b",
            "\u2028",
            "# ",
            "\ud800",
            "&",
            "*",
            "!",
        ),
    )
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pieces=st.lists(PIECES, max_size=30))
async def test_any_document_at_all_is_survived(tmp_path: Path, pieces: list[str]) -> None:
    text = "".join(pieces).encode(errors="surrogatepass")
    root = tmp_path / "repo"
    if not root.exists():
        make(root, {**CLI, "README.md": ""})
    (root / "README.md").write_bytes(text)
    (root / "x.rst").write_bytes(text)

    tree = await tree_of(Workplace(root.resolve(), Processes()))
    notes = Notes(tree, Ledger("t1"))
    for part in (broken_examples, stale_usage, undescribed_names, missing_commands, broken_links):
        await part(notes)
    for finding in notes.survey().findings:
        assert finding.line
        assert finding.line <= text.count(b"\n") + text.count(b"\x0b") + text.count(b"\xe2") + 1
