from __future__ import annotations

import pytest

from gcsync.adopt import declare, problem_of
from gcsync.model.value import UNREADABLE, Secret
from tests.adopt.objects import destination, source, stream, trigger


def test_what_equals_a_default_is_left_out() -> None:
    body = declare("stream", "calls", stream("calls", description="").attributes).body
    assert body == {"event_types": ["a"], "destinations": [destination()]}


def test_what_differs_from_a_default_stays() -> None:
    body = declare("stream", "calls", stream("Calls", enabled=False, description=" x\r\ny ").attributes).body
    assert body == {
        "name": "Calls",
        "description": "x\ny",
        "enabled": False,
        "event_types": ["a"],
        "destinations": [destination()],
    }


def test_secrets_are_variables() -> None:
    secret = [destination("https://u:p@x.example.com", **{"X-Api-Key": "s1", "X-Old": UNREADABLE})]
    found = declare("stream", "calls", stream("calls", destinations=secret).attributes)
    assert found.body["destinations"] == [
        {
            "protocol": "https",
            "url": "${var.calls_url}",
            "headers": {"X-Api-Key": "${var.calls_x_api_key}", "X-Old": "${var.calls_x_old}"},
        }
    ]
    assert [(one.name, one.type, one.readable, one.value) for one in found.variables] == [
        ("calls_url", "string", True, Secret("https://u:p@x.example.com")),
        ("calls_x_api_key", "string", True, Secret("s1")),
        ("calls_x_old", "string", False, None),
    ]


def test_two_secrets_of_one_name_have_the_path_in_theirs() -> None:
    secret = [destination(Key="s1"), destination("https://b.example.com", Key="s2")]
    found = declare("stream", "calls", stream("calls", destinations=secret).attributes, taken=frozenset({"calls_x"}))
    assert [one.name for one in found.variables] == [
        "calls_destinations_0_headers_key",
        "calls_destinations_1_headers_key",
    ]


def test_a_name_that_is_taken_is_not_taken_again() -> None:
    secret = [destination(Key="s1")]
    found = declare("stream", "calls", stream("c", destinations=secret).attributes, taken=frozenset({"calls_key"}))
    assert found.variables[0].name == "calls_destinations_0_headers_key"


def test_a_literal_expression_is_escaped() -> None:
    assert declare("stream", "a", stream("${x} $${y}").attributes).body["name"] == "$${x} $$${y}"


def test_protection_is_declared() -> None:
    found = declare("stream", "a", stream("a").attributes, protected=True)
    assert found.body["lifecycle"] == {"prevent_destroy": True}


@pytest.mark.parametrize(
    ("types", "remark"),
    [
        (None, "without `event_types`, every event of the organization is sent"),
        ([], "without `event_types`, every event of the organization is sent"),
        (["a", "*"], '"*" in `event_types` stands for every event of the organization'),
    ],
)
def test_a_stream_of_everything_is_remarked_on(types: list[str] | None, remark: str) -> None:
    assert declare("stream", "a", stream("a", event_types=types).attributes).remarks == (remark,)


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (stream("a"), ""),
        (stream("a", destinations=[]), '"destinations" is missing'),
        (stream("a", destinations=[destination("http://u:secret@x")]), "destinations must be an https:// URL"),
        (stream("a", destinations=[destination(A="1", a="2")]), "destinations"),
        (stream(""), "its name is empty"),
        (stream("a\ud800"), "a text in it holds half a character"),
        (stream("a", description="[gcsync1:cut"), "its description holds what looks like a marker of gcsync"),
        (stream("a", destinations=[destination(**{"${x}": "1"})]), "a name of a value in it holds ${"),
        (source("a", suffix="a b"), "suffix must be 1 to 64 letters"),
        (trigger("a", description="x" * 400), "description must have at most"),
        (
            trigger("a", match_criteria=[{"json_path": "$", "operator": "Equal", "value": float("nan")}]),
            "a number in it is none that YAML can hold",
        ),
    ],
)
def test_what_keeps_an_object_out_of_a_stack_file(found: object, problem: str) -> None:
    said = problem_of(found.kind, found.attributes)  # type: ignore[attr-defined]
    assert problem in said
    assert bool(problem) == bool(said)
    assert "secret@" not in said
