"""What only the marker tells to be secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gcsync.engine.fingerprint import Fingerprints
from gcsync.engine.hidden import hide_applied_secrets
from gcsync.model.address import Address
from gcsync.model.marker import Marker, UnusableMarker
from gcsync.model.resource import RemoteObject
from gcsync.model.value import Secret, Value, reveal
from gcsync.schema.semantics import kind_schema

ADDRESS = Address("stream", "calls", None)


def applied(attributes: dict[str, Value], key: bytes | None = None) -> RemoteObject:
    """The object as it is after an apply of these attributes."""
    slots = Fingerprints(kind_schema("stream"), "team", ADDRESS, key).slots(attributes)
    return RemoteObject("stream", "1", "calls", reveal(attributes), Marker("team", ADDRESS, slots))


def hidden(remote: RemoteObject, key: bytes | None = None) -> set[str]:
    shown = hide_applied_secrets(remote, key).attributes
    return {name for name, value in shown.items() if isinstance(value, Secret)}


@pytest.mark.parametrize("key", [None, b"key"])
def test_a_description_that_was_applied_as_a_secret_is_hidden(key: bytes | None) -> None:
    assert hidden(applied({"name": "calls", "description": Secret("sesame")}, key), key) == {"description"}


def test_a_url_that_was_applied_as_a_secret_hides_the_destinations() -> None:
    destination = {"protocol": "https", "url": Secret("https://events.example.com/sesame")}
    assert hidden(applied({"name": "calls", "destinations": [destination]})) == {"destinations"}


def test_what_was_plain_stays_so_beside_secret_headers() -> None:
    destination = {"protocol": "https", "url": "https://events.example.com/a", "headers": {"X-Key": "sesame"}}
    assert hidden(applied({"name": "calls", "description": "text", "destinations": [destination]})) == set()


def test_without_a_usable_marker_nothing_is_known() -> None:
    remote = applied({"name": "calls", "description": Secret("sesame")})
    for marker in (None, UnusableMarker("broken"), replace(remote.marker, address=Address("trigger", "a", None))):  # type: ignore[type-var]
        assert hidden(replace(remote, marker=marker)) == set()
