"""`gcsync trace` and `gcsync emulator emit` on the command line."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from gcsync.emulator import EmulatorSettings, start
from tests.e2e.documents import as_published
from tests.e2e.workplace import Hand, Workplace
from tests.stand_ins.destination import destination

STACK = """\
version: 1
stack: team
variables:
  host: {type: string, default: events.example.com}
  types: {type: list}
  api_key: {type: string, sensitive: true, default: canary-of-a-key}
environments: {dev: {}, prod: {variables: {types: [user:state:change]}}}
streams:
  calls:
    event_types: [conversation:start, conversation:end]
    destinations:
      - protocol: https
        url: https://${var.host}/in
        headers: {X-Key: '${var.api_key}'}
  off:
    enabled: false
    event_types: [conversation:start]
    destinations: [{protocol: https, url: 'https://${var.host}/off'}]
  vary:
    event_types: ${var.types}
    destinations: [{protocol: https, url: 'https://${var.host}/vary'}]
eventbridge_sources:
  lake:
    aws_account_id: '123456789012'
    aws_region: eu-west-1
    suffix: lake
    topics: ['v2.detail.events.conversation.{id}.customer.end']
triggers:
  survey:
    topic: v2.detail.events.conversation.{id}.customer.end
    target: {type: Workflow, id: 4f9f3c55-3b3a-4f9c-8a4e-0e8f9d6b8c11}
    match_criteria: [{json_path: mediaType, operator: Equal, value: VOICE}]
"""
EVENT = {"id": "e-1", "eventType": "conversation:start", "data": {"conversation": "c-1"}}
NOTICE = {"topicName": "v2.detail.events.conversation.1f0c.customer.end", "eventBody": {"mediaType": "CHAT"}}

TEXT = """\
Event conversation:start (id e-1)

Stack team@prod
  eventbridge_source.lake: not selected
      the event has no topic, and each eventbridge_source selects by that (stacks/team.yaml:23)
  stream.calls: selected
      event_types has "conversation:start" (stacks/team.yaml:10)
      to: POST events.example.com
        headers: Content-Type, X-Key
        body: {"id": "e-1", "eventType": "conversation:start", "data": {"conversation": "c-1"}}
  stream.off: not selected
      enabled: false (stacks/team.yaml:16)
      to let it through: set enabled: true
  stream.vary: not selected
      event_types has no "conversation:start" (stacks/team.yaml:20)
      to let it through: add it to event_types
  trigger.survey: not selected
      the event has no topic, and each trigger selects by that (stacks/team.yaml:29)

