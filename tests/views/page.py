"""An HTML page as a tree of elements, read strictly: what a browser would silently mend is an error here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = frozenset({"meta", "link", "br", "input", "hr", "img"})


@dataclass
class Element:
    """`text` is that of the element itself and of all inside it."""

    name: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    text: str = ""


class Page(HTMLParser):
    """Every element in the order of the page. Raises AssertionError where an element is not closed in its place."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        found = Element(tag, dict(attrs))
        self.elements.append(found)
        if tag not in VOID:
            self._open.append(found)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert [element.name for element in self._open[-1:]] == [tag], f"</{tag}> closes nothing"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, name: str) -> list[Element]:
        return [element for element in self.elements if element.name == name]

    def ids(self) -> list[str]:
        return [found for element in self.elements if (found := element.attributes.get("id")) is not None]

    def by_class(self, name: str) -> list[Element]:
        return [found for found in self.elements if name in (found.attributes.get("class") or "").split()]

    def data(self) -> Any:
        """What the page's script reads."""
        (found,) = [element for element in self.all("script") if element.attributes.get("id") == "data"]
        return json.loads(found.text)
