"""No view shows a secret, wherever in a plan it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gcsync.model.drift import Accepted, DriftReport, KnownDrift
from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.plan import ABSENT, Action, AttributeChange, Change, Plan, Reason
from gcsync.model.value import NOT_GIVEN, UNREADABLE, Secret
from gcsync.schema.files import read_schema
from gcsync.views.annotations import of_drift, of_plans, render_annotations
from gcsync.views.json_drift import render_json_drift
from gcsync.views.json_plan import render_json_plan
from gcsync.views.json_report import render_json_report
from gcsync.views.junit import render_junit_drift
from gcsync.views.markdown_drift import render_markdown_drift
from gcsync.views.markdown_plan import render_markdown_plan
from gcsync.views.prometheus import render_prometheus_drift
from gcsync.views.sarif import render_sarif_drift
from gcsync.views.style import Style
from gcsync.views.text_drift import render_drift
from gcsync.views.text_plan import render_plan
from gcsync.views.text_report import render_report
from tests.views.factories import change, plan
from tests.views.formats import NOW

CANARY = "cAnArY"
SCHEMA = Draft202012Validator(read_schema("plan"))

secrets = st.sampled_from(
    [
        NOT_GIVEN,
        Secret(f"{CANARY}1"),
        Secret(f"{CANARY}2"),
        Secret([CANARY]),
        Secret({"a": CANARY}),
        Secret(f"{CANARY}\nline"),
    ]
)
plain = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.text("ab\n", max_size=4), st.just(UNREADABLE))
values = st.recursive(
    st.one_of(secrets, plain),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("xyz", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from(["name", "destinations", "headers", "notes"]), values, max_size=4)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    action = draw(st.sampled_from(Action))
    before, after = draw(objects), draw(objects)
    differing = tuple(
        AttributeChange(name, before.get(name, ABSENT), after.get(name, ABSENT), draw(st.sampled_from(Reason)))
        for name in sorted({*before, *after})
        if before.get(name, ABSENT) != after.get(name, ABSENT)
    )
    sides: dict[str, Any] = {
        "before": None if action is Action.CREATE else before,
        "after": None if action is Action.DELETE else after,
    }
    return change(action, attributes=differing, name="a name", **sides)


def known(whole: Plan) -> tuple[KnownDrift, ...]:
    """Every attribute of the plan, accepted by a baseline."""
    return tuple(
        KnownDrift(replace(one, attributes=(found,)), Accepted(one.address, found.name, "why", date(2026, 12, 31)))
        for one in whole.changes
        for found in one.attributes
    )


def every_output(whole: Plan) -> Iterator[str]:
    found = DriftReport(
        whole, whole.changes, whole.changes, whole.changes, whole.changes, known=known(whole), older=whole.changes
    )
    outcomes = tuple(Outcome(one, status, one.action, "0f9a") for one in whole.changes for status in Status)
    for style in (Style(width=40), Style(color=True, width=200)):
        yield render_plan([whole], style)
        yield render_drift([found], style)
        yield render_report([Report("a", outcomes)], style)
    yield render_markdown_plan([whole])
    yield render_markdown_drift([found])
    yield render_junit_drift([found], now=NOW)
    yield render_sarif_drift([found])
    yield render_prometheus_drift([found], now=NOW)
    yield render_annotations([*of_plans([whole]), *of_drift([found])])
    yield render_json_plan([whole])
    yield render_json_drift([found])
    yield render_json_report([Report("a", outcomes)], [whole])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(changes(), min_size=1, max_size=2))
def test_no_view_shows_a_secret(found: list[Change]) -> None:
    for text in every_output(plan(*found)):
        assert CANARY not in text


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(changes(), min_size=1, max_size=2))
def test_every_json_plan_keeps_to_its_schema(found: list[Change]) -> None:
    SCHEMA.validate(json.loads(render_json_plan([plan(*found)])))
    drifted = tuple(one for one in found if {a.reason for a in one.attributes} & {Reason.DRIFT, Reason.CONFLICT})
    SCHEMA.validate(json.loads(render_json_drift([DriftReport(plan(*found), drifted, known=known(plan(*found)))])))
