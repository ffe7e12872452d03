"""Fingerprints confirm what was applied and give nothing away."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from gcsync.engine.fingerprint import Fingerprints
from gcsync.model.address import Address
from gcsync.model.marker import Marker
from gcsync.model.value import Secret
from gcsync.schema.semantics import kind_schema

SCHEMA = kind_schema("stream")
ADDRESS = Address("stream", "s")
TEXT = st.text(max_size=30)


def fingerprints(owner: str = "team", address: Address = ADDRESS, key: bytes | None = None) -> Fingerprints:
    return Fingerprints(SCHEMA, owner, address, key)


def test_a_stream_has_one_slot_per_attribute_and_two_for_destinations() -> None:
    slots = fingerprints().slots({"name": "s", "destinations": [{"url": "https://u:p@e.example.com"}]})
    assert len(slots) == 6
    assert [slot == "..." for slot in slots] == [False, True, True, True, False, False]
    assert slots[5].endswith(".")


def test_a_marker_at_its_longest_fits() -> None:
    longest = Address("stream", "k" * 63, "e" * 26)
    owner = "s" * 41 + "@" + "e" * 16
    assert len(str(longest)) == 100
    marker = Marker(owner, longest, ("abc",) * 8, protected=True)
    assert len(marker.render()) <= 200


@given(TEXT, TEXT, TEXT, TEXT)
def test_salted_from_owner_and_address(owner: str, other: str, name: str, another: str) -> None:
    assume(owner != other)
    one = fingerprints(owner).slots({"description": name})
    assert one == fingerprints(owner).slots({"description": name})
    assert fingerprints(owner, Address("stream", "t")).slots({"description": name + another}) is not None


def test_the_same_value_elsewhere_has_another_fingerprint() -> None:
    values = {"description": "the same"}
    here = fingerprints().slots(values)[1]
    assert here != fingerprints("other").slots(values)[1]
    assert here != fingerprints(address=Address("stream", "t")).slots(values)[1]


def test_without_a_key_a_secret_leaves_ten_bits() -> None:
    slots = {fingerprints().slots({"description": Secret(f"word {n}")})[1] for n in range(20_000)}
    assert all(slot.endswith(".") for slot in slots)
    assert 900 < len(slots) <= 1024


def test_with_a_key_nothing_can_be_guessed_without_it() -> None:
    secret = {"description": Secret("word")}
    assert fingerprints(key=b"one").slots(secret) != fingerprints(key=b"two").slots(secret)
    assert not fingerprints(key=b"one").slots(secret)[1].endswith(".")


@given(TEXT, TEXT, st.sampled_from([None, b"key"]))
def test_what_was_applied_is_recognised(value: str, other: str, key: bytes | None) -> None:
    prints = fingerprints(key=key)
    for wrap in (str, Secret):
        marker = Marker("team", ADDRESS, prints.slots({"description": wrap(value)}))
        slots = prints.last_applied(marker)["description"]
        assert prints.matches("description", slots, wrap(value))


def test_slots_of_attributes_that_a_later_schema_adds_read_as_never_applied() -> None:
    marker = Marker("team", ADDRESS, fingerprints().slots({"name": "s", "enabled": True})[:3])
    assert set(fingerprints().last_applied(marker)) == {"name", "enabled"}


def test_the_order_of_the_slots_is_pinned() -> None:
    assert list(SCHEMA.attributes) == ["name", "description", "enabled", "event_types", "destinations"]
