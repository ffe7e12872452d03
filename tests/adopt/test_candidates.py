from __future__ import annotations

from gcsync.adopt import select
from gcsync.adopt.candidates import OWNED, UNDECLARABLE, UNMANAGED, UNUSABLE, twins_of
from gcsync.model.marker import UnusableMarker
from tests.adopt.objects import destination, marker, source, stream, trigger

OBJECTS = (
    stream("Free"),
    stream("mine", marker=marker("shop", "stream.a", protected=True)),
    stream("theirs", marker=marker("other", "stream.a")),
    stream("odd", marker=marker("shop", "trigger.a")),
    stream("cut", marker=UnusableMarker("cut")),
)


def test_what_nobody_owns_is_meant() -> None:
    found = select(OBJECTS)
    assert [one.name for one in found.candidates] == ["Free"]
    assert found.left_out.counts == {OWNED: 2, UNUSABLE: 2}
    assert str(found.left_out) == "2 owned by other stacks, 2 with a marker that cannot be used"


def test_with_an_owner_only_what_it_owns() -> None:
    found = select(OBJECTS, owner="shop")
    assert [(one.name, str(one.address), one.protected) for one in found.candidates] == [("mine", "stream.a", True)]
    assert found.left_out.counts == {OWNED: 1, UNMANAGED: 1, UNUSABLE: 2}


def test_a_glob_is_for_the_name_in_any_case() -> None:
    objects = [stream("Agents (EMEA)"), stream("agents"), stream("calls")]
    assert [one.name for one in select(objects, name="AGENTS*").candidates] == ["Agents (EMEA)", "agents"]
    assert [one.name for one in select(objects, name="agents (????)").candidates] == ["Agents (EMEA)"]


def test_what_an_adoption_could_not_tell_apart_is_left_out() -> None:
    found = select([trigger("same", "1"), trigger("SAME", "2"), trigger("other", "3"), stream("same", "4")], name="*a*")
    assert [one.identity for one in found.candidates] == ["4"]
    assert [(one.code, one.message) for one in found.warnings] == [
        (
            "GC620",
            'trigger "SAME" (2) is left out: an adoption could not tell it from others with the same name: 1',
        ),
        (
            "GC620",
            'trigger "same" (1) is left out: an adoption could not tell it from others with the same name: 2',
        ),
    ]


def test_a_twin_counts_though_the_glob_leaves_it_out() -> None:
    found = select([source("one", "1"), source("two", "2", aws_region="us-east-1")], name="one")
    assert (found.candidates, found.left_out.counts) == ((), {UNDECLARABLE: 1})


def test_of_two_with_one_address_the_second_is_left_out() -> None:
    objects = [stream(name, marker=marker("shop", "stream.a")) for name in "ab"]
    found = select(objects, owner="shop")
    assert [one.name for one in found.candidates] == ["a"]
    assert "it has the address of id of a" in found.warnings[0].message


def test_what_no_schema_takes_is_left_out_without_its_secrets() -> None:
    found = select([stream("a", destinations=[destination("http://u:hush@x.example.com")])])
    assert found.candidates == ()
    assert "hush" not in found.warnings[0].message


def test_the_twins_of_an_object() -> None:
    objects = [trigger("same", "1"), trigger("SAME", "2"), trigger("other", "3")]
    assert [twins_of(one, objects) for one in objects] == [("2",), ("1",), ()]
