"""What of an object only its marker tells to be secret: the stack that declared it is not at hand."""

from __future__ import annotations

from dataclasses import replace

from gcsync.engine.fingerprint import Fingerprints
from gcsync.model.marker import Marker
from gcsync.model.resource import RemoteObject
from gcsync.model.value import Secret, Value
from gcsync.schema.semantics import is_empty, kind_schema


def hide_applied_secrets(remote: RemoteObject, fingerprint_key: bytes | None) -> RemoteObject:
    """The object with every attribute in a `Secret` that was applied as one, or whose parts nobody can tell apart.

    An attribute fingerprinted with a key that is not `fingerprint_key` cannot be told from a plain one.
    """
    marker = remote.marker
    if not isinstance(marker, Marker) or marker.address.kind != remote.kind:
        return remote
    fingerprints = Fingerprints(kind_schema(remote.kind), marker.owner, marker.address, fingerprint_key)
    applied = fingerprints.last_applied(marker)

    def hide(name: str, value: Value) -> Value:
        slots = applied.get(name, ())
        plain = isinstance(value, Secret) or is_empty(value) or not fingerprints.hides(name, slots, value)
        return value if plain else Secret(value)

    return replace(remote, attributes={name: hide(name, value) for name, value in remote.attributes.items()})
