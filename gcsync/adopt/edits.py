"""Small changes of a YAML text: an entry or an item more, or less, and every other line as it was.

Each function gives the edits, or raises `NoPlace` where the text is written in a way that leaves no place for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gcsync.adopt.nodes import Node
from gcsync.adopt.spelling import block_lines, spell_in_flow
from gcsync.model.value import Value

_LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class NoPlace(Exception):
    """The text leaves no place for a change."""


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` takes the place of what is between two indexes; at one place a higher `depth` comes first."""

    start: int
    end: int
    text: str
    depth: int = 0


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits, which do not overlap."""
    parts, position = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end, -edit.depth)):
        parts += [text[position : edit.start], edit.text]
        position = max(position, edit.end)
    return "".join([*parts, text[position:]])


@dataclass(frozen=True, slots=True)
class Editor:
    """Makes edits for one text. JSON is written in JSON's own way."""

    text: str
    is_json: bool = False
    newline: str = "\n"
    """What ends the text's lines."""

    def add_entry(self, mapping: Node, after: int, key: str, value: Value) -> list[Edit]:
        """An entry behind the one with that index; -1 for a mapping that has none."""
        entries = mapping.entries or []
        if mapping.flow:
            before = entries[after][1] if entries else None
            spelled = f"{spell_in_flow(key, is_json=self.is_json)}: {spell_in_flow(value, is_json=self.is_json)}"
            return self._in_flow(mapping, before, [key.outer for key, _ in entries], [spelled])
        if not entries:
            raise NoPlace
        column = entries[0][0].column
        return [self._lines_behind(entries[after][1].end, [" " * column + line for line in block_lines({key: value})])]

    def remove_entry(self, mapping: Node, index: int) -> list[Edit]:
        """Without the entry, and without the comment on its lines; comments on lines of their own stay."""
        entries = mapping.entries or []
        key, value = entries[index]
        if mapping.flow:
            return self._out_of_flow([(key, value) for key, value in entries], frozenset((index,)))
        start = self._line_start(key.outer)
        if not self.text[start : key.outer].strip():
            return self._without_lines(start, self._line_end(max(key.end, value.end)), (value,))
        if index + 1 == len(entries):
            raise NoPlace
        following = entries[index + 1][0].outer
        if "#" in self.text[max(key.end, value.end) : following] or self._comments(key.outer, following, (value,)):
            raise NoPlace
        return [Edit(key.outer, following, "")]

    def change_items(self, items: Node, removed: frozenset[int], added: Sequence[tuple[int, Value]]) -> list[Edit]:
        """A list without the items of some indexes, and with others, each behind an item or, for -1, first."""
        nodes = items.items or []
        if items.flow:
            return self._change_flow(items, nodes, removed, added)
        if not nodes:
            raise NoPlace
        dashes = [self._dash(node) for node in nodes]
        column = dashes[0] - self._line_start(dashes[0])
        edits: list[Edit] = []
        for i in sorted(removed):
            edits += self._without_lines(self._line_start(dashes[i]), self._line_end(nodes[i].end), (nodes[i],))
        for index, value in added:
            lines = [" " * column + line for line in block_lines([value])]
            if index >= 0:
                edits.append(self._lines_behind(nodes[index].end, lines))
            else:
                start = self._above_comments(self._line_start(dashes[0]))
                edits.append(Edit(start, start, "".join(f"{line}{self.newline}" for line in lines)))
        return edits

    def _change_flow(
        self, items: Node, nodes: list[Node], removed: frozenset[int], added: Sequence[tuple[int, Value]]
    ) -> list[Edit]:
        spelled = [(index, spell_in_flow(value, is_json=self.is_json)) for index, value in added]
        if nodes and len(removed) == len(nodes):
            if not spelled or "#" in self.text[nodes[0].outer : nodes[-1].end]:
                raise NoPlace
            return [Edit(nodes[0].outer, nodes[-1].end, ", ".join(text for _, text in spelled))]
        edits = self._out_of_flow([(node,) for node in nodes], removed) if removed else []
        starts = [node.outer for node in nodes]
        for index in dict.fromkeys(index for index, _ in spelled):
            texts = [text for at, text in spelled if at == index]
            if index < 0 and nodes:
                edits.append(Edit(starts[0], starts[0], "".join(f"{text}, " for text in texts)))
            else:
                edits += self._in_flow(items, nodes[index] if nodes else None, starts, texts)
        return edits

    def _in_flow(self, around: Node, before: Node | None, starts: list[int], texts: list[str]) -> list[Edit]:
        """More in braces or brackets behind what is `before`: on lines of their own where the others are."""
        if before is None:
            return [Edit(around.start + 1, around.start + 1, ", ".join(texts))]
        beginning, end = self._line_start(starts[-1]), self._line_end(before.end)
        indent, rest = self.text[beginning : starts[-1]], self.text[before.end : end]
        followed = rest.split("#")[0].strip()
        if indent.strip() or followed not in ("", ",") or not rest.endswith(("\n", "\r")):
            return [Edit(before.end, before.end, "".join(f", {text}" for text in texts))]
        lines = f",{self.newline}".join(f"{indent}{text}" for text in texts) + followed + self.newline
        return [*([] if followed else [Edit(before.end, before.end, ",")]), Edit(end, end, lines)]

    def _out_of_flow(self, parts: Sequence[tuple[Node, ...]], removed: frozenset[int]) -> list[Edit]:
        spans = [(part[0].outer, max(node.end for node in part)) for part in parts]
        kept = [index for index in range(len(spans)) if index not in removed]
        edits: list[Edit] = []
        for index in sorted(removed):
            start, end = spans[index]
            own = self._own_lines(start, end)
            if own is not None and not self.is_json:
                edits += self._without_lines(*own, parts[index])
                continue
            if not kept:
                cut = (start, end)
            elif index > kept[0]:
                cut = (spans[index - 1][1], end)
            else:
                cut = (start, spans[index + 1][0])
            between = self.text[cut[0] : start] + self.text[end : cut[1]]
            if "#" in between or self._comments(start, end, parts[index]):
                raise NoPlace
            edits.append(Edit(*cut, ""))
        return edits

    def _without_lines(self, start: int, end: int, nodes: tuple[Node, ...]) -> list[Edit]:
        """Without the lines between; what is only a comment stays, no further indented than the first of the lines."""
        first = _LINES.match(self.text, start)
        line = first[0] if first is not None else ""
        indent = line[: len(line) - len(line.lstrip(" "))]
        edits, position = [], start
        for at, comment in self._comments(start, end, nodes):
            edits.append(Edit(position, at + len(comment), indent + comment.lstrip()))
            position = at + len(comment)
        return [*edits, Edit(position, end, "")]

    def _comments(self, start: int, end: int, nodes: tuple[Node, ...]) -> list[tuple[int, str]]:
        """Where the lines begin that are only a comment, and these lines; what looks so within a text is none."""
        texts = [(inner.start, inner.end) for node in nodes for inner in node.walk() if inner.is_scalar]
        return [
            (match.start(), match[0])
            for match in _LINES.finditer(self.text, start, end)
            if match[0].lstrip().startswith("#")
            and not any(begin <= match.end() - len(match[0].lstrip()) < over for begin, over in texts)
        ]

    def _own_lines(self, start: int, end: int) -> tuple[int, int] | None:
        """The lines of something in braces or brackets with its comma, where nothing else stands on them."""
        first, last = self._line_start(start), self._line_end(end)
        behind = self.text[end:last].split("#")[0].strip()
        if self.text[first:start].strip() or behind not in ("", ",") or (not behind and "#" in self.text[end:last]):
            return None
        return first, last

    def _dash(self, node: Node) -> int:
        """Where the dash of an item of a block is, alone at the beginning of its line."""
        dash = len(self.text[: node.outer].rstrip()) - 1
        if self.text[dash : dash + 1] != "-" or self.text[self._line_start(dash) : dash].strip():
            raise NoPlace
        return dash

    def _above_comments(self, start: int) -> int:
        """The start of the first of the lines of comment that end here: they are about what follows."""
        while start > 0:
            above = self._line_start(start - (2 if self.text[start - 2 : start] == "\r\n" else 1))
            if not self.text[above:start].lstrip().startswith("#"):
                break
            start = above
        return start

    def _lines_behind(self, end: int, lines: list[str]) -> Edit:
        at = self._line_end(end)
        ended = self.text[at - 1 : at] in ("\n", "\r")
        text = self.newline.join(lines)
        text = f"{text}{self.newline}" if ended else f"{self.newline}{text}"
        inner = lines[0].lstrip()
        # An item may be no further indented than the key of its list.
        return Edit(at, at, text, 2 * (len(lines[0]) - len(inner)) + inner.startswith("- "))

    def _line_start(self, index: int) -> int:
        start = self.text.rfind("\n", 0, index) + 1
        return max(start, self.text.rfind("\r", start, index) + 1)

    def _line_end(self, index: int) -> int:
        match = _LINES.match(self.text, index)
        return len(self.text) if match is None else match.end()
