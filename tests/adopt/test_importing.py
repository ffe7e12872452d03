from __future__ import annotations

from typing import Any

import pytest

from gcsync.adopt.importing import check_address, parse_address, resource_for
from gcsync.model.address import Address
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.marker import UnusableMarker
from gcsync.model.resource import Listing, RemoteObject, Resource, Stack
from tests.adopt.objects import destination, marker, stream, trigger

CALLS = Resource(Address("stream", "calls"), stream("Calls").attributes)
STACK = Stack("shop", {CALLS.address: CALLS}, "shop.yaml", environment="dev")
ADDRESS = Address("stream", "new")


@pytest.mark.parametrize("text", ["calls", "stream.0", "streams.a", 'stream.a["b"]', "queue.a"])
def test_what_is_no_address_of_a_resource_to_be(text: str) -> None:
    assert refusal(lambda: parse_address(text)) == "GC631"


def test_an_address() -> None:
    assert parse_address("trigger.a") == Address("trigger", "a")


def test_an_address_that_is_declared_is_refused() -> None:
    assert refusal(lambda: check_address(CALLS.address, STACK)) == "GC625"
    assert refusal(lambda: check_address(ADDRESS, STACK)) is None


@pytest.mark.parametrize(
    ("remote", "code"),
    [
        (stream("New"), None),
        (None, "GC626"),
        (stream("New", marker=marker("shop@dev", "stream.x")), "GC627"),
        (stream("New", marker=marker("shop", "stream.x")), "GC627"),
        (stream("New", marker=UnusableMarker("cut")), "GC627"),
        (stream("calls"), "GC629"),
        (stream("New", destinations=[destination("ftp:x")]), "GC629"),
        (trigger("Twin", "2"), "GC629"),
    ],
)
def test_which_objects_may_be_imported(remote: RemoteObject | None, code: str | None) -> None:
    listing = Listing((trigger("twin", "1"), trigger("Twin", "2"), stream("New", "3", marker=marker("a", "stream.a"))))
    address = ADDRESS if remote is None else Address(remote.kind, "new")
    assert refusal(lambda: resource_for(address, remote, listing, STACK, frozenset())) == code


@pytest.mark.parametrize(
    ("owner", "said", "way"),
    [
        ("shop@dev", "is owned by this stack already, as stream.x", "gcsync export --stack shop"),
        ("shop", 'is owned by stack "shop" as stream.x', "removed:"),
    ],
)
def test_the_way_round_an_owner_is_told(owner: str, said: str, way: str) -> None:
    remote = stream("New", "7", marker=marker(owner, "stream.x"))
    with pytest.raises(DiagnosticError) as raised:
        resource_for(ADDRESS, remote, Listing(()), STACK, frozenset())
    (found,) = raised.value.diagnostics
    assert (found.message, way in found.hint) == (f'"New" (7) {said}', True)


def refusal(function: Any) -> str | None:
    try:
        function()
    except DiagnosticError as error:
        return error.diagnostics[0].code
    return None
