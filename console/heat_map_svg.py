"""The heat map of experts as a standalone SVG: no script, no font, no address but the namespace.

Colours follow the reader's light or dark scheme; every cell has a title, and the whole a name and a
description, so that a screen reader tells what a map shows.
"""

from __future__ import annotations

from xml.etree import ElementTree as xml

from console.clean import one_line
from console.heat_grid import MEANINGS, Cell, group_size, grouping, row
from console.heat_map import panels
from models.experts import ExpertCounts, ExpertUsage
from models.heat import means

MOST_COLUMNS = 128
"""Past it neighbours share a column: a map of a thousand experts would be no picture."""

_CELL, _GAP, _LEFT, _TOP, _LINE = 8, 28, 36, 64, 16
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.small { font-size: 8px; }
.ground { fill: #ffffff; }
.h0 { fill: none; stroke: #d0d7de; stroke-width: .5; }
.h1 { fill: #c6dbef; } .h2 { fill: #6baed6; } .h3 { fill: #2171b5; } .h4 { fill: #08306b; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .ground { fill: #0d1117; }
  .h0 { stroke: #3d444d; }
  .h1 { fill: #1b3a5b; } .h2 { fill: #2f74b5; } .h3 { fill: #79b8ff; } .h4 { fill: #e3f0ff; }
}
"""


def svg(usage: ExpertUsage, model: str) -> str:
    """The whole file. `usage` has at least one role that chose."""
    drawn = panels(usage)
    experts, layers = len(drawn[0][1].layers[0]), len(drawn[0][1].layers)
    group = group_size(experts, MOST_COLUMNS)
    width = max(480, _LEFT + -(-experts // group) * _CELL + _LINE)
    tall = layers * _CELL + _GAP
    height = _TOP + len(drawn) * tall + _LINE
    root = _root(width, height)
    _heading(root, usage, one_line(model), group)
    for number, (role, counts) in enumerate(drawn):
        _panel(root, one_line(role), counts, group, _TOP + number * tall)
    xml.indent(root, " ")
    return xml.tostring(root, "unicode") + "\n"


def _root(width: int, height: int) -> xml.Element:
    return xml.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "width": str(width),
            "height": str(height),
            "role": "img",
            "aria-labelledby": "name about",
        },
    )


def _heading(root: xml.Element, usage: ExpertUsage, model: str, group: int) -> None:
    name, about = f"Experts of {model}", _about(usage, group)
    xml.SubElement(root, "title", id="name").text = name
    xml.SubElement(root, "desc", id="about").text = about
    xml.SubElement(root, "style").text = _STYLE
    xml.SubElement(root, "rect", {"class": "ground", "width": "100%", "height": "100%"})
    _text(root, name, _LEFT, 20)
    x = _LEFT
    for level, meaning in enumerate(MEANINGS):
        _square(root, level, x, 32)
        _text(root, meaning, x + 12, 39, small=True)
        x += 24 + 5 * len(meaning)
    if told := grouping(group):
        _text(root, told, _LEFT, 52, small=True)


def _about(usage: ExpertUsage, group: int) -> str:
    whole = means(usage.counts)
    return (
        f"How often each expert of each layer was chosen: rows are layers, columns experts. "
        f"{whole.choices} choices; evenness {whole.balance:.0%} of its maximum; the busiest expert "
        f"of a layer has {whole.busiest_share:.1%} on average. {grouping(group)}"
    ).strip()


def _panel(root: xml.Element, role: str, counts: ExpertCounts, group: int, top: int) -> None:
    part = xml.SubElement(root, "g", {"role": "group", "aria-label": role})
    _text(part, role, _LEFT, top + 10)
    for layer in range(len(counts.layers)):
        y = top + _LINE + layer * _CELL
        _text(part, str(layer), _LEFT - 4, y + 7, small=True, end=True)
        for column, cell in enumerate(row(counts, layer, group)):
            square = _square(part, cell.level, _LEFT + column * _CELL, y)
            xml.SubElement(square, "title").text = _said(role, layer, cell)


def _said(role: str, layer: int, cell: Cell) -> str:
    return f"{role}, layer {layer}, {cell.name}: {cell.share:.2%}, chosen {cell.count:,} times"


def _square(parent: xml.Element, level: int, x: int, y: int) -> xml.Element:
    side = str(_CELL - 1)
    place = {"class": f"h{level}", "x": str(x), "y": str(y), "width": side, "height": side}
    return xml.SubElement(parent, "rect", place)


def _text(
    parent: xml.Element, text: str, x: int, y: int, *, small: bool = False, end: bool = False
) -> None:
    place = {"x": str(x), "y": str(y)}
    if small:
        place["class"] = "small"
    if end:
        place["text-anchor"] = "end"
    xml.SubElement(parent, "text", place).text = text
