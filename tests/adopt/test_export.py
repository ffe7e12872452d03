from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.adopt import Head, compose, select
from gcsync.adopt.candidates import UNDECLARABLE
from gcsync.model.resource import RemoteObject, Stack
from gcsync.model.value import UNREADABLE, reveal
from gcsync.schema.semantics import kind_schema
from gcsync.stack import Inputs, load
from tests.adopt.objects import candidate, destination, marker, source, stream, trigger

HEAD = Head("shop", None, "us-east-1", "Example ${Ltd}", ("Written by a test.",))


def loaded(text: str, variables: dict[str, str], environment: str | None = None) -> Stack:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "stack.yaml").write_text(text, encoding="utf-8")
        environ = {f"GCSYNC_VAR_{key}": value for key, value in variables.items()}
        return load(["stack.yaml"], Inputs(environment, environ=environ), folder=folder)[0]


def test_the_whole_file() -> None:
    secret = stream("Contact Center", "1", description="one\ntwo", destinations=[destination(Key=UNREADABLE)])
    objects = [secret, trigger("start", "2"), source("bridge", "3"), stream("all", "4", event_types=None)]
    assert compose(HEAD, select(objects).candidates).text == (Path(__file__).parent / "golden.yaml").read_text("utf-8")


def test_the_order_of_the_objects_means_nothing() -> None:
    candidates = [candidate(stream(name, str(number))) for number, name in enumerate(["b", "a", "a!", "A"])]
    assert compose(HEAD, candidates).text == compose(HEAD, candidates[::-1]).text


def test_what_a_stack_owns_keeps_its_keys() -> None:
    objects = [
        stream("x", marker=marker("shop@dev", "stream.first", protected=True)),
        stream("y", marker=marker("shop@dev", 'stream.agents["emea"]')),
    ]
    stack = loaded(compose(Head("shop", "dev"), select(objects, owner="shop@dev").candidates).text, {}, "dev")
    assert (stack.owner, sorted(map(str, stack.resources))) == ("shop@dev", ["stream.agents_emea", "stream.first"])
    assert {str(a): resource.lifecycle.prevent_destroy for a, resource in stack.resources.items()} == {
        "stream.first": True,
        "stream.agents_emea": False,
    }
    assert {str(old): str(new) for old, new in stack.moved.items()} == {'stream.agents["emea"]': "stream.agents_emea"}


def test_nothing_at_all_is_a_stack_as_well() -> None:
    assert loaded(compose(HEAD, ()).text, {}).resources == {}


TEXT = st.text(max_size=20) | st.sampled_from(["${var.x}", "$${", "yes", "1e5", "a\nb\n", " x ", "null", "0777"])
HEADERS = st.dictionaries(TEXT, TEXT | st.just(UNREADABLE), max_size=2)
URLS = st.sampled_from(["https://a.example.com", "https://u:p@b.example.com", "https://c.example.com/?${q}=1", "ftp:x"])
DESTINATIONS = st.lists(st.builds(lambda url, headers: destination(url, **headers), URLS, HEADERS), max_size=2)
OPTIONAL: dict[str, Any] = {
    "description": st.none() | TEXT,
    "enabled": st.booleans(),
    "event_types": st.none() | st.lists(TEXT, max_size=3),
    "destinations": DESTINATIONS,
}
STREAMS = st.lists(st.tuples(TEXT, st.fixed_dictionaries(OPTIONAL)), max_size=4).map(
    lambda found: [stream(name, str(number), **rest) for number, (name, rest) in enumerate(found)]
)


@settings(deadline=None)
@given(STREAMS)
def test_what_is_exported_and_loaded_again_is_what_was_there(streams: list[RemoteObject]) -> None:
    selection = select(streams)
    exported = compose(HEAD, selection.candidates)
    values = {one.name: "given" if one.value is None else reveal(one.value) for one in exported.variables}
    stack = loaded(exported.text, values)
    by_key = {address.key: resource for address, resource in stack.resources.items()}
    schema = kind_schema("stream")
    assert len(by_key) + selection.left_out.counts.get(UNDECLARABLE, 0) == len(streams)
    for one in selection.candidates:
        declared = by_key[exported.keys[one.identity]].attributes
        for name, shape in schema.attributes.items():
            there = given_instead(one.attributes.get(name))
            assert shape.comparable(declared.get(name)) == shape.comparable(there), name


def given_instead(value: Any) -> Any:
    """The value with what the test gives for each that the API does not return."""
    if isinstance(value, dict):
        return {key: given_instead(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [given_instead(inner) for inner in value]
    return "given" if value is UNREADABLE else value
