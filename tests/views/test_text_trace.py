"""What becomes of an event, as text and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gcsync.model.diagnostic import Place
from gcsync.model.plan import NotChecked
from gcsync.model.trace import Delivery, Event, Selection, Trace, Tracing, Verdict
from gcsync.views.json_trace import render_json_trace
from gcsync.views.style import Style
from gcsync.views.text_trace import render_trace
from tests.views.golden import golden
from tests.views.test_hostile_text import HOSTILE

EVENT = Event({"id": "e-1", "eventType": "conversation:start"}, "e-1", "conversation:start")
SELECTED = Selection(Verdict.SELECTED, 'event_types has "conversation:start"', ("event_types", 0))
OFF = Selection(Verdict.NOT_SELECTED, "enabled: false", ("enabled",), "set enabled: true")
OPEN = Selection(Verdict.NOT_KNOWN, "event_types is not known", ("event_types",))
BODY = {"id": "e-1", "eventType": "conversation:start", "data": {"text": "x" * 300}}
POST = Delivery("POST", "events.example.com", ("Content-Type", "X-Api-Key"), BODY)


def trace(key: str, selection: Selection, line: int | None = 7, **more: object) -> Trace:
    place = Place("stacks/prod.yaml", line, 5) if line is not None else None
    found = Trace("team@prod", "stream", f"stream.{key}", key, selection, place)
    return replace(found, **more)  # type: ignore[arg-type]


def everything() -> Tracing:
    declared = trace("drifted", SELECTED, 22)
    return Tracing(
        EVENT,
        (
            trace("calls", SELECTED, deliveries=(POST, Delivery("workflow", "4f9f", note="after 60 s"))),
            trace("off", OFF, 12),
            trace("vary", OPEN, 17, deliveries=(Delivery("POST", "(not known yet)"),)),
            trace("drifted", OFF, None, object_id="id-4", declared=declared),
            Trace("", "stream", "", "made by hand", SELECTED, object_id="id-5"),
        ),
        remote=True,
        not_checked=(NotChecked("trigger", "the client may not read triggers"),),
    )


def test_every_object_stands_with_its_verdict_the_reason_and_the_line() -> None:
    assert render_trace(everything(), Style()) == golden("trace")


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal_but_an_address_and_its_verdict(width: int) -> None:
    lines = render_trace(everything(), Style(width=width)).splitlines()
    assert [line for line in lines if len(line) > width and not line.startswith("  stream")] == []


def test_nothing_that_could_select_it_is_told() -> None:
    assert render_trace(Tracing(EVENT, ()), Style()).endswith("\nNothing declared could select it.\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_reaches_no_terminal(text: str) -> None:
    hostile = trace(
        text, Selection(Verdict.SELECTED, text), deliveries=(Delivery("POST", text, (text,), {text: text}),)
    )
    shown = render_trace(Tracing(Event({}, text, text), (replace(hostile, stack=text, object_id=text),)), Style())
    assert all(line.isprintable() for line in shown.split("\n"))


def test_as_json_it_is_one_line_with_all_of_it() -> None:
    text = render_json_trace(everything())
    document = json.loads(text)
    assert text.count("\n") == 1
    assert document["event"] == {"id": "e-1", "type": "conversation:start", "topic": None}
    assert (document["source"], document["not_checked"]) == (
        "organization",
        [{"kind": "trigger", "reason": "the client may not read triggers"}],
    )
    first, _, _, drifted, hand = document["traces"]
    assert first == {
        "stack": "team@prod",
        "kind": "stream",
        "address": "stream.calls",
        "name": "calls",
        "id": None,
        "verdict": "selected",
        "reason": 'event_types has "conversation:start"',
        "cure": None,
        "attribute": "event_types[0]",
        "file": "stacks/prod.yaml",
        "line": 7,
        "column": 5,
        "deliveries": [
            {
                "method": "POST",
                "to": "events.example.com",
                "headers": ["Content-Type", "X-Api-Key"],
                "body": BODY,
                "note": None,
            },
            {"method": "workflow", "to": "4f9f", "headers": [], "body": None, "note": "after 60 s"},
        ],
        "declared": None,
    }
    assert (drifted["verdict"], drifted["declared"]["verdict"], drifted["declared"]["line"]) == (
        "not selected",
        "selected",
        22,
    )
    assert (hand["stack"], hand["address"], hand["id"]) == (None, None, "id-5")
