from __future__ import annotations

import pytest

from gcsync.schema.access import Needs, kind_access
from gcsync.schema.compose import kind_names


@pytest.mark.parametrize("kind", kind_names())
def test_every_kind_says_what_it_takes(kind: str) -> None:
    access = kind_access(kind)
    assert access.api.startswith("/api/v2/")
    assert access.read.scopes
    assert access.write.scopes


def test_a_scope_that_only_reads_is_part_of_the_whole_one() -> None:
    needs = Needs(("integrations:readonly",))
    assert needs.missing_scopes(["integrations"]) == ()
    assert needs.missing_scopes(["integrations:readonly"]) == ()
    assert needs.missing_scopes(["process-automation"]) == ("integrations:readonly",)


def test_to_write_the_whole_scope_is_needed_and_each_of_several() -> None:
    assert Needs(("integrations",)).missing_scopes(["integrations:readonly"]) == ("integrations",)
    needs = Needs(("event:stream:write", "event:stream:delete"))
    assert needs.missing_scopes(["event:stream:write"]) == ("event:stream:delete",)


def test_the_public_kinds_name_their_permissions() -> None:
    assert kind_access("eventbridge_source").read.permissions == ("integrations:integration:view",)
    assert kind_access("trigger").write.permissions == (
        "processautomation:trigger:add",
        "processautomation:trigger:edit",
        "processautomation:trigger:delete",
    )
    assert kind_access("stream").read.permissions == ()
