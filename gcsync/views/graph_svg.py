"""A graph as a picture. Source of the language: https://www.w3.org/TR/SVG2/.

The picture has a title and a description for those who do not see it, its colours follow the reader's light or dark,
and it holds no script, no link and no address: it may stand anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from gcsync.model.graph import Edge, Graph, Role
from gcsync.views.graph_labels import COLORS, class_of, summary_of
from gcsync.views.graph_layout import LINE, MARGIN, PADDING, Box, Layout, lay_out
from gcsync.views.style import clean

_TEXT: Final = ("#1f2328", "#e6edf3")
_SOFT: Final = ("#4d5660", "#a7b1bb")
_LINE: Final = ("#8c959f", "#6e7681")
_NAMESPACE: Final = "http://www.w3.org/2000/svg"


def render_graph_svg(graph: Graph) -> str:
    """A whole SVG file."""
    style = f"{style_rules(0)}@media (prefers-color-scheme: dark){{{style_rules(1)}}}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{draw(graph, style=style)}'


def draw(graph: Graph, *, style: str = "") -> str:
    """The `svg` element, on its own or inside a page; without `style` the page has the rules (`style_rules`)."""
    layout = lay_out(graph)
    return "\n".join(_lines(graph, layout, style)) + "\n"


def style_rules(side: int) -> str:
    """The colours as rules of CSS: 0 for light, 1 for dark."""
    rules = [
        f".gn text{{fill:{_TEXT[side]};font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}}",
        f".gn text .soft{{fill:{_SOFT[side]}}}.gn text .first{{font-weight:600}}",
        f".ge{{fill:none;stroke:{_LINE[side]};stroke-width:1.4}}.ge.reference{{stroke-dasharray:5 4}}",
        f".gh{{fill:{_LINE[side]}}}",
        *(f".gn.is-{name} rect{{fill:{c[2 * side]};stroke:{c[2 * side + 1]}}}" for name, c in COLORS.items()),
        ".gn.is-destroy rect{stroke-width:2.5}",
    ]
    return "".join(rules)


def _lines(graph: Graph, layout: Layout, style: str) -> Iterator[str]:
    width, height = max(layout.width, 2 * MARGIN), max(layout.height, 2 * MARGIN)
    yield (
        f'<svg xmlns="{_NAMESPACE}" role="img" aria-labelledby="graph-title graph-description" class="graph" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">'
    )
    yield '<title id="graph-title">What flows where</title>'
    yield f'<desc id="graph-description">{escape(summary_of(graph))}. Events on the left, targets on the right.</desc>'
    if style:
        yield f"<style>{style}</style>"
    yield (
        '<defs><marker id="graph-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path class="gh" d="M0 0 8 4 0 8z"/></marker></defs>'
    )
    yield from (_edge(edge, layout) for edge in graph.edges)
    yield from (_node(layout.boxes[node.id]) for node in graph.nodes)
    yield "</svg>"


def _edge(edge: Edge, layout: Layout) -> str:
    start, end = layout.boxes[edge.start], layout.boxes[edge.end]
    x1, x2 = start.x + start.width, end.x
    bend = max((x2 - x1) / 2, 30)
    name = "ge reference" if edge.reference else "ge"
    path = f"M{x1:.1f} {start.middle:.1f}C{x1 + bend:.1f} {start.middle:.1f} {x2 - bend:.1f} {end.middle:.1f}"
    return f'<path class="{name}" marker-end="url(#graph-head)" d="{path} {x2:.1f} {end.middle:.1f}"/>'


def _node(box: Box) -> str:
    radius = {Role.EVENTS: 2, Role.RESOURCE: 6, Role.TARGET: 14}[box.node.role]
    whole = escape(", ".join(clean(line) for line in box.node.lines))
    anchor = f' data-anchor="{escape(clean(f"{box.node.stack}/{box.node.anchor}"))}"' if box.node.anchor else ""
    texts = "".join(_text(box, number, line) for number, line in enumerate(box.lines))
    return (
        f'<g class="gn is-{class_of(box.node)}"{anchor}><title>{whole}</title>'
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{radius}"/>'
        f"<text>{texts}</text></g>"
    )


def _text(box: Box, number: int, line: str) -> str:
    soft = number > 0 and box.node.role is not Role.EVENTS
    name = ' class="soft"' if soft else ' class="first"' if box.node.role is not Role.EVENTS else ""
    y = box.y + PADDING + 9 + number * LINE
    return f'<tspan{name} x="{box.x + PADDING:.1f}" y="{y:.1f}">{escape(line)}</tspan>'
