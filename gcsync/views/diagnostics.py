"""Diagnostics as text: what, where, the line it is about, and the next step."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.value import SECRET_TEXT
from gcsync.views.style import Style, Tone, cells, clean, plural

_TAB = "    "
_ELLIPSIS = "..."

_MASKED = re.compile(rf"""(['"]?){re.escape(SECRET_TEXT)}\1""")
"""A value that was masked has not the length that `end_column` tells of."""


def render_diagnostics(diagnostics: Iterable[Diagnostic], style: Style) -> str:
    """Every diagnostic in the order given, a blank line between two; an empty text for none."""
    return "\n".join("\n".join(_lines(diagnostic, style)) + "\n" for diagnostic in diagnostics)


def render_summary_of(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`; `no errors` when there is nothing."""
    found = list(diagnostics)
    errors = sum(diagnostic.severity is Severity.ERROR for diagnostic in found)
    counts = [(errors, "error"), (len(found) - errors, "warning")]
    return ", ".join(plural(count, noun) for count, noun in counts if count) or "no errors"


def _lines(diagnostic: Diagnostic, style: Style) -> list[str]:
    tone = Tone.ERROR if diagnostic.severity is Severity.ERROR else Tone.WARNING
    head = style.paint(f"{diagnostic.severity.value}[{diagnostic.code}]", tone)
    where = [str(diagnostic.place) if diagnostic.place else "", diagnostic.path, diagnostic.message]
    first, *more = ": ".join(part for part in where if part).split("\n")
    lines = [f"{head}: {clean(first)}", *(f"  {clean(line)}" for line in more)]
    if diagnostic.place is not None and diagnostic.source_line is not None:
        lines += _source(diagnostic.place, diagnostic.source_line, style, tone)
    for index, line in enumerate(diagnostic.hint.split("\n") if diagnostic.hint else []):
        lead = style.paint("hint: ", Tone.HINT) if index == 0 else "      "
        lines.append(f"  {lead}{clean(line)}")
    return lines


def _source(place: Place, source: str, style: Style, tone: Tone) -> list[str]:
    """The source line, cut around the caret when it is long, and the caret under the very characters it is about."""
    number = str(place.line)
    margin = style.paint(f"  {number} | ", Tone.DIM)
    room = max(style.columns - len(number) - 5, 20)
    before, marked, after = _parts(place, source.rstrip("\r\n"))
    before, marked, after = _cut_around(before, marked, after, room)
    caret = " " * cells(before) + style.paint("^" * max(cells(marked), 1), tone)
    return [margin + before + marked + after, style.paint(f"  {' ' * len(number)} | ", Tone.DIM) + caret]


def _parts(place: Place, source: str) -> tuple[str, str, str]:
    start = min(max(place.column - 1, 0), len(source))
    end = min(max(place.end_column - 1 if place.end_column else start + 1, start + 1), len(source))
    masked = _MASKED.match(source, start)
    end = masked.end() if masked is not None else end
    return _show(source[:start]), _show(source[start:end]), _show(source[end:])


def _show(text: str) -> str:
    return clean(text.replace("\t", _TAB))


def _cut_around(before: str, marked: str, after: str, room: int) -> tuple[str, str, str]:
    if cells(before + marked + after) <= room:
        return before, marked, after
    marked = _head(marked, room * 2 // 3)
    lead = min(cells(before), max((room - cells(marked)) // 2, room - cells(marked) - cells(after)))
    before = _tail(before, lead)
    return before, marked, _head(after, room - cells(before) - cells(marked))


def _head(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    while text and cells(text) > room - len(_ELLIPSIS):
        text = text[: -max((cells(text) - room) // 2, 1)]
    return text + _ELLIPSIS


def _tail(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    while text and cells(text) > room - len(_ELLIPSIS):
        text = text[max((cells(text) - room) // 2, 1) :]
    return _ELLIPSIS + text
