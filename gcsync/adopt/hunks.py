"""How a new text of a stack file differs from the old one, with what may not be shown hidden."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from gcsync.adopt.edits import Edit, edited
from gcsync.model.acceptance import Hunk, LineKind
from gcsync.stack.json_reader import read_json
from gcsync.stack.marks import pack
from gcsync.stack.masking import MAX_LINE, Region, masked_line, sensitive_regions
from gcsync.stack.reader import read
from gcsync.stack.source import Source

_CONTEXT: Final = 3
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class _Span:
    """Lines from 0: those of the old text that go, and those of the new one that come in their place."""

    start: int
    end: int
    new_start: int
    new_end: int


def hunks_of(source: Source, text: str, edits: Iterable[Edit]) -> tuple[Hunk, ...]:
    """The parts of a file that change, with three lines around each."""
    new = Source(source.name, source.path, text, read_json(text) if source.path.suffix == ".json" else read(text))
    spans = list(_spans(source.text, edits))
    before, after = _Shown(source), _Shown(new)
    total = len(_LINE.findall(source.text))
    hunks = []
    for group in _grouped(spans):
        first, last = max(group[0].start - _CONTEXT, 0), min(group[-1].end + _CONTEXT, total)
        lines: list[tuple[LineKind, str]] = []
        position = first
        for span in group:
            lines += [(LineKind.KEPT, before.line(number)) for number in range(position, span.start)]
            lines += [(LineKind.REMOVED, before.line(number)) for number in range(span.start, span.end)]
            lines += [(LineKind.ADDED, after.line(number)) for number in range(span.new_start, span.new_end)]
            position = span.end
        lines += [(LineKind.KEPT, before.line(number)) for number in range(position, last)]
        hunks.append(Hunk(first + 1, group[0].new_start - (group[0].start - first) + 1, tuple(lines)))
    return tuple(hunks)


def _spans(text: str, edits: Iterable[Edit]) -> Iterator[_Span]:
    """The lines that each edit changes, without those that stay the same."""
    starts = [match.start() for match in _LINE.finditer(text)] or [0]
    shift = 0
    for group in _by_lines(text, sorted(edits, key=lambda edit: (edit.start, edit.end)), starts):
        first = bisect_right(starts, group[0].start) - 1
        if group[0].start == len(text) and text.endswith(("\n", "\r")):
            first = len(starts)
        begin = starts[first] if first < len(starts) else len(text)
        stop = max(edit.end for edit in group)
        end = bisect_right(starts, stop) - 1
        whole = end < len(starts) and starts[end] == stop and all(_ends_line(edit) for edit in group)
        last = end if whole else end + 1
        finish = starts[last] if last < len(starts) else len(text)
        old = _LINE.findall(text[begin:finish])
        moved = [Edit(edit.start - begin, edit.end - begin, edit.text, edit.depth) for edit in group]
        new = _LINE.findall(edited(text[begin:finish], moved))
        head = _alike(old, new)
        tail = _alike(old[head:][::-1], new[head:][::-1])
        start, stays = first + head, len(new) - head - tail
        yield _Span(start, start + len(old) - head - tail, start + shift, start + shift + stays)
        shift += len(new) - len(old)


def _ends_line(edit: Edit) -> bool:
    return not edit.text or edit.text.endswith(("\n", "\r"))


def _by_lines(text: str, edits: list[Edit], starts: list[int]) -> Iterator[list[Edit]]:
    """The edits in groups of those that touch the same lines."""
    group: list[Edit] = []
    reached = -1
    for edit in edits:
        line = bisect_right(starts, edit.start) - 1
        if group and line > reached:
            yield group
            group = []
        group.append(edit)
        reached = max(reached, bisect_right(starts, edit.end) - 1)
    if group:
        yield group


def _alike(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _grouped(spans: list[_Span]) -> Iterator[list[_Span]]:
    group: list[_Span] = []
    for span in spans:
        if group and span.start - group[-1].end > 2 * _CONTEXT:
            yield group
            group = []
        group.append(span)
    if group:
        yield group


class _Shown:
    """The lines of a file as they may be shown."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.regions: dict[int, list[Region]] = {}
        for region in sensitive_regions(source, _secret_variables(source)):
            for number in range(region[0], region[2] + 1):
                self.regions.setdefault(number, []).append(region)

    def line(self, number: int) -> str:
        line = masked_line(self.source, self.regions.get(number, []), pack(number, 0))[0]
        if line is not None:
            return line
        length = len(self.source.line(number) or "")
        return f"(a line of {length} characters)" if length > MAX_LINE else ""


def _secret_variables(source: Source) -> frozenset[str]:
    value = source.document.value
    declared = value.get("variables") if isinstance(value, dict) else None
    entries = declared.items() if isinstance(declared, dict) else ()
    return frozenset(name for name, one in entries if not isinstance(one, dict) or one.get("sensitive"))
