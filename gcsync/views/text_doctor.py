"""`gcsync doctor` as text: a line per check, the next step below it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gcsync.model.check import Check, CheckStatus
from gcsync.views.style import Style, Tone, clean, paragraph

_WORDS = {
    CheckStatus.OK: ("ok", Tone.ADDED),
    CheckStatus.WARN: ("warn", Tone.WARNING),
    CheckStatus.FAIL: ("fail", Tone.ERROR),
    CheckStatus.NOT_CHECKED: ("-", Tone.DIM),
}
_WIDTH = 4


def render_doctor(checks: Sequence[Check], style: Style) -> str:
    """Every check in its order, under a heading where it is about one of several places, and how many there are."""
    return "\n".join([*lines_of(checks, style), "", summary_of(checks)]) + "\n"


def lines_of(checks: Sequence[Check], style: Style) -> list[str]:
    """The same without how many there are."""
    lines: list[str] = []
    about = ""
    for check in checks:
        if check.about != about:
            about = check.about
            lines += ["", *paragraph(clean(about), style, tone=Tone.BOLD)]
        lines += _check(check, style)
    return lines


def _check(check: Check, style: Style) -> Iterator[str]:
    word, tone = _WORDS[check.status]
    code = f"[{check.code}]" if check.code and check.status in (CheckStatus.WARN, CheckStatus.FAIL) else ""
    said = "not checked: " if check.status is CheckStatus.NOT_CHECKED else ""
    indent = " " * (_WIDTH + 2)
    first, *more = paragraph(
        f"{clean(check.check)}{code}: {said}{clean(check.message)}", style, first=indent, indent=f"{indent}  "
    )
    yield style.paint(word.ljust(_WIDTH), tone) + first[_WIDTH:]
    yield from more
    if check.hint and check.status is not CheckStatus.OK:
        yield from paragraph(f"hint: {clean(check.hint)}", style, first=f"{indent}  ", indent=f"{indent}    ")


def summary_of(checks: Sequence[Check]) -> str:
    """`12 ok, 1 warn, 0 fail, 3 not checked.`"""
    counts = Counter(check.status for check in checks)
    return ", ".join(f"{counts[status]} {status.value.replace('_', ' ')}" for status in CheckStatus) + "."
