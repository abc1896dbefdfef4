"""The heat map of experts: in a terminal with and without colours, and as an SVG."""

import io
import re
from xml.etree import ElementTree as xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from console.heat_grid import group_size, row
from console.heat_map import HeatMap
from console.heat_map_svg import MOST_COLUMNS, svg
from console.heat_report import as_json, show_experts
from models.experts import ExpertCounts, ExpertUsage
from tests.console.conftest import Screen, drawn

HOT = ExpertCounts(((0, 1, 30, 1), (8, 8, 8, 8), (0, 0, 0, 0)))
USAGE = ExpertUsage({"testing": HOT, "ci_cd": ExpertCounts(((4, 4, 0, 0),) * 3)})
SPACE = "{http://www.w3.org/2000/svg}"


def wide(experts: int) -> ExpertUsage:
    return ExpertUsage({"testing": ExpertCounts((tuple(range(experts)),))})


def test_a_panel_a_role_and_one_for_all() -> None:
    lines = drawn(HeatMap(USAGE)).splitlines()
    assert [line.split()[1] for line in lines if line[0] == "╭"] == ["testing", "ci_cd", "all"]
    assert lines[2] == "│    0 ·░▓░   20%     2 (94%)      1 │"
    assert lines[3] == "│    1 ▒▒▒▒  100%     0 (25%)      0 │"
    assert lines[4] == "│    2 ····  no choices              │"


def test_one_role_alone_is_all() -> None:
    assert drawn(HeatMap(ExpertUsage({"prompt": HOT}))).count("╭") == 1


def test_digits_stand_where_the_output_has_no_shades() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Console(file=file, width=80, color_system=None).print(HeatMap(USAGE))
    file.flush()
    text = file.buffer.getvalue().decode("ascii")
    assert "0 .131" in text
    assert ". never   1 under half an even share" in text


def test_colours_say_the_same_and_no_colour_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def printed() -> str:
        file = io.StringIO()
        Console(file=file, width=80, force_terminal=True, color_system="standard").print(
            HeatMap(USAGE)
        )
        return file.getvalue()

    coloured = printed()
    assert "\x1b[33m▓\x1b[0m" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in printed()
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == re.sub(r"\x1b\[[0-9;]*m", "", printed())


@pytest.mark.parametrize(("width", "group"), [(80, 3), (200, 1), (40, 5), (20, 12)])
def test_many_experts_share_columns_so_that_the_map_fits(width: int, group: int) -> None:
    lines = drawn(HeatMap(wide(128)), width=width).splitlines()
    assert max(map(len, lines)) <= width
    told = f"each column is {group} neighbouring experts together"
    assert (told in " ".join(" ".join(lines).split())) == (group > 1)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=300),
    st.integers(1, 120),
)
def test_every_choice_is_in_one_column_and_no_row_is_too_long(
    chosen: list[int], columns: int
) -> None:
    counts = ExpertCounts((tuple(chosen),))
    cells = row(counts, 0, group_size(len(chosen), columns))
    assert len(cells) <= columns
    assert sum(cell.count for cell in cells) == sum(chosen)
    assert [n for cell in cells for n in range(cell.first, cell.last + 1)] == [*range(len(chosen))]


def test_a_svg_has_a_title_for_each_cell_a_name_and_both_schemes() -> None:
    root = xml.fromstring(svg(USAGE, "tiny.gguf"))
    titles = [title.text or "" for title in root.iterfind(f".//{SPACE}rect/{SPACE}title")]
    assert len(titles) == 3 * 3 * 4
    assert titles[2] == "testing, layer 0, expert 2: 93.75%, chosen 30 times"
    assert root.get("role") == "img"
    names = {part.get("id"): part.text or "" for part in root if part.get("id")}
    assert [*names] == (root.get("aria-labelledby") or "").split() == ["name", "about"]
    assert names["name"] == "Experts of tiny.gguf"
    assert "prefers-color-scheme: dark" in (root.findtext(f"{SPACE}style") or "")


def test_a_svg_of_many_experts_says_that_columns_are_shared() -> None:
    text = svg(wide(2 * MOST_COLUMNS), "large.gguf")
    assert "each column is 2 neighbouring experts together" in text
    assert text.count("<title>testing") == MOST_COLUMNS


def test_names_from_outside_stay_text() -> None:
    usage = ExpertUsage({"<script>\x1b[2J&": HOT})
    root = xml.fromstring(svg(usage, '"><x/>'))
    assert not root.findall(f".//{SPACE}script")
    assert 'Experts of "><x/>' in (root.findtext(f"{SPACE}title") or "")
    assert "\x1b" not in drawn(HeatMap(usage))


def test_the_report_names_each_role_each_pair_and_what_it_means(screen: Screen) -> None:
    show_experts(screen.terminal.out, USAGE)
    text = screen.out.getvalue()
    # Two of three layers: 64 choices of 2 x 4 experts; the first has 0.40 bits, the second 2.
    assert re.search(r"testing +64 +8\.0 +1\.20 bits +60% +59\.4% +1 of 8", text)
    assert re.search(r"testing, ci_cd +0\.\d\d +\d+%", text)
    assert "choices for each expert: too few to say" in text


def test_json_has_every_count_by_role_and_layer() -> None:
    told = as_json(USAGE, "tiny.gguf", "session")
    assert (told["layers"], told["experts"], told["source"]) == (3, 4, "session")
    roles = told["roles"]
    assert isinstance(roles, dict)
    assert [layer["counts"] for layer in roles["testing"]["by_layer"]] == [*HOT.layers[:2]]
