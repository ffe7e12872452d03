from __future__ import annotations

import pytest

from gcsync.emulator.behaviour import Behaviour, LiveBehaviour


def test_it_is_read_and_changed_in_the_shape_of_json():
    live = LiveBehaviour(Behaviour())
    live.change({"activation_time": 2, "withdrawn_topics": ["v2.a"], "unpublished_workflows": {"f": 1}})
    expected = Behaviour(activation_time=2, withdrawn_topics=("v2.a",), unpublished_workflows={"f": 1})
    assert live.now == expected
    live.change(Behaviour().to_json())
    assert live.now == Behaviour()


@pytest.mark.parametrize(
    "given",
    [
        {"speed": 1},
        {"activation_time": -1},
        {"activation_time": "1"},
        {"failing_accounts": "123456789012"},
        {"lacking_types": [1]},
        {"mismatch_status": 500},
        {"max_instances": -1},
        {"unpublished_workflows": {"f": "1"}},
        {"notes_sentinel": 1},
    ],
)
def test_what_cannot_be_followed_changes_nothing(given):
    live = LiveBehaviour(Behaviour())
    with pytest.raises(ValueError, match=next(iter(given))):
        live.change({"repeat_pages": True, **given})
    assert live.now == Behaviour()


def test_each_refusal_of_an_unpublished_workflow_is_used_up():
    live = LiveBehaviour(Behaviour(unpublished_workflows={"f": 2}))
    assert [live.meets_unpublished(workflow) for workflow in "fgff"] == [True, False, True, False]
    assert live.now.unpublished_workflows == {"f": 0}


def test_problems_name_the_field():
    assert [name for name, _ in Behaviour(mismatch_status=200, max_instances=-1).problems()] == [
        "mismatch_status",
        "max_instances",
    ]
