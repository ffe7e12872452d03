"""References: what one resource takes from another, in which order, and what of it stays secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.model.address import Address
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.resource import Resource
from gcsync.model.value import Reference, Secret
from gcsync.stack import Inputs, load

HEAD = "version: 1\nstack: a\nvariables: {key: {type: string, sensitive: true, default: ''}}\nstreams:\n"
REST = "    event_types: [x]\n    destinations: [{protocol: https, url: https://example.com}]\n"


def streams(**descriptions: str) -> str:
    return HEAD + "".join(f"  {key}:\n    description: {text}\n{REST}" for key, text in descriptions.items())


def read(folder: Path, text: str, *variables: str) -> dict[str, Resource]:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    (stack,) = load(["a.yaml"], Inputs(variables=variables), folder=folder)
    return {str(address): resource for address, resource in stack.resources.items()}


def description(resource: Resource) -> object:
    return resource.attributes["description"]


def test_what_is_declared_is_known_at_once_and_orders_all_the_same(tmp_path: Path) -> None:
    found = read(tmp_path, streams(a="of ${stream.b.description}", b="${stream.c.name}", c="x"))
    assert {key: description(resource) for key, resource in found.items()} == {
        "stream.a": "of c",
        "stream.b": "c",
        "stream.c": "x",
    }
    assert found["stream.a"].dependencies == {Address("stream", "b")}


def test_an_id_is_known_after_the_apply_also_through_another_resource(tmp_path: Path) -> None:
    found = read(tmp_path, streams(a="${stream.b.description}", b="see ${stream.c.id}", c="x"))
    c = Address("stream", "c")
    assert description(found["stream.a"]) == Reference(c, "id", ("see ", Reference(c, "id")))
    assert found["stream.a"].dependencies == {Address("stream", "b"), c}


def test_a_secret_stays_secret_wherever_it_is_taken(tmp_path: Path) -> None:
    found = read(tmp_path, streams(a="${stream.b.description}", b="k ${var.key} ${stream.c.id}", c="x"), "key=s3cret")
    assert isinstance(description(found["stream.a"]), Secret)
    assert description(found["stream.a"]) == description(found["stream.b"])
    assert "s3cret" not in repr(found)


def test_a_header_is_secret_where_it_is_taken_with_its_destination(tmp_path: Path) -> None:
    text = streams(a="x", b="x").replace("url: https://example.com", "url: https://e.com, headers: {X-Pin: s3cret}", 1)
    text = text.replace("[{protocol: https, url: https://example.com}]", "${stream.a.destinations}")
    found = read(tmp_path, text)
    assert found["stream.b"].attributes["destinations"][0]["headers"] == {"X-Pin": Secret("s3cret")}
    assert found["stream.a"].attributes["destinations"][0]["headers"] == {"X-Pin": "s3cret"}


def test_a_chain_of_2_000_is_no_recursion(tmp_path: Path) -> None:
    links = {f"s{number}": f"${{stream.s{number + 1}.description}}" for number in range(2_000)}
    found = read(tmp_path, streams(**links, s2000="the end"))
    assert {description(resource) for resource in found.values()} == {"the end"}


def test_a_circle_of_2_000_is_told_once(tmp_path: Path) -> None:
    links = {f"s{number}": f"${{stream.s{(number + 1) % 2_000}.id}}" for number in range(2_000)}
    with pytest.raises(DiagnosticError) as raised:
        read(tmp_path, streams(**links))
    (found,) = raised.value.diagnostics
    assert (found.code, found.message.count(" -> ")) == ("GC228", 19)
    assert found.message.endswith("stream.s17 -> ... -> stream.s0")


def test_one_that_takes_from_many_is_read_twice_and_no_more(tmp_path: Path) -> None:
    many = {f"s{number}": "x" for number in range(500)}
    found = read(tmp_path, streams(a=" ".join(f"${{stream.{key}.id}}" for key in many), **many))
    assert found["stream.a"].dependencies == {Address("stream", key) for key in many}


def test_instances_are_joined_by_their_key(tmp_path: Path) -> None:
    text = streams(a="${stream.b[each.key].name}", b="x").replace(
        "    description", "    for_each: [emea, apac]\n    description"
    )
    found = read(tmp_path, text)
    assert [description(found[f'stream.a["{each}"]']) for each in ("emea", "apac")] == ["b-emea", "b-apac"]
