"""`tests:` of a stack: beside what the corpus of bad stacks holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.stack import Inputs, examine, load

HEAD = "version: 1\nstack: team\n"
BODY = "destinations: [{protocol: https, url: https://events.example.com/in}]"
STREAMS = f"""\
streams:
  agents:
    for_each: {{emea: [a:start], apac: [a:start, a:end]}}
    event_types: ${{each.value}}
    {BODY}
  calls: {{event_types: [a:start, 'b:${{x}}'], {BODY}}}
"""


def told(folder: Path, text: str, **inputs: str) -> list[str]:
    (folder / "team.yaml").write_text(text, encoding="utf-8")
    found = examine(["team.yaml"], Inputs(**inputs), folder=folder)  # type: ignore[arg-type]
    return [f"{one.code} {one.place.line if one.place else 0} {one.message}" for one in found.diagnostics]


def streams(types: str = "[a:start]") -> str:
    return f"streams:\n  calls: {{event_types: {types}, {BODY}}}\n"


@pytest.mark.parametrize(
    ("event", "expect"),
    [
        ("{eventType: a:start}", "[stream.agents, stream.calls]"),
        ("{eventType: a:start}", "['stream.agents[\"emea\"]', 'stream.agents[\"apac\"]', stream.calls]"),
        ("{eventType: a:end}", "['stream.agents[\"apac\"]']"),
        ("{detail-type: a:start, detail: {}}", "[stream.calls, stream.agents]"),
        ("{eventType: c}", "[]"),
    ],
)
def test_what_is_expected_and_nothing_else_is_all_well(tmp_path: Path, event: str, expect: str) -> None:
    text = STREAMS.replace(", 'b:${x}'", "")
    assert told(tmp_path, f"{HEAD}{text}tests:\n  - event: {event}\n    expect: {expect}\n") == []


def test_an_instance_that_a_whole_for_each_was_expected_at_is_named(tmp_path: Path) -> None:
    text = STREAMS.replace(", 'b:${x}'", "")
    (found,) = told(tmp_path, f"{HEAD}{text}tests:\n  - event: {{eventType: a:end}}\n    expect: [stream.agents]\n")
    assert found.startswith('GC844 11 a:end does not arrive at stream.agents["emea"]: event_types has no "a:end"')


def test_a_file_beside_the_stack_is_read_as_json_or_as_yaml(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    (tmp_path / "events/one.json").write_text('{"eventType": "a:start"}', encoding="utf-8")
    (tmp_path / "events/two.yaml").write_text("eventType: a:other\n", encoding="utf-8")
    tests = "tests:\n  - {file: events/one.json, expect: [stream.calls]}\n  - {file: events/two.yaml, expect: []}\n"
    assert told(tmp_path, HEAD + streams() + tests) == []


def test_a_file_that_a_link_leads_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "event.json").write_text('{"eventType": "canary"}', encoding="utf-8")
    (tmp_path / "stacks/event.json").symlink_to(tmp_path / "event.json")
    text = f"{HEAD}{streams()}tests:\n  - {{file: event.json, expect: []}}\n"
    assert told(tmp_path / "stacks", text) == ["GC847 6 the event's file \"event.json\" is outside the stack's folder"]


@pytest.mark.parametrize("mistaken", ["streams.calls", "calls", "stream.call"])
def test_a_mistyped_address_is_one_mistake_not_two(tmp_path: Path, mistaken: str) -> None:
    text = f"{HEAD}{streams()}tests:\n  - {{event: {{eventType: a:start}}, expect: [{mistaken}]}}\n"
    (found,) = told(tmp_path, text)
    assert found.startswith("GC842 6 ")


def test_what_is_wrong_in_a_file_stands_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text('{\n "eventType": }', encoding="utf-8")
    text = f"{HEAD}{streams()}tests:\n  - {{file: event.json, expect: []}}\n"
    assert told(tmp_path, text) == [
        'GC847 6 the event\'s file "event.json" is none, line 2: not JSON: a value is expected'
    ]


def test_what_is_wrong_in_every_environment_is_told_once_and_else_with_their_names(tmp_path: Path) -> None:
    settings = (
        "variables: {types: {type: list, default: [b]}}\nenvironments: {x: {}, y: {}, z: {variables: {types: %s}}}\n"
    )
    tests = "tests:\n  - {event: {eventType: a:start}, expect: [stream.calls]}\n"
    everywhere = told(tmp_path, HEAD + settings % "[b]" + streams("'${var.types}'") + tests)
    assert [one.rpartition(")")[0].rpartition("(")[2] for one in everywhere] == ["team.yaml:6"]
    some = told(tmp_path, HEAD + settings % "[a:start]" + streams("'${var.types}'") + tests)
    assert [one.endswith("(in x, y)") for one in some] == [True]
    chosen = told(tmp_path, HEAD + settings % "[a:start]" + streams("'${var.types}'") + tests, environment="z")
    assert chosen == []


def test_a_resource_that_is_wrong_itself_is_told_once(tmp_path: Path) -> None:
    text = f"{HEAD}streams:\n  calls: {{event_types: a:start, {BODY}}}\n"
    found = told(tmp_path, text + "tests:\n  - {event: {eventType: a:start}, expect: [stream.calls]}\n")
    assert [one[:5] for one in found] == ["GC105"]


def test_an_expression_in_a_test_is_out_of_place_and_a_dollar_is_not(tmp_path: Path) -> None:
    tests = "tests:\n  - {event: {eventType: 'b:$${x}'}, expect: [stream.calls]}\n"
    text = HEAD + streams("['b:$${x}']")
    assert told(tmp_path, text + tests) == []
    assert [one[:5] for one in told(tmp_path, text + tests.replace("$${x}", "${var.x}"))] == ["GC211"]


def test_a_secret_that_decides_is_not_shown(tmp_path: Path) -> None:
    settings = "variables: {types: {type: list, sensitive: true}}\n"
    tests = "tests:\n  - {event: {eventType: canary-a}, expect: []}\n"
    variables = ('types=["canary-a"]',)
    (found,) = told(tmp_path, HEAD + settings + streams("'${var.types}'") + tests, variables=variables)  # type: ignore[arg-type]
    assert found == "GC845 7 canary-a also arrives at stream.calls: event_types has (sensitive value) (team.yaml:5)"


def test_only_validate_runs_them(tmp_path: Path) -> None:
    text = f"{HEAD}{streams()}tests:\n  - {{event: {{eventType: b}}, expect: [stream.calls]}}\n"
    (tmp_path / "team.yaml").write_text(text, encoding="utf-8")
    assert [one.name for one in load([], Inputs(), folder=tmp_path)] == ["team"]


class TestInstancesOfWhichNobodyKnows:
    """Of a `for_each` over a variable without a value."""

    TEXT = (
        f"{HEAD}variables: {{regions: {{type: list}}}}\nstreams:\n  agents:\n    for_each: ${{var.regions}}\n"
        f"    event_types: [a:start]\n    {BODY}\ntests:\n  - event: {{eventType: %s}}\n    expect: %s\n"
    )

    @pytest.mark.parametrize("expect", ["[stream.agents]", "['stream.agents[\"emea\"]']"])
    def test_what_they_have_in_common_is_checked(self, tmp_path: Path, expect: str) -> None:
        assert told(tmp_path, self.TEXT % ("a:start", expect)) == []
        assert [one[:5] for one in told(tmp_path, self.TEXT % ("a:end", expect))] == ["GC844"]

    def test_whether_there_are_any_is_not_known(self, tmp_path: Path) -> None:
        (found,) = told(tmp_path, self.TEXT % ("a:start", "[]"))
        assert found.startswith("GC846 11 whether a:start arrives at stream.agents is not known: for_each is not known")
        assert told(tmp_path, self.TEXT % ("a:end", "[]")) == []
        assert told(tmp_path, self.TEXT % ("a:start", "[]"), variables=("regions=[]",)) == []  # type: ignore[arg-type]
