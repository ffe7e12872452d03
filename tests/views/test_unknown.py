"""What only an apply will tell is said to be so, and stands in no document as a value."""

from __future__ import annotations

from dataclasses import replace

from gcsync.model.address import Address
from gcsync.model.value import Reference
from gcsync.views.json_plan import plan_document
from gcsync.views.style import Style
from gcsync.views.text_plan import render_plan
from tests.engine.organization import Streams, plan_for, stack, stream

CALLS = Address("stream", "calls")
PLAN = plan_for(
    stack(
        stream("calls"),
        replace(
            stream("after", description=Reference(CALLS, "id"), event_types=["known", Reference(CALLS, "id")]),
            dependencies=frozenset({CALLS}),
        ),
    ),
    Streams(),
)


def test_the_text_plan_says_known_after_apply() -> None:
    text = render_plan([PLAN], Style())
    assert "+ description: (known after apply)" in text
    assert '+ event_types: [(known after apply), "known"]' in text


def test_the_json_plan_marks_it_and_leaves_it_out() -> None:
    (change, _) = plan_document([PLAN])["resource_changes"]
    assert change["change"]["after_unknown"] == {"id": True, "description": True, "event_types": [True, False]}
    assert "description" not in change["change"]["after"]
    assert change["change"]["after"]["event_types"] == [None, "known"]