Selected by 1 of 5 objects declared.
"""


def prepared(place: Workplace) -> Workplace:
    place.write("stacks/team.yaml", STACK)
    place.write("event.json", json.dumps(EVENT))
    place.write("notice.json", json.dumps(NOTICE))
    return place


@pytest.fixture
def team(offline: Workplace) -> Workplace:
    return prepared(offline)


def verdicts(place: Workplace, *arguments: str) -> dict[str, str]:
    ran = place.gcsync("trace", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    assert "canary-of-a-key" not in ran.out + ran.err
    document = as_published("trace", ran.document)
    return {one["address"]: one["verdict"] for one in document["traces"]}


def test_the_line_that_decides_and_what_arrives_without_credentials_and_without_network(team: Workplace) -> None:
    ran = team.gcsync("trace", "event.json", "--env", "prod")
    assert (ran.code, ran.out, ran.err) == (0, TEXT, "")


def test_what_hangs_on_a_variable_without_a_value_is_not_known(team: Workplace) -> None:
    assert verdicts(team, "event.json", "--env", "dev")["stream.vary"] == "not known"
    found = verdicts(team, "event.json", "--env", "dev", "--var", 'types=["conversation:start"]')
    assert found["stream.vary"] == "selected"


def test_a_topic_goes_to_sources_and_triggers_and_a_criterion_decides(team: Workplace) -> None:
    found = verdicts(team, "notice.json", "--env", "prod")
    assert [address for address, verdict in found.items() if verdict == "selected"] == ["eventbridge_source.lake"]
    team.given = json.dumps(NOTICE | {"eventBody": {"mediaType": "VOICE"}})
    assert verdicts(team, "-", "stacks/team.yaml", "--env", "prod")["trigger.survey"] == "selected"


@pytest.mark.parametrize(
    ("given", "code"),
    [("", "GC103"), ("{", "GC103"), ("[]", "GC841"), ('{"id": "e"}', "GC841"), ("nonsense", "GC103")],
)
def test_what_is_no_event_is_an_error(team: Workplace, given: str, code: str) -> None:
    team.given = given
    ran = team.gcsync("trace", "-", "--env", "prod")
    assert (ran.code, ran.out) == (1, "")
    assert f"error[{code}]: stdin:1:" in ran.err


def test_a_stack_that_is_wrong_is_an_error(team: Workplace) -> None:
    assert "GC101" in team.gcsync("trace", "none.json").err
    team.write("stacks/team.yaml", STACK.replace("stack: team", "stack: Team"))
    ran = team.gcsync("trace", "event.json", "--env", "prod")
    assert (ran.code, "GC104" in ran.err) == (1, True)


def test_tests_of_a_stack_are_run_by_validate(team: Workplace) -> None:
    tests = "tests:\n  - {file: events/start.json, expect: [stream.calls]}\n"
    tests += "  - {event: {eventType: conversation:update}, expect: [stream.calls]}\n"
    team.write("stacks/team.yaml", STACK + tests)
    team.write("stacks/events/start.json", json.dumps(EVENT))
    ran = team.gcsync("validate", "--env", "prod")
    assert ran.code == 1
    assert "error[GC844]: stacks/team.yaml:35:" in ran.err
    assert 'conversation:update does not arrive at stream.calls: event_types has no "conversation:update"' in ran.err
    team.write(
        "stacks/team.yaml", STACK + tests.replace("../event.json", "events/start.json").replace(":update", ":end")
    )
    assert team.gcsync("validate", "--env", "prod").out == "Valid: 1 stack, 5 resources. 2 tests passed.\n"


class TestWhatIsDeployed:
    @pytest.fixture
    def team(self, work: Workplace) -> Workplace:
        place = prepared(work)
        assert place.gcsync("apply", "--env", "prod", "--auto-approve").code == 0
        return place

    def test_is_traced_with_what_its_file_says_where_that_is_other(self, team: Workplace, hand: Hand) -> None:
        hand.change("calls", eventTypes=["conversation:end"])
        hand.create("made by hand")
        hand.requests()
        ran = team.gcsync("trace", "event.json", "--env", "prod", "--remote")
        assert ran.code == 0, ran.err
        assert "  stream.calls (" in ran.out
        assert 'its file says selected: event_types has "conversation:start" (stacks/team.yaml:10)' in ran.out
        assert 'Without a marker of gcsync\n  stream "made by hand" (' in ran.out
        assert "Selected by 1 of 6 objects in the organization." in ran.out
        assert "canary-of-a-key" not in ran.out + ran.err
        assert [line for line in hand.requests() if not line.startswith("GET ") and "/oauth/token" not in line] == []

    def test_needs_no_stack_at_all(self, team: Workplace) -> None:
        (team.folder / "stacks/team.yaml").unlink()
        found = verdicts(team, "event.json", "--remote")
        assert found["stream.calls"] == "selected"

    def test_a_kind_that_cannot_be_read_is_told_and_no_failure(self, team: Workplace, hand: Hand) -> None:
        hand.scopes("event:stream:read", "integrations:readonly")
        ran = team.gcsync("trace", "event.json", "--env", "prod", "--remote")
        assert (ran.code, "not checked: trigger: " in ran.out) == (0, True)
        hand.change("calls", eventTypes=["conversation:end"])
        again = team.gcsync("trace", "event.json", "--env", "prod", "--remote", "--format", "json")
        document = as_published("trace", again.document)
        assert [entry["kind"] for entry in document["not_checked"]] == ["trigger"]
        (changed,) = [one for one in document["traces"] if one["declared"] is not None]
        assert (changed["verdict"], changed["declared"]["verdict"]) == ("not selected", "selected")


class TestEmit:
    ORIGIN = "https://events.example.com"

    def test_sends_to_every_stream_that_selects_and_says_what_became_of_it(self, team: Workplace) -> None:
        database = ("--emulator-db", "emulator.db")
        assert team.gcsync("apply", "--env", "prod", "--auto-approve", *database).code == 0
        with destination() as there:
            there.events, there.handshakes = ["500", "drop after"], ["extra field"]
            options = ("--deliver-map", f"{self.ORIGIN}={there.url}", "--time-scale", "300", "--wait", "180", *database)
            ran = team.gcsync("emulator", "emit", "event.json", *options)
        assert ran.code == 0, ran.err
        assert [line.split("  ")[-1] for line in ran.out.splitlines() if line.startswith("      ")] == [
            "handshake: the answer has other fields beside verification_token",
            "handshake: echoed",
            "event: answered 500",
            "event: no connection, or it was dropped",
            "event: answered 200",
        ]
        assert ran.out.startswith(
            "Event conversation:start (id e-1)\n  stream calls to events.example.com: delivered\n"
        )
        assert ran.last_line == "Delivered to 1 of 1 destination."
        assert (there.ids, there.ledger) == (["e-1"] * 3, ["e-1"])
        assert there.received[0][0]["x-key"] == "canary-of-a-key"
        assert json.loads(there.received[0][1]) == EVENT
        assert "canary-of-a-key" not in ran.out + ran.err

    def test_asks_an_emulator_that_runs(self, work: Workplace, hand: Hand, tmp_path: Path) -> None:
        prepared(work)
        with destination() as there:
            settings = EmulatorSettings(
                tmp_path / "other.db", deliver_map=((f"{self.ORIGIN}:443", there.url),), time_scale=300
            )
            with start(settings) as running:
                Hand(running.url).create("calls")
                ran = work.gcsync("emulator", "emit", "event.json", "--url", running.url, "--format", "json")
        assert (ran.code, [one["state"] for one in ran.document["deliveries"]]) == (0, ["delivered"])
        assert there.ledger == ["e-1"]

    def test_nothing_leaves_without_a_word_that_it_may(self, team: Workplace) -> None:
        database = ("--emulator-db", "emulator.db")
        team.gcsync("apply", "--env", "prod", "--auto-approve", *database)
        ran = team.gcsync("emulator", "emit", "event.json", *database)
        assert (ran.code, ran.last_line) == (1, "Delivered to 0 of 1 destination.")
        assert "--deliver-map https://events.example.com=http://127.0.0.1:PORT" in ran.out

    def test_what_is_still_under_way_is_told_as_that(self, team: Workplace) -> None:
        database = ("--emulator-db", "emulator.db")
        team.gcsync("apply", "--env", "prod", "--auto-approve", *database)
        with destination() as there:
            there.events = ["500"] * 9
            options = ("--deliver-map", f"{self.ORIGIN}={there.url}", "--wait", "0.2", *database)
            ran = team.gcsync("emulator", "emit", "event.json", *options)
        assert (ran.code, "stream calls to events.example.com: pending" in ran.out) == (1, True)

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (("notice.json",), "GC841"),
            (("event.json", "--deliver-map", "nonsense"), "GC852"),
            (("event.json", "--deliver-map", "https://a.example.com=http://10.0.0.1"), "GC852"),
            (("event.json", "--time-scale", "0"), "GC853"),
            (("event.json", "--url", "http://127.0.0.1:1"), "GC850"),
            (("event.json", "--url", "nonsense"), "GC851"),
            (("event.json", "--url", "http://127.0.0.1:1", "--deliver-https"), "GC852"),
            (("event.json", "--url", "http://127.0.0.1:1", "--time-scale", "60"), "GC852"),
        ],
    )
    def test_what_cannot_be_done_is_an_error(self, team: Workplace, arguments: tuple[str, ...], code: str) -> None:
        ran = team.gcsync("emulator", "emit", *arguments)
        assert (ran.code, ran.out, f"error[{code}]" in ran.err) == (1, "", True), ran.err

    def test_what_answers_and_is_no_emulator_is_an_error(self, team: Workplace) -> None:
        with destination() as there:
            there.events = ["404"]
            ran = team.gcsync("emulator", "emit", "event.json", "--url", there.url)
        assert (ran.code, "error[GC851]" in ran.err) == (1, True)


def test_no_thread_is_left_behind(team: Workplace) -> None:
    before = set(threading.enumerate())
    team.gcsync("emulator", "emit", "event.json", "--emulator-db", "emulator.db")
    # Of an earlier test one may have ended meanwhile.
    assert set(threading.enumerate()) - before == set()
