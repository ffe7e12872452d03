"""Who it was, as far as anybody can tell."""

from __future__ import annotations

import pytest

from gcsync.model.drift import Blame
from gcsync.views.blame import blame_text
from tests.views.drift_scenes import CLIENT, JANE, UNKNOWN


@pytest.mark.parametrize(
    ("blame", "text"),
    [
        (JANE, "changed by: Jane Doe on 2026-11-24T08:12:03Z, through client 6c1e0f2a (Update: enabled, eventTypes)"),
        (CLIENT, "changed by: this client 6c1e0f2a on 2026-11-24T08:12:03Z (Update)"),
        (Blame("Jane Doe"), "changed by: Jane Doe, nobody knows when"),
        (Blame(client="c-1", attributes=("enabled",)), "changed by: client c-1, nobody knows when (enabled)"),
        (UNKNOWN, "changed by: unknown (the client's role lacks the permission audits:audit:view)"),
        (Blame(), "changed by: unknown (nobody can tell)"),
        (Blame("\x1b[2J\u202eeod", action="a\nb"), "changed by: \\x1b[2J\\u202eeod, nobody knows when (a\\nb)"),
    ],
)
def test_who_it_was(blame: Blame, text: str) -> None:
    assert blame_text(blame) == text
