"""`gcsync list` as text: every object that bears a marker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gcsync.model.drift import Owned
from gcsync.views.style import Style, Tone, cells, clean, paragraph, plural

_HEADINGS = ("OWNER", "ADDRESS", "NAME", "ID", "")


NOTHING_OWNED = "No object in the organization bears a marker of gcsync."


def render_list(rows: Sequence[Owned], style: Style, nothing: str = NOTHING_OWNED) -> str:
    """A table by owner and address; orphans and broken markers say so in the last column. `nothing` stands for none."""
    if not rows:
        return f"{nothing}\n"
    ordered = [_row(row) for row in sorted(rows, key=lambda row: (row.owner, row.kind, row.address, row.id))]
    lines = _table([_HEADINGS, *ordered])
    if max(map(cells, lines)) > style.columns:
        lines = [line for row in ordered for line in _record(row, style)]
    else:
        lines[0] = style.paint(lines[0], Tone.BOLD)
    return "\n".join([*lines, "", _closing(rows)]) + "\n"


def _closing(rows: Sequence[Owned]) -> str:
    orphans = sum(row.orphan is True for row in rows)
    unknown = sum(row.orphan is None and not row.problem for row in rows)
    known = [f"{plural(orphans, 'orphan')}"] if orphans else []
    if 0 < unknown < len(rows):
        known.append(f"{unknown} of which nobody can tell: no file of their stack was read")
    return f"{'; '.join([plural(len(rows), 'object'), *known])}."


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(cells(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return ["  ".join(_pad(text, width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _record(row: tuple[str, ...], style: Style) -> Iterator[str]:
    """A row below each other, where the table is wider than the terminal."""
    owner, address, *rest = row
    yield style.paint(f"{owner}  {address}", Tone.BOLD)
    for text in rest:
        if text:
            yield from paragraph(text, style, first="  ", indent="    ")


def _row(row: Owned) -> tuple[str, ...]:
    remark = row.problem or ("" if row.declared in (None, True) else "orphan: no stack file declares it")
    return tuple(clean(text) for text in (row.owner or "?", row.address or row.kind, row.name, row.id, remark))


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
