"""What was applied as a secret is hidden wherever a plan shows the object, changed or not, declared or not."""

from __future__ import annotations

from typing import Any

import pytest

from gcsync.engine import Options
from gcsync.model.plan import Change
from gcsync.model.value import Secret
from tests.engine.organization import Streams, apply, plan_for, stack, stream

CANARY = "https://canary.example.com/"
ATTRIBUTES = {
    "description": Secret(CANARY),
    "destinations": [{"protocol": "https", "url": Secret(CANARY), "headers": {"X-Key": "plain"}}],
}
ELSEWHERE = [{"protocol": "https", "url": "https://b.example.com"}]


def planned(key: bytes | None, *resources: Any, options: Options | None = None) -> Change:
    organization = Streams()
    apply(stack(stream("s", **ATTRIBUTES)), organization, key=key)
    (change,) = plan_for(stack(*resources), organization, options, key).changes
    return change


@pytest.mark.parametrize("key", [None, b"key"])
@pytest.mark.parametrize(
    ("resources", "options"),
    [
        ((stream("s", **ATTRIBUTES),), Options()),
        ((stream("s", **ATTRIBUTES),), Options(destroy=True)),
        ((stream("s", **ATTRIBUTES | {"description": "told"}),), Options()),
        (
            (stream("s", **ATTRIBUTES | {"destinations": [{"protocol": "https", "url": "https://b.example.com"}]}),),
            Options(),
        ),
        ((), Options()),
    ],
    ids=["unchanged", "destroyed", "replaced by a plain value", "a part replaced by a plain value", "not declared"],
)
def test_a_secret_stays_hidden(key: bytes | None, resources: tuple[Any, ...], options: Options) -> None:
    change = planned(key, *resources, options=options)
    assert change.before is not None
    assert CANARY not in repr((change.before, change.after, change.attributes))
    assert change.before["name"] == "s"


def test_an_attribute_that_is_declared_no_more_stays_hidden() -> None:
    change = planned(None, stream("s", destinations=ATTRIBUTES["destinations"]))
    assert CANARY not in repr((change.before, change.after, change.attributes))


def test_what_was_applied_plainly_is_shown() -> None:
    organization = Streams()
    apply(stack(stream("s", description="told")), organization)
    (change,) = plan_for(stack(), organization).changes
    assert change.before is not None
    assert change.before["description"] == "told"
