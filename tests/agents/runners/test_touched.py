"""Which tests a change touches, in real repositories."""

from pathlib import Path

import pytest

from agents.runners.tests_for import TESTS_FOR
from agents.runners.touched import is_test
from agents.runners.touched import tests_touched as touched_by
from agents.tools.tool import Result
from agents.tools.toolbox import use
from agents.tools.workplace import Workplace
from tests.agents.tools.repository import commit, git, make, write

SHOP = {
    "src/shop/__init__.py": "",
    "src/shop/cart.py": "from . import price\n\ndef total(): return price.of(1)\n",
    "src/shop/price.py": "import json\nfrom ..shop import rates\n",
    "src/shop/rates.py": "import pathlib\nTABLE = 'data/rates.yaml'\n",
    "src/shop/lonely.py": "x = 1\n",
    "src/shop/plugin.py": "x = 1\n",
    "data/rates.yaml": "a: 1\n",
    "tests/conftest.py": "import helper\n",
    "tests/helper.py": "x = 1\n",
    "tests/test_cart.py": "from shop.cart import total\n",
    "tests/test_late.py": "def test_it():\n    import shop.price\n",
    "tests/test_text.py": "def test_it(mocker):\n    mocker.patch('shop.plugin.x')\n",
    "tests/deep/test_deep.py": "from tests.helper import x\n",
    "broken.py": "def (:\n",
}


async def names(workplace: Workplace, *changed: str) -> list[tuple[str, int]]:
    return [(one.test, one.steps) for one in await touched_by(workplace, changed)]


async def test_tests_follow_imports_nearest_first(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", SHOP)
    assert await names(workplace, "src/shop/price.py") == [
        ("tests/test_late.py", 1),
        ("tests/test_cart.py", 2),
    ]
    assert await names(workplace, "src/shop/cart.py") == [("tests/test_cart.py", 1)]
    assert await names(workplace, "src/shop/lonely.py") == []


async def test_the_way_to_the_test_is_told(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", SHOP)
    (_, one) = await touched_by(workplace, ["src/shop/price.py"])
    assert one.way == ("src/shop/price.py", "src/shop/cart.py", "tests/test_cart.py")


async def test_a_conftest_touches_all_tests_below_it(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", SHOP)
    everything = {name for name in SHOP if is_test(name)}
    assert {name for name, _ in await names(workplace, "tests/conftest.py")} == everything
    assert {name for name, _ in await names(workplace, "tests/helper.py")} == everything


async def test_names_in_texts_count(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", SHOP)
    assert await names(workplace, "src/shop/plugin.py") == [("tests/test_text.py", 1)]
    touched = await names(workplace, "data/rates.yaml")
    assert ("tests/test_cart.py", 4) in touched


async def test_a_changed_test_touches_itself(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", SHOP)
    assert await names(workplace, "tests/test_cart.py") == [("tests/test_cart.py", 0)]


OTHERS = {
    "cart/cart.go": "cart/total_test.go",
    "web/app.ts": "web/app.test.ts",
    "web/list.jsx": "web/__tests__/list.jsx",
    "src/parse.rs": "tests/parse.rs",
    "src/inner.rs": "src/inner.rs",
    "lib/user.rb": "spec/user_spec.rb",
    "src/main/java/Cart.java": "src/test/java/CartTest.java",
}


@pytest.mark.parametrize("changed", OTHERS)
async def test_other_languages_go_by_their_custom(tmp_path: Path, changed: str) -> None:
    files = dict.fromkeys((*OTHERS, *OTHERS.values(), "README.md"), "#[cfg(test)]\n")
    workplace = make(tmp_path / "repo", {**files, "src/parse.rs": "", "web/other.test.ts": ""})
    assert [name for name, _ in await names(workplace, changed)] == [OTHERS[changed]]


async def ask(workplace: Workplace, **arguments: object) -> Result:
    return await use(TESTS_FOR, arguments, workplace)


async def test_the_tool_looks_at_what_differs(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", SHOP)
    assert (await ask(workplace)).text == "nothing differs from HEAD"
    write(workplace.root, {"src/shop/cart.py": "x = 1\n", "tests/test_new.py": "import shop\n"})
    result = await ask(workplace)
    assert "2 test files depend on the change, 2 of them directly" in result.text
    assert "tests/test_cart.py  (imports src/shop/cart.py)" in result.text
    assert "tests/test_new.py  (changed itself)" in result.text


async def test_the_tool_takes_paths_and_ranges(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", SHOP)
    write(workplace.root, {"src/shop/price.py": "y = 2\n"})
    commit(workplace.root)
    by_range = await ask(workplace, revision="HEAD~1..HEAD")
    assert "tests/test_late.py  (imports src/shop/price.py)" in by_range.text
    by_path = await ask(workplace, paths="src/shop/lonely.py")
    assert by_path.text == "no test imports or names src/shop/lonely.py"
    assert (await ask(workplace, paths="gone.py")).exit_code == 1
    assert (await ask(workplace, paths="../out.py")).text.startswith("refused")
    assert (await ask(workplace, revision="nowhere")).exit_code == 1


async def test_the_tool_tells_changed_lines_that_no_test_ran_through(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", SHOP)
    lines = "a = 1\nb = 2\nc = 3\nd = 4\n"
    write(workplace.root, {"src/shop/lonely.py": lines})
    write(workplace.root, {"lcov.info": "SF:src/shop/lonely.py\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,1\n"})
    result = await ask(workplace)
    assert "by lcov.info (50% of all lines):" in result.text
    assert "src/shop/lonely.py: lines 2-3 ran in no test" in result.text


async def test_a_repository_without_commits_has_no_tests_yet(tmp_path: Path) -> None:
    workplace = make(tmp_path / "repo", {"a.py": ""}, committed=False)
    result = await ask(workplace)
    assert result.exit_code == 1
    assert "HEAD" in result.text
    assert git(workplace.root, "status", "--short") == "?? a.py\n"
