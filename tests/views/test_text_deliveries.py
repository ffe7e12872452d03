"""What became of an emitted event."""

from __future__ import annotations

from typing import Any

import pytest

from gcsync.views.style import Style
from gcsync.views.text_deliveries import render_deliveries
from tests.views.test_hostile_text import HOSTILE


def delivery(state: str, outcomes: list[str], note: str = "", **more: Any) -> dict[str, Any]:
    attempts = [{"what": "event", "at": 3661.5 * n, "status": None, "outcome": one} for n, one in enumerate(outcomes)]
    found = {"eventId": "e-1", "stream": "calls", "host": "events.example.com", "state": state, "note": note}
    return {**found, "attempts": attempts, **more}


def test_every_delivery_stands_with_its_attempts_and_many_are_shortened() -> None:
    many = [f"answered {number}" for number in range(500, 510)]
    found = [delivery("delivered", ["answered 500", "answered 200"]), delivery("given up", many)]
    assert render_deliveries("a:start", [*found, delivery("not sent", [], "not told to")], Style()) == (
        "Event a:start (id e-1)\n"
        "  stream calls to events.example.com: delivered\n"
        "      +00:00:00  event: answered 500\n"
        "      +01:01:01  event: answered 200\n"
        "  stream calls to events.example.com: given up\n"
        "      +00:00:00  event: answered 500\n"
        "      +01:01:01  event: answered 501\n"
        "      +02:02:03  event: answered 502\n"
        "      ... 4 more attempts ...\n"
        "      +07:07:10  event: answered 507\n"
        "      +08:08:12  event: answered 508\n"
        "      +09:09:13  event: answered 509\n"
        "  stream calls to events.example.com: not sent\n"
        "      not told to\n"
        "\n"
        "Delivered to 1 of 3 destinations.\n"
    )


def test_that_nothing_selects_it_is_told() -> None:
    assert render_deliveries("a", [], Style()) == "Event a\n\nNo stream of the emulator selects it.\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_reaches_no_terminal(text: str) -> None:
    found = delivery(text, [text], text, eventId=text, stream=text, host=text)
    assert all(line.isprintable() for line in render_deliveries(text, [found], Style()).split("\n"))
