"""The journal of an apply, and the way back: the real commands against an emulator."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from gcsync.emulator import EmulatorSettings, start
from tests.e2e.gateway import Gateway, gateway
from tests.e2e.test_adoption import make_trigger
from tests.e2e.workplace import ENDPOINT, LONGEST_SECONDS, Hand, Workplace, command, credentials_for, stack

CANARIES = ("cAnArY-one", "cAnArY-two", "cAnArY-three")
WORKFLOW = "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11"
TOPIC = "v2.detail.events.conversation.{id}.customer.end"

FIRST = f"""\
version: 1
stack: contact-center
safety: {{max_delete_percent: 100}}
variables: {{key: {{type: string, sensitive: true}}, token: {{type: string, sensitive: true}}}}
streams:
  kept:
    description: before
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: '{ENDPOINT}/kept', headers: {{X-Key: '${{var.key}}'}}}}]
  old:
    name: moved
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: '{ENDPOINT}/moved?token=${{var.token}}'}}]
  deleted:
    event_types: [conversation:start, conversation:end]
    destinations: [{{protocol: https, url: '{ENDPOINT}/deleted', headers: {{X-Key: '${{var.key}}'}}}}]
eventbridge_sources:
  calls:
    aws_account_id: '123456789012'
    aws_region: eu-west-1
    suffix: calls
    notes: before
triggers:
  end:
    topic: '{TOPIC}'
    target: {{type: Workflow, id: {WORKFLOW}}}
    match_criteria: [{{json_path: mediaType, operator: Equal, value: '5'}}]
    event_ttl_seconds: 60
"""

SECOND = f"""\
version: 1
stack: contact-center
safety: {{max_delete_percent: 100}}
variables: {{key: {{type: string, sensitive: true}}, token: {{type: string, sensitive: true}}}}
streams:
  kept:
    description: after
    event_types: [conversation:start, conversation:end]
    destinations:
      - {{protocol: https, url: '{ENDPOINT}/kept', headers: {{X-Key: '${{var.key}}', X-More: more}}}}
  new:
    name: moved too
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: '{ENDPOINT}/moved?token=${{var.token}}'}}]
  created:
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: '{ENDPOINT}/created'}}]
eventbridge_sources:
  calls:
    name: Calls
    aws_account_id: '123456789012'
    aws_region: eu-west-1
    suffix: calls
    notes: after
    enabled: false
    topics: ['{TOPIC}']
triggers:
  end:
    topic: '{TOPIC}'
    target: {{type: Workflow, id: {WORKFLOW}, data_format: Json}}
    match_criteria: [{{json_path: mediaType, operator: Equal, value: '6'}}]
    delay_by_seconds: 90
  by_hand:
    name: By hand
    description: adopted
    topic: '{TOPIC}'
    target: {{type: Workflow, id: {WORKFLOW}}}
moved:
  - {{from: stream.old, to: stream.new}}
