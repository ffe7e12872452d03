from __future__ import annotations

import json

from gcsync.model.plan import Action
from gcsync.views.gitlab_plan import render_gitlab_plan
from tests.views.factories import attributes, change, create, delete, keep, plan
from tests.views.scenes import full_plan


def test_the_document_has_the_three_counts_and_nothing_else() -> None:
    assert render_gitlab_plan([plan(create(), delete(), keep())]) == '{"create": 1, "update": 0, "delete": 1}\n'


def test_a_replacement_is_a_create_and_a_delete() -> None:
    replaced = change(Action.REPLACE, "stream.a", attributes(), attributes(name="b"))
    assert json.loads(render_gitlab_plan([plan(replaced)])) == {"create": 1, "update": 0, "delete": 1}


def test_an_adoption_is_an_update() -> None:
    adopted = change(Action.ADOPT, "stream.a", attributes(), attributes())
    assert json.loads(render_gitlab_plan([plan(adopted)])) == {"create": 0, "update": 1, "delete": 0}


def test_several_plans_are_one_document() -> None:
    assert json.loads(render_gitlab_plan([full_plan(), full_plan()])) == {"create": 4, "update": 14, "delete": 4}


def test_no_plan_is_no_change() -> None:
    assert json.loads(render_gitlab_plan([])) == {"create": 0, "update": 0, "delete": 0}
