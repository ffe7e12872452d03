"""An event against stacks, and against what an organization has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gcsync.model.address import Address
from gcsync.model.diagnostic import Place
from gcsync.model.marker import Marker, UnusableMarker
from gcsync.model.resource import RemoteObject, Resource, Stack
from gcsync.model.trace import Verdict, read_event
from gcsync.model.value import Path
from gcsync.schema.tracing import trace_objects, trace_stacks

START = read_event({"eventType": "a:start"})


def place(path: Path) -> Place:
    return Place("s.yaml", 10 + len(path), 1)


def stack(name: str = "team", **streams: list[str]) -> Stack:
    resources = {
        Address("stream", key): Resource(
            Address("stream", key), {"name": key, "event_types": types, "destinations": []}, locate=place
        )
        for key, types in streams.items()
    }
    return Stack(name, resources, "s.yaml")


def remote(name: str, types: list[str], owner: str = "", **more: Any) -> RemoteObject:
    marker = Marker(owner, Address("stream", name)) if owner else None
    return RemoteObject("stream", f"id-{name}", name, {"name": name, "event_types": types}, marker, **more)


def test_stacks_are_traced_one_after_the_other_by_address_and_place() -> None:
    found = trace_stacks([stack("b", two=["x"], one=["a:start"]), stack("a", three=[])], START)
    assert [(one.stack, one.address, one.selection.verdict.value, one.place) for one in found] == [
        ("a", "stream.three", "selected", Place("s.yaml", 11, 1)),
        ("b", "stream.one", "selected", Place("s.yaml", 12, 1)),
        ("b", "stream.two", "not selected", Place("s.yaml", 11, 1)),
    ]


def test_what_is_there_is_traced_whoever_made_it_and_that_of_the_stacks_first() -> None:
    objects = [remote("hand", ["a:start"]), remote("other", ["x"], "other"), remote("two", ["x"], "team")]
    found = trace_objects(objects, [stack(two=["x"])], START)
    assert [(one.stack, one.address, one.name, one.object_id) for one in found] == [
        ("team", "stream.two", "two", "id-two"),
        ("other", "stream.other", "other", "id-other"),
        ("", "", "hand", "id-hand"),
    ]
    assert [one.selected for one in found] == [False, False, True]


def test_an_object_whose_marker_is_broken_is_traced_under_what_is_left_of_it() -> None:
    broken = [UnusableMarker("edited", "team", "stream.one"), UnusableMarker("cut")]
    objects = [replace(remote(name, ["x"]), marker=marker) for name, marker in zip("ab", broken, strict=True)]
    found = trace_objects(objects, [stack(one=["a:start"])], START)
    assert [(one.stack, one.address, one.declared) for one in found] == [("team", "stream.one", None), ("", "", None)]


def test_where_the_file_says_another_thing_both_are_told() -> None:
    found = trace_objects(
        [remote("one", ["x"], "team"), remote("two", ["y"], "team")], [stack(one=["a:start"], two=["y"])], START
    )
    assert found[0].selection.verdict is Verdict.NOT_SELECTED
    assert (found[0].place, found[0].declared and found[0].declared.selection.verdict) == (None, Verdict.SELECTED)
    assert (found[1].place, found[1].declared) == (Place("s.yaml", 11, 1), None)


def test_the_same_verdict_for_another_reason_has_no_line_in_the_file() -> None:
    (found,) = trace_objects([remote("one", ["*"], "team")], [stack(one=["a:start"])], START)
    assert (found.place, found.declared) == (None, None)


def test_only_what_may_be_selected_has_something_delivered() -> None:
    resource = Resource(
        Address("stream", "one"),
        {"name": "one", "event_types": ["a:start"], "destinations": [{"url": "https://a.example.com"}]},
    )
    one = Stack("team", {resource.address: resource}, "s.yaml")
    assert [len(trace_stacks([one], read_event({"eventType": kind}))[0].deliveries) for kind in ("a:start", "b")] == [
        1,
        0,
    ]