"""

SECRETS = {"GCSYNC_VAR_key": CANARIES[0], "GCSYNC_VAR_token": CANARIES[1]}


def journals(work: Workplace) -> list[Path]:
    return sorted((work.folder / ".gcsync").glob("journal-*.jsonl"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def look(hand: Hand) -> list[Any]:
    """All that is there, without what the API computes, what is empty, and ids: what is made anew has another."""
    computed = {"id", "version", "selfUri", "dateCreated", "dateModified", "config", "reportedState"}
    integrations = hand._call("GET", "/api/v2/integrations")["entities"]
    configurations = [hand._call("GET", f"/api/v2/integrations/{one['id']}/config/current") for one in integrations]
    triggers = hand._call("GET", "/api/v2/processautomation/triggers")["entities"]
    found = [*hand.streams(), *integrations, *configurations, *triggers]
    return sorted(
        (
            {k: _unordered(v) for k, v in sorted(one.items()) if v not in ("", None) and k not in computed}
            for one in found
        ),
        key=json.dumps,
    )


def _unordered(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else value


def test_there_and_back_for_every_kind_without_a_secret_in_any_file(work: Workplace, hand: Hand) -> None:
    make_trigger(hand, "By hand")
    work.write("stacks/all.yaml", FIRST)
    assert work.gcsync("apply", "--auto-approve", **SECRETS).code == 0
    before = look(hand)
    work.write("stacks/all.yaml", SECOND)
    ran = work.gcsync("apply", "--auto-approve", **SECRETS)
    assert (ran.code, "Journal:" in ran.err) == (0, False), ran.out + ran.err
    after = look(hand)
    assert after != before
    journal = str(journals(work)[-1])
    planned = work.gcsync("plan", "--undo", journal, "--format", "json", **SECRETS)
    lost = "warning[GC676]: stream.deleted.destinations[0].headers.X-Key: "
    assert (planned.code, lost in planned.err) == (0, True), planned.err
    actions = {one["address"]: one["gcsync"]["action"] for one in planned.document["resource_changes"]}
    assert actions == {
        "eventbridge_source.calls": "update",
        "stream.created": "delete",
        "stream.deleted": "create",
        "stream.kept": "update",
        "stream.old": "move",
        "trigger.by_hand": "release",
        "trigger.end": "update",
    }
    work.write("stacks/all.yaml", FIRST)
    back = work.gcsync("apply", "--undo", journal, "--auto-approve", "-v", **SECRETS)
    assert (back.code, "GC676" in back.err) == (0, False), back.out + back.err
    assert look(hand) == before
    assert work.gcsync("plan", "--undo", journal, "--detailed-exitcode", **SECRETS).code == 0
    work.write("stacks/all.yaml", SECOND)
    again = work.gcsync("apply", "--undo", str(journals(work)[-1]), "--auto-approve", **SECRETS)
    assert (again.code, look(hand)) == (0, after), again.out + again.err
    written = b"".join(path.read_bytes() for path in journals(work))
    said = (planned.out + planned.err + back.out + back.err + again.out + again.err).encode()
    assert [canary for canary in CANARIES if canary.encode() in written + said] == []


def test_a_secret_that_was_changed_is_taken_from_the_stack_or_left_and_said(work: Workplace, hand: Hand) -> None:
    work.write("stacks/all.yaml", FIRST)
    work.gcsync("apply", "--auto-approve", **SECRETS)
    before = look(hand)
    rotated = SECRETS | {"GCSYNC_VAR_key": CANARIES[2]}
    work.gcsync("apply", "--auto-approve", "--target", "stream.kept", **rotated)
    journal = str(journals(work)[-1])
    left = work.gcsync("plan", "--undo", journal, **rotated)
    assert "warning[GC676]: stream.kept.destinations[0].headers.X-Key: " in left.err
    assert left.last_line.startswith("No changes.")
    assert work.gcsync("apply", "--undo", journal, "--auto-approve", **SECRETS).code == 0
    assert look(hand) == before


def test_an_apply_that_failed_ends_with_the_path_and_the_closing_line_stays_last(work: Workplace, hand: Hand) -> None:
    work.stack("a", "b")
    hand.faults("400:1:POST")
    ran = work.gcsync("apply", "--auto-approve", "--parallelism", "1")
    (journal,) = (path.relative_to(work.folder) for path in journals(work))
    assert ran.code in (1, 3)
    assert ran.err.splitlines()[-1] == f"Journal: {journal} (plan back: gcsync plan --undo {journal})"
    assert ran.last_line.startswith("Applied: ")
    hand.faults()
    ran = work.gcsync("apply", "--auto-approve", "--format", "json")
    assert ran.document["gcsync"]["applied"]["journals"] == [str(journals(work)[-1].relative_to(work.folder))]


def test_what_a_journal_says(work: Workplace) -> None:
    path = work.stack("a", settings="environments: {dev: {}}\n")
    work.gcsync("apply", str(path), "--env", "dev", "--auto-approve")
    (journal,) = journals(work)
    header, begin, end, outcome, closing = lines(journal)
    assert stat.S_IMODE(os.stat(journal).st_mode) == 0o600
    assert (header["owner"], header["environment"], header["paths"]) == ("contact-center@dev", "dev", [str(path)])
    assert (begin["address"], begin["operation"], begin["before"]) == ("stream.a", "create", None)
    assert (end["status"], end["id"]) == ("done", outcome["id"])
    assert (closing["counts"]["created"], closing["interrupted"]) == (1, None)
    assert "1 to delete" in work.gcsync("plan", "--undo", str(journal)).out
    work.write("other.yaml", stack("a", name="other", settings="environments: {dev: {}}\n"))
    assert "error[GC674]" in work.gcsync("plan", "--undo", str(journal), "other.yaml").err


def test_a_journal_outlives_kill_9(offline: Workplace, tmp_path: Path) -> None:
    database = tmp_path / "emulator.db"
    names = [f"s{number:02}" for number in range(40)]
    path = offline.stack(*names, settings="safety: {max_delete_percent: 100}\n")
    with start(EmulatorSettings(database=database)) as first, gateway(first.url) as passing:
        work = Workplace(offline.folder, offline.environ | credentials_for(passing.url))
        _kill_when_something_was_made(work, passing)
    with start(EmulatorSettings(database=database)) as emulator:
        work, hand = Workplace(work.folder, offline.environ | credentials_for(emulator.url)), Hand(emulator.url)
        (journal,) = journals(work)
        made = {stream["name"] for stream in hand.streams()}
        assert len(made) == 3
        assert {line["name"] for line in lines(journal) if "begin" in line} >= made
        assert "closed" not in lines(journal)[-1]
        with journal.open("ab") as file:
            file.write(b'{"begin":')
        allowed = [part for name in made for part in ("--allow-delete", f"stream.{name}")]
        ran = work.gcsync("apply", str(path), "--undo", str(journal), "--auto-approve", *allowed)
        assert (ran.code, hand.streams()) == (0, []), ran.out + ran.err


def _kill_when_something_was_made(work: Workplace, passing: Gateway) -> None:
    started = Future[subprocess.Popen[bytes]]()
    passing.aim = lambda requests: requests.count("POST /api/v2/eventstreams") > 3
    passing.strike = lambda: started.result().kill()
    running = subprocess.Popen(
        command("apply", "--auto-approve", "--parallelism", "1"),
        cwd=work.folder,
        env=work.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started.set_result(running)
    assert running.wait(LONGEST_SECONDS) == -signal.SIGKILL
    passing.settle()


def test_without_a_place_for_it_the_apply_goes_on_and_says_so(work: Workplace, hand: Hand) -> None:
    work.stack("a")
    (work.folder / ".gcsync").write_text("in the way")
    ran = work.gcsync("apply", "--auto-approve", "-v")
    assert (ran.code, "warning[GC670]" in ran.err, "Journal:" in ran.err) == (0, True, False)
    assert [one["name"] for one in hand.streams()] == ["a"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not a journal", "GC672"),
        ('{"gcsync_journal": 2}\n', "GC673"),
        ("", "GC672"),
    ],
)
def test_what_is_no_journal_is_refused(offline: Workplace, text: str, code: str) -> None:
    offline.stack("a")
    offline.write("j", text)
    ran = offline.gcsync("plan", "--undo", "j")
    assert (ran.code, f"error[{code}]" in ran.err) == (1, True)
    assert "error[GC672]" in offline.gcsync("plan", "--undo", "nothing-there").err
    assert "error[GC679]" in offline.gcsync("plan", "--undo", "j", "--destroy").err


def test_what_destroy_did_is_made_anew_though_no_file_declares_it(work: Workplace, hand: Hand) -> None:
    path = work.stack("a", "b")
    work.gcsync("apply", "--auto-approve")
    path.unlink()
    assert work.gcsync("destroy", "--stack", "contact-center", "--auto-approve").code == 0
    assert work.gcsync("apply", "--undo", str(journals(work)[-1]), "--auto-approve").code == 0
    assert sorted(one["name"] for one in hand.streams()) == ["a", "b"]
