"""`gcsync list` as text: every object that bears a marker."""

from __future__ import annotations

from collections.abc import Sequence

from gcsync.model.drift import Owned
from gcsync.views.style import Style, Tone, cells, clean, plural

_HEADINGS = ("OWNER", "ADDRESS", "NAME", "ID", "")


def render_list(rows: Sequence[Owned], style: Style) -> str:
    """A table by owner and address; orphans and broken markers say so in the last column."""
    if not rows:
        return "No object in the organization bears a marker of gcsync.\n"
    table = [_HEADINGS, *(_row(row) for row in sorted(rows, key=lambda r: (r.owner, r.kind, r.address, r.id)))]
    widths = [max(cells(row[column]) for row in table) for column in range(len(_HEADINGS))]
    lines = ["  ".join(_pad(text, width) for text, width in zip(row, widths, strict=True)).rstrip() for row in table]
    lines[0] = style.paint(lines[0], Tone.BOLD)
    return "\n".join([*lines, "", f"{plural(len(rows), 'object')}."]) + "\n"


def _row(row: Owned) -> tuple[str, ...]:
    remark = row.problem or ("" if row.declared in (None, True) else "orphan: no stack file declares it")
    return tuple(clean(text) for text in (row.owner or "?", row.address or row.kind, row.name, row.id, remark))


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
