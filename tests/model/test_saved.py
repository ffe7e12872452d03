"""A plan as JSON: what a reader sees comes back, and nothing that is secret went into it."""

from __future__ import annotations

import contextlib
import copy
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.plan import Plan
from gcsync.model.saved import decode_plan, encode_plan
from gcsync.model.value import leaves
from gcsync.views.json_plan import render_json_plan
from gcsync.views.style import Style
from gcsync.views.text_plan import render_plan
from tests.engine.organization import Streams, apply, plan_for
from tests.engine.test_apply_algebra import stacks
from tests.examples import examples
from tests.views.factories import create, plan
from tests.views.scenes import CANARY, full_plan, small_plans

PLAIN = Style(color=False, width=100)


def through_a_file(plan: Plan) -> Plan:
    return decode_plan(json.loads(json.dumps(encode_plan(plan))))


@pytest.mark.parametrize("plans", [(full_plan(),), small_plans()], ids=["everything", "several"])
def test_every_view_shows_the_same(plans: tuple[Plan, ...]) -> None:
    kept = tuple(through_a_file(plan) for plan in plans)
    assert render_plan(kept, PLAIN) == render_plan(plans, PLAIN)
    assert render_json_plan(kept) == render_json_plan(plans)


def test_no_secret_is_in_it() -> None:
    assert CANARY not in json.dumps(encode_plan(full_plan()))


@given(stacks(), stacks())
@examples(100)
def test_any_plan_shows_the_same(first: Any, second: Any) -> None:
    organization = Streams()
    apply(first, organization)
    plan = plan_for(second, organization)
    kept = through_a_file(plan)
    assert render_plan([kept], PLAIN) == render_plan([plan], PLAIN)
    assert (kept.steps, kept.summary, kept.applyable) == (plan.steps, plan.summary, plan.applyable)


@given(stacks(), st.data())
@examples(100)
def test_what_is_not_a_plan_is_refused_and_nothing_else_is_raised(wanted: Any, data: st.DataObject) -> None:
    document = json.loads(json.dumps(encode_plan(plan_for(wanted, Streams()))))
    broken = copy.deepcopy(document)
    path, _ = data.draw(st.sampled_from([pair for pair in leaves(document) if pair[0]]))
    inner: Any = broken
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = data.draw(st.sampled_from([None, 7, "x", [], {}, {"$": "later"}]))
    with contextlib.suppress(ValueError):
        assert isinstance(decode_plan(broken), Plan)


@pytest.mark.parametrize("data", [None, [], {}, {"stack": 1}, "text", {"target": None}])
def test_other_json_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="not a plan"):
        decode_plan(data)


def test_what_a_resource_takes_from_others_is_kept() -> None:
    references = frozenset({Address("stream", "a"), Address("stream", "b")})
    whole = plan(replace(create("stream.c"), references=references), create("stream.a"))
    assert [change.references for change in through_a_file(whole).changes] == [frozenset(), references]
