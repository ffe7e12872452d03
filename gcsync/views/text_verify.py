"""`gcsync verify` as text: a heading for each resource, a line per check, the next step below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gcsync.model.check import Check
from gcsync.views.style import Style
from gcsync.views.text_doctor import render_doctor


def render_verify(checks: Sequence[Check], style: Style) -> str:
    """Every check in its order. The stack stands beside the address where there are several."""
    several = len({check.about for check in checks}) > 1
    shown = [replace(check, about=f"{check.address} ({check.about})" if several else check.address) for check in checks]
    return render_doctor(shown, style).lstrip("\n")
