"""Paths to stacks: what `load` and `validate` promise to the command line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.diagnostic import DiagnosticError, Place, Severity
from gcsync.model.resource import Lifecycle, Removal, Safety
from gcsync.model.value import UNKNOWN, Secret, reveal
from gcsync.stack import Inputs, load, sketch, validate

STACK = """\
version: 1
stack: contact-center
genesys: {region: us-east-1, organization: Example Ltd}
variables:
  endpoint: {type: string, pattern: '^https://', env: ENDPOINT}
  api_key: {type: string, sensitive: true}
environments:
  dev: {genesys: {organization: Example Dev}, credentials: DEV, variables: {endpoint: https://dev.example.com}}
  prod: {genesys: {region: eu-west-1}, credentials: PROD, variables: {endpoint: https://example.com}}
safety: {max_delete_percent: 50}
streams:
  conversations:
    description: Of ${env_name}
    event_types: [conversation:start]
    destinations:
      - protocol: https
        url: ${var.endpoint}/events
        headers: {X-Api-Key: 'Bearer ${var.api_key}', X-Team: a}
    lifecycle: {prevent_destroy: true, ignore_changes: [description]}
moved:
  - {from: stream.old, to: stream.conversations}
removed:
  - {from: stream.given_away, destroy: false}
  - {from: stream.gone}
"""
CONVERSATIONS = Address("stream", "conversations")
KEY = ("api_key=k3y",)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def stream(key: str, url: str = "https://example.com", stack: str = "") -> str:
    head = f"version: 1\nstack: {stack}\n" if stack else "version: 1\n"
    return f"{head}streams:\n  {key}:\n    event_types: [a]\n    destinations: [{{protocol: https, url: '{url}'}}]\n"


def errors(folder: Path, *paths: str, **inputs: Any) -> list[str]:
    with pytest.raises(DiagnosticError) as raised:
        load(paths, Inputs(**inputs), folder=folder)
    return [f"{d.code} {d.place}" for d in raised.value.diagnostics]


def test_a_stack_is_resolved_for_its_environment(tmp_path: Path) -> None:
    write(tmp_path, prod=STACK)
    (stack,) = load(["prod.yaml"], Inputs(environment="prod", variables=KEY), folder=tmp_path)
    assert (stack.name, stack.environment, stack.owner, stack.file) == (
        "contact-center",
        "prod",
        "contact-center@prod",
        "prod.yaml",
    )
    assert (stack.region, stack.organization, stack.credentials) == ("eu-west-1", "Example Ltd", "PROD")
    assert (stack.safety, stack.warnings) == (Safety(50, 100), ())
    assert stack.moved == {Address("stream", "old"): CONVERSATIONS}
    assert stack.removed == {
        (given_away := Address("stream", "given_away")): Removal(given_away, destroy=False),
        (gone := Address("stream", "gone")): Removal(gone, destroy=True),
    }


def test_a_resource_has_its_attributes_its_defaults_and_its_lifecycle(tmp_path: Path) -> None:
    write(tmp_path, prod=STACK)
    (stack,) = load(["prod.yaml"], Inputs(environment="dev", variables=KEY), folder=tmp_path)
    resource = stack.resources[CONVERSATIONS]
    assert resource.lifecycle == Lifecycle(prevent_destroy=True, ignore_changes=("description",), adopt=True)
    assert resource.attributes == {
        "name": "conversations",
        "description": "Of dev",
        "enabled": True,
        "event_types": ["conversation:start"],
        "destinations": [
            {
                "protocol": "https",
                "url": "https://dev.example.com/events",
                "headers": {"X-Api-Key": Secret("Bearer k3y"), "X-Team": "a"},
            }
        ],
    }


def test_every_value_knows_its_place(tmp_path: Path) -> None:
    write(tmp_path, prod=STACK)
    (stack,) = load(["prod.yaml"], Inputs(environment="dev", variables=KEY), folder=tmp_path)
    locate = stack.resources[CONVERSATIONS].locate
    assert locate(("destinations", 0, "url")) == Place("prod.yaml", 17, 14, 36)
    assert locate(("destinations", 0, "gone", 1)) == Place("prod.yaml", 16, 9)
    assert locate(()) == locate(("name",)) == Place("prod.yaml", 12, 3, 16)


def test_a_sensitive_list_or_mapping_is_secret_leaf_by_leaf(tmp_path: Path) -> None:
    text = stream("a", stack="a").replace("[a]", "${var.types}")
    write(tmp_path, a=text + "variables: {types: {type: list, sensitive: true}}\n")
    (stack,) = load(["a.yaml"], Inputs(variables=('types=["s3cret"]',)), folder=tmp_path)
    assert stack.resources[Address("stream", "a")].attributes["event_types"] == [Secret("s3cret")]
    assert "s3cret" not in repr(stack)


def test_resources_that_share_an_anchor_are_resolved_apart(tmp_path: Path) -> None:
    text = """\
version: 1
stack: a
variables: {key: {type: string, sensitive: true}}
x-sink: &sink {protocol: https, url: https://example.com, headers: {X-Api-Key: '${var.key}'}}
streams:
  a: {event_types: [a], destinations: [*sink]}
  b: {event_types: [a], destinations: [*sink]}
"""
    write(tmp_path, a=text)
    (stack,) = load(["a.yaml"], Inputs(variables=("key=k",)), folder=tmp_path)
    first, second = (resource.attributes["destinations"] for resource in stack.resources.values())
    assert (
        first == second == [{"protocol": "https", "url": "https://example.com", "headers": {"X-Api-Key": Secret("k")}}]
    )
    assert reveal(first)[0]["headers"] == {"X-Api-Key": "k"}


def test_all_errors_of_all_files_are_told_at_once_and_sorted(tmp_path: Path) -> None:
    write(tmp_path, b=stream("x", "http://b", "b"), a=stream("y", "http://a", "a") + "unknown: 1\n", c="a: [")
    assert errors(tmp_path, "b.yaml", "a.yaml", "c.yaml") == [
        "GC104 a.yaml:6:43",
        "GC107 a.yaml:7:1",
        "GC104 b.yaml:6:43",
        "GC103 c.yaml:1:5",
    ]


def test_without_paths_the_folder_stacks_is_read_else_the_current_one(tmp_path: Path) -> None:
    write(tmp_path, here=stream("x", stack="here"))
    assert [stack.file for stack in load([], Inputs(), folder=tmp_path)] == ["here.yaml"]
    write(tmp_path, stacks__prod=stream("x", stack="prod"))
    assert [stack.file for stack in load([], Inputs(), folder=tmp_path)] == ["stacks/prod.yaml"]


def test_a_folder_gives_its_stacks_and_leaves_parts_hidden_and_other_files_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=stream("x", stack="a") + "include: [parts/*.yaml]\n",
        parts__y=stream("y"),
        team__b=stream("x", stack="b"),
        other="services: {web: {image: nginx}}\n",
        **{".github__ci": "on: push\n"},
    )
    first, second = load(["."], Inputs(), folder=tmp_path)
    assert (first.file, [str(address) for address in first.resources]) == ("a.yaml", ["stream.x", "stream.y"])
    assert second.file == "team/b.yaml"


def test_a_part_that_nothing_includes_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    write(tmp_path, a=stream("x", stack="a"), lost=stream("y"))
    assert errors(tmp_path, ".") == ["GC106 lost.yaml:1:1"]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, stacks__a=stream("x", stack="a"))
    paths = ["stacks", "stacks/a.yaml", "./stacks/../stacks/a.yaml", str(tmp_path / "stacks" / "a.yaml")]
    assert [stack.file for stack in load(paths, Inputs(), folder=tmp_path)] == ["stacks/a.yaml"]


def test_a_variable_on_the_command_line_need_only_be_declared_by_one_of_the_stacks(tmp_path: Path) -> None:
    write(tmp_path, a=stream("x", stack="a") + "variables: {v: {default: x}}\n", b=stream("x", stack="b"))
    assert len(load(["."], Inputs(variables=("v=y",)), folder=tmp_path)) == 2
    assert errors(tmp_path, ".", variables=("w=y",)) == ["GC203 None"]


def test_validate_checks_every_environment_without_any_value(tmp_path: Path) -> None:
    text = STACK.replace("https://dev.example.com}", "http://dev.example.com}")
    write(tmp_path, prod=text, other=stream("a", stack="other").replace("    event_types: [a]\n", ""))
    found = validate(["."], Inputs(), folder=tmp_path)
    assert [(d.code, d.severity, str(d.place), d.path) for d in found] == [
        ("GC150", Severity.WARNING, "other.yaml:4:3", "streams.a"),
        ("GC202", Severity.ERROR, "prod.yaml:8:87", "environments.dev.variables.endpoint"),
    ]


def test_a_mistake_of_one_environment_is_placed_at_its_value_there(tmp_path: Path) -> None:
    text = STACK.replace("https://dev.example.com}", "http://dev.example.com}").replace("pattern: '^https://', ", "")
    write(tmp_path, prod=text)
    (found,) = validate(["prod.yaml"], Inputs(), folder=tmp_path)
    assert (found.code, str(found.place), found.path) == (
        "GC104",
        "prod.yaml:8:87",
        "streams.conversations.destinations[0].url",
    )
    assert found.message == 'must be an https:// URL, got "http://dev.example.com/events"'


def test_a_stack_without_resources_is_a_stack(tmp_path: Path) -> None:
    write(tmp_path, a="version: 1\nstack: a\n")
    (stack,) = load(["a.yaml"], Inputs(), folder=tmp_path)
    assert stack.resources == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_diagnostics(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(data)
    found = validate(["a.yaml"], Inputs(variable_files=("a.yaml",)), folder=tmp_path)
    assert any(diagnostic.severity is Severity.ERROR for diagnostic in found)


MORE = """\
  agents:
    for_each:
      emea: {host: a, tags: [x]}
      apac: {host: b, tags: []}
    description: Beside ${stream.conversations.id}
    event_types: ${each.value.tags}
    destinations: [{protocol: https, url: 'https://${each.value.host}.example.com'}]
  mirror:
    for_each: [emea, apac]
    description: ${stream.agents[each.key].description}
    event_types: ${stream.conversations.event_types}
    destinations: '${stream.agents["emea"].destinations}'
moved:
"""
LINES = STACK.replace("moved:\n", MORE).splitlines(keepends=True)
CUTS = st.tuples(
    st.integers(0, len(LINES) - 1),
    st.integers(0, 40),
    st.sampled_from(["", "${", "[", "  ", ": ", "'", "*a", "~", "é", "each", "stream.", "}", ".id}", "mirror"]),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150, deadline=None
)
@given(st.lists(CUTS, min_size=1, max_size=5))
def test_no_damage_to_a_stack_ends_in_anything_but_diagnostics(
    tmp_path: Path, cuts: list[tuple[int, int, str]]
) -> None:
    lines = list(LINES)
    for number, column, put in cuts:
        lines[number] = lines[number][:column] + put + lines[number][column + 2 :]
    write(tmp_path, a="".join(lines))
    for environment in (None, "dev"):
        validate(["a.yaml"], Inputs(environment=environment, variables=KEY), folder=tmp_path)
        with suppress(DiagnosticError):
            load(["a.yaml"], Inputs(environment=environment, variables=KEY), folder=tmp_path)


def test_a_sketch_has_every_resource_and_leaves_open_what_hangs_on_a_variable_without_a_value(tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(STACK, encoding="utf-8")
    (stack,) = sketch(["stack.yaml"], Inputs("dev"), folder=tmp_path)
    (destination,) = stack.resources[Address("stream", "conversations")].attributes["destinations"]
    assert (stack.owner, destination["url"]) == ("contact-center@dev", "https://dev.example.com/events")
    assert reveal(destination["headers"]["X-Api-Key"]) is UNKNOWN
    assert "X-Team" in destination["headers"]


def test_a_sketch_lets_no_other_mistake_pass(tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(STACK.replace("protocol: https", "protocol: http"), encoding="utf-8")
    with pytest.raises(DiagnosticError, match="GC1"):
        sketch(["stack.yaml"], Inputs("dev"), folder=tmp_path)
