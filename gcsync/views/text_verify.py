"""`gcsync verify` as text: a heading for each resource, a line per check, the next step below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gcsync.model.check import Check, CheckStatus
from gcsync.views.style import Style
from gcsync.views.text_doctor import lines_of, summary_of


def render_verify(checks: Sequence[Check], style: Style) -> str:
    """Every check in its order. The stack stands beside the address where there are several."""
    several = len({check.about for check in checks}) > 1
    named = [replace(check, about=f"{check.address} ({check.about})" if several else check.address) for check in checks]
    return render_trial(named, style).lstrip("\n")


def render_trial(checks: Sequence[Check], style: Style) -> str:
    """`gcsync receiver test`. What was not checked for one and the same reason shares a line."""
    return "\n".join([*lines_of(_folded(checks), style), "", summary_of(checks)]) + "\n"


def _folded(checks: Sequence[Check]) -> list[Check]:
    found: list[Check] = []
    for check in checks:
        before = found[-1] if found else None
        if before is not None and check.status is CheckStatus.NOT_CHECKED and _same(before, check):
            found[-1] = replace(before, check=f"{before.check}, {check.check}")
        else:
            found.append(check)
    return found


def _same(one: Check, other: Check) -> bool:
    return replace(one, check=other.check) == other
