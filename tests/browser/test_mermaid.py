"""Mermaid itself, in a browser, draws what gcsync writes for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gcsync.model.graph import Graph
from gcsync.views.graph_mermaid import BACKSLASH, render_graph_mermaid
from gcsync.views.style import clean
from tests.browser.chromium import LONGEST_MILLISECONDS, script
from tests.views.graphs import full_graph, hostile_graph, two_stacks
from tests.views.test_hostile_text import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def mermaid(running: Browser) -> Page:
    page = running.new_page()
    page.set_default_timeout(LONGEST_MILLISECONDS)
    page.set_content("<!DOCTYPE html><title>Mermaid</title><body></body>")
    page.add_script_tag(content=script("mermaid/dist/mermaid.min.js"))
    page.evaluate("mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' })")
    return page


def draw(page: Page, graph: Graph) -> list[str]:
    """The labels of the nodes in the picture; raises where Mermaid cannot read the text."""
    found: Any = page.evaluate(
        """async (text) => {
            const { svg } = await mermaid.render('drawn', text);
            const picture = new DOMParser().parseFromString(svg, 'text/html');
            picture.querySelectorAll('br').forEach((line) => line.replaceWith('\\n'));
            return [...picture.querySelectorAll('.node .nodeLabel')].map((label) => label.textContent);
        }""",
        render_graph_mermaid(graph),
    )
    return list(found)


@pytest.mark.parametrize("graph", [full_graph(), two_stacks(), Graph()], ids=["full", "two stacks", "empty"])
def test_every_node_is_drawn(mermaid: Page, graph: Graph) -> None:
    assert len(draw(mermaid, graph)) == len(graph.nodes)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_drawn_as_text(mermaid: Page, text: str) -> None:
    labels = [" ".join(label.split()) for label in draw(mermaid, hostile_graph(text))]
    shown = clean(text).replace("\\", BACKSLASH)
    assert " ".join(f"DELETE stream.a {shown}".split()) in labels
