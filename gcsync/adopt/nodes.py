"""A YAML text as a tree that knows where in the text everything stands, for those who change a part of it.

The text was read before, so that it is sound and not too deep; what a value means is the reader's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from gcsync.stack.reader import behind_properties

BLOCK_STYLES: Final = ("|", ">")


@dataclass(slots=True)
class Node:
    """A scalar, a mapping (`entries`), a list (`items`), or an alias.

    `outer` is where it begins, `start` the same behind an anchor and a tag, `end` behind its last character: comments,
    and the line end of a block, do not belong to it. `style` is the quote or the sign of a block scalar, empty for
    plain text. `flow` tells a collection in braces or brackets, and what stands in one.
    """

    outer: int
    start: int
    end: int
    line: int
    column: int
    flow: bool
    style: str = ""
    anchor: str | None = None
    text: str = ""
    """Of a scalar its text, of an alias the anchor's name."""
    entries: list[tuple[Node, Node]] | None = None
    items: list[Node] | None = None
    is_alias: bool = False

    @property
    def is_scalar(self) -> bool:
        return self.entries is None and self.items is None and not self.is_alias

    @property
    def is_unwritten(self) -> bool:
        """Whether nothing at all stands there: `key:` alone."""
        return self.is_scalar and self.start == self.end

    def index_of(self, key: str) -> int | None:
        """Which entry of a mapping has the key as it is written; not one that a merge brings."""
        for index, (name, _) in enumerate(self.entries or ()):
            if name.is_scalar and name.text == key and not (key == "<<" and not name.style):
                return index
        return None

    def walk(self) -> Iterator[Node]:
        """The node and all that is in it."""
        yield self
        for key, value in self.entries or ():
            yield from key.walk()
            yield from value.walk()
        for item in self.items or ():
            yield from item.walk()


@dataclass(slots=True)
class Tree:
    """The nodes of a text, and the anchors that an alias somewhere repeats."""

    text: str
    root: Node
    repeated: frozenset[str] = field(default_factory=frozenset)


def parse(text: str) -> Tree | None:
    """The tree of a text; None where it cannot be read so."""
    try:
        return _Parser(text).tree()
    except (yaml.YAMLError, StopIteration):
        return None


class _Parser:
    """Takes libyaml's events one by one."""

    def __init__(self, text: str) -> None:
        loader: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
        self.text = text
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=loader))
        self.repeated: set[str] = set()

    def tree(self) -> Tree:
        while not isinstance(next(self.events), DocumentStartEvent):
            pass
        root = self.node(next(self.events), flow=False)
        return Tree(self.text, root, frozenset(self.repeated))

    def node(self, event: Any, *, flow: bool) -> Node:
        outer = event.start_mark.index
        given = event.anchor is not None or getattr(event, "tag", None) is not None
        start = behind_properties(self.text, outer) if given and not isinstance(event, AliasEvent) else outer
        end = event.end_mark.index
        node = Node(outer, start, end, event.start_mark.line, event.start_mark.column, flow, anchor=event.anchor)
        if isinstance(event, AliasEvent):
            node.is_alias, node.text, node.anchor = True, str(event.anchor), None
            self.repeated.add(node.text)
        elif isinstance(event, ScalarEvent):
            node.text, node.style = event.value, event.style or ""
            if node.style in BLOCK_STYLES:
                node.end = start + len(self.text[start:end].rstrip())
        else:
            self.collection(node, event, flow=flow)
        return node

    def collection(self, node: Node, event: Any, *, flow: bool) -> None:
        node.flow = flow or bool(event.flow_style)
        last = node.start
        if isinstance(event, MappingStartEvent):
            node.entries = []
            while not isinstance(event := next(self.events), MappingEndEvent):
                key = self.node(event, flow=node.flow)
                value = self.node(next(self.events), flow=node.flow)
                node.entries.append((key, value))
                last = max(key.end, value.end)
        elif isinstance(event, SequenceStartEvent):
            node.items = []
            while not isinstance(event := next(self.events), SequenceEndEvent):
                node.items.append(self.node(event, flow=node.flow))
                last = node.items[-1].end
        # Where a block ends is only known by what follows it.
        node.end = event.end_mark.index if node.flow else last
