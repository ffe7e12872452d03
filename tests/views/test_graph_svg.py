"""A graph as a picture."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from gcsync.model.graph import Graph
from gcsync.views.graph_svg import draw, render_graph_svg, style_rules
from gcsync.views.style import clean
from tests.views.graphs import full_graph, hostile_graph
from tests.views.test_hostile_text import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def test_it_has_a_box_for_each_node_and_a_path_for_each_edge() -> None:
    picture = ElementTree.fromstring(render_graph_svg(full_graph()).encode())
    assert len(picture.findall(f"{SVG}g")) == len(full_graph().nodes)
    assert len(picture.findall(f"{SVG}path")) == len(full_graph().edges)


def test_it_has_a_name_and_a_description_for_those_who_do_not_see_it() -> None:
    picture = ElementTree.fromstring(render_graph_svg(full_graph()).encode())
    assert picture.get("role") == "img"
    named = [part.get("id") for part in (picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")) if part is not None]
    assert picture.get("aria-labelledby") == " ".join(filter(None, named))
    assert "11 resources" in (picture.findtext(f"{SVG}desc") or "")


def test_it_follows_a_dark_page_and_leaves_its_colours_to_a_page_that_has_them() -> None:
    assert f"@media (prefers-color-scheme: dark){{{style_rules(1)}}}" in render_graph_svg(full_graph())
    assert "<style" not in draw(full_graph())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_text_of_a_whole_document(text: str) -> None:
    picture = ElementTree.fromstring(render_graph_svg(hostile_graph(text)).encode())
    titles = [part.text for part in picture.findall(f"{SVG}g/{SVG}title")]
    assert f"stream.a, {clean(text)}" in titles
    allowed = {"svg", "title", "desc", "style", "defs", "marker", "path", "g", "rect", "text", "tspan"}
    assert {part.tag.removeprefix(SVG) for part in picture.iter()} <= allowed


def test_an_empty_graph_is_a_picture_too() -> None:
    assert ElementTree.fromstring(render_graph_svg(Graph()).encode()).tag == f"{SVG}svg"
