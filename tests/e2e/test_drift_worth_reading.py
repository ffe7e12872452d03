"""Somebody edits by hand: drift names who, what is known is set aside, and what is old is told apart."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from jsonschema import Draft202012Validator

from gcsync.schema.files import read_schema
from tests.e2e.workplace import Hand, Ran, Workplace, stack

TRIGGERS = """\
triggers:
  callback:
    topic: v2.detail.events.conversation.{id}.customer.end
    target: {type: Workflow, id: 0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11}
    event_ttl_seconds: 60
"""
CLOSING = "Drift: {} drifted, {} missing, 0 not adopted, 0 pending, 0 not checked{}."


@pytest.fixture
def applied(work: Workplace) -> Workplace:
    work.write("stacks/contact-center.yaml", stack("conversations", "agents") + TRIGGERS)
    assert work.gcsync("apply", "--auto-approve").code == 0
    return work


@pytest.fixture
def edited(applied: Workplace, hand: Hand) -> Workplace:
    """Jane Doe switched a trigger and a stream off."""
    hand.sign_in("Jane Doe")
    hand.change_trigger("callback", enabled=False)
    hand.change("conversations", enabled=False)
    return applied


def baseline(work: Workplace, *entries: str) -> None:
    work.write("drift-baseline.yaml", "version: 1\nknown:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries))


def known(address: str = "trigger.callback", value: str = "", expires: str = "2999-12-31") -> str:
    return f"address: {address}, attribute: enabled, {value}reason: moved until Christmas, expires: {expires}"


def document(ran: Ran) -> dict[str, object]:
    found = json.loads(ran.out)
    Draft202012Validator(read_schema("plan")).validate(found)
    return found


def lines(ran: Ran) -> list[str]:
    return [line.strip() for line in ran.out.splitlines()]


class TestBlame:
    def test_a_person_is_named_with_the_time_and_what_was_changed(self, edited: Workplace) -> None:
        ran = edited.gcsync("drift", "--blame", "--format", "json")
        blame = {found["address"]: found for found in document(ran)["gcsync"]["blame"]}  # type: ignore[index]
        assert ran.code == 2
        for address in ("trigger.callback", "stream.conversations"):
            found = blame[address]
            assert (found["who"], found["action"], found["attributes"]) == ("Jane Doe", "Update", ["enabled"])
            assert abs(datetime.fromisoformat(found["when"]) - datetime.now(UTC)) < timedelta(hours=1)

    def test_a_client_is_named_by_its_id(self, applied: Workplace, hand: Hand) -> None:
        hand.change_trigger("callback", enabled=False)
        assert "# changed by: client hand on 20" in applied.gcsync("drift", "--blame").out

    def test_the_client_that_gcsync_speaks_as_is_named_as_such(self, applied: Workplace, hand: Hand) -> None:
        hand.headers["Authorization"] = f"Bearer {token_of(applied, hand)}"
        hand.change_trigger("callback", enabled=False)
        assert "# changed by: this client client-one on 20" in applied.gcsync("drift", "--blame").out

    def test_who_deleted_it_is_found_by_the_name(self, applied: Workplace, hand: Hand) -> None:
        hand.sign_in("Jane Doe")
        hand._call("DELETE", hand.trigger("callback")["selfUri"])
        ran = applied.gcsync("drift", "--blame")
        assert ran.last_line == CLOSING.format(0, 1, "")
        assert any(line.startswith("# changed by: Jane Doe on 20") and line.endswith("(Delete)") for line in lines(ran))

    def test_what_a_name_would_do_to_a_terminal_is_shown_instead(self, applied: Workplace, hand: Hand) -> None:
        hand.sign_in("\x1b[31mJane\nDoe")
        hand.change_trigger("callback", enabled=False)
        assert "changed by: \\x1b[31mJane\\nDoe on" in applied.gcsync("drift", "--blame").out

    def test_without_the_permission_nobody_is_named_and_all_else_is_the_same(
        self, edited: Workplace, hand: Hand
    ) -> None:
        hand.deny("audits:audit:view")
        ran = edited.gcsync("drift", "--blame")
        assert (ran.last_line, ran.code) == (CLOSING.format(2, 0, ""), 2)
        assert ran.out.count("unknown (the client's role lacks the permission audits:audit:view)") == 2

    @pytest.mark.parametrize(
        "fault", ["400:9:*/audits/*", "404:9:*/audits/*", "html:9:*/audits/*", "401:1:POST:/oauth/token"]
    )
    def test_an_api_that_fails_after_the_listing_changes_no_exit_code(
        self, edited: Workplace, hand: Hand, fault: str
    ) -> None:
        with mock.patch("gcsync.cli.drift_report._blamed", _failing_at(hand, fault)):
            ran = edited.gcsync("drift", "--blame")
        assert (ran.last_line, ran.code) == (CLOSING.format(2, 0, ""), 2)
        assert ran.out.count("# changed by: unknown (") == 2

    def test_an_api_that_is_gone_after_the_listing_changes_no_exit_code(self, edited: Workplace, hand: Hand) -> None:
        with mock.patch("gcsync.remote.retry.ATTEMPTS", 1):
            hand.faults("drop-before:99:*/audits/*")
            ran = edited.gcsync("drift", "--blame")
        assert (ran.last_line, ran.code) == (CLOSING.format(2, 0, ""), 2)
        assert ran.out.count("# changed by: unknown (the audit API did not answer as it should") == 2

    def test_where_nothing_drifted_nobody_is_asked(self, applied: Workplace, hand: Hand) -> None:
        hand.requests()
        assert applied.gcsync("drift", "--blame").code == 0
        assert [line for line in hand.requests() if "audits" in line] == []

    def test_without_the_option_nobody_is_asked(self, edited: Workplace, hand: Hand) -> None:
        hand.requests()
        edited.gcsync("drift")
        assert [line for line in hand.requests() if "audits" in line] == []

    def test_nothing_is_written(self, edited: Workplace, hand: Hand) -> None:
        hand.requests()
        edited.gcsync("drift", "--blame")
        posts = {line for line in hand.requests() if not line.startswith("GET ")}
        assert posts == {"POST /oauth/token 200", "POST /api/v2/audits/query/realtime 200"}


class TestBaseline:
    def test_known_drift_is_told_and_does_not_count(self, edited: Workplace) -> None:
        baseline(edited, known(), known("stream.conversations", "value: false, "))
        ran = edited.gcsync("drift", "--baseline", "drift-baseline.yaml")
        assert (ran.last_line, ran.code) == (CLOSING.format(0, 0, ", 2 known"), 0)
        assert "trigger.callback: enabled is false, until 2999-12-31: moved until Christmas" in ran.out

    def test_it_changes_nothing_that_an_apply_does(self, edited: Workplace, hand: Hand) -> None:
        baseline(edited, known())
        assert edited.gcsync("apply", "--auto-approve").code == 0
        assert hand.trigger("callback")["enabled"] is True

    def test_an_entry_that_expired_accepts_nothing(self, edited: Workplace) -> None:
        baseline(edited, known(expires="2020-01-01"), known("stream.conversations"))
        ran = edited.gcsync("drift", "--baseline", "drift-baseline.yaml")
        assert (ran.last_line, ran.code) == (CLOSING.format(1, 0, ", 1 known"), 2)
        assert "warning[GC726]: drift-baseline.yaml:3:15: trigger.callback: expired on 2020-01-01" in ran.out

    def test_an_unknown_address_is_a_warning_with_the_nearest_and_hides_nothing(self, edited: Workplace) -> None:
        baseline(edited, known("trigger.calback"))
        ran = edited.gcsync("drift", "--baseline", "drift-baseline.yaml", "--format", "json")
        (note,) = document(ran)["gcsync"]["baseline"]  # type: ignore[index]
        assert ran.code == 2
        assert (note["code"], note["line"], note["hint"]) == ("GC725", 3, 'did you mean "trigger.callback"?')
        assert "warning[GC725]: drift-baseline.yaml:3:15" in ran.err

    def test_a_baseline_with_mistakes_ends_before_anything_is_asked(self, edited: Workplace, hand: Hand) -> None:
        baseline(edited, known("steam.a"), known(expires="soon"))
        hand.requests()
        ran = edited.gcsync("drift", "--baseline", "drift-baseline.yaml")
        assert (ran.code, ran.out, hand.requests()) == (1, "", [])
        assert "error[GC720]: drift-baseline.yaml:3:15" in ran.err
        assert "error[GC104]: drift-baseline.yaml:4:" in ran.err


class TestAges:
    def test_what_changed_before_is_left_out_and_said(self, edited: Workplace) -> None:
        time.sleep(1.1)
        ran = edited.gcsync("drift", "--since", "1s", "--blame")
        assert (ran.last_line, ran.code) == (CLOSING.format(0, 0, ", 2 older"), 0)

    def test_what_changed_since_stays(self, edited: Workplace) -> None:
        assert edited.gcsync("drift", "--since", "1h", "--blame").last_line == CLOSING.format(2, 0, "")

    def test_what_nobody_can_date_stays_in_and_is_said(self, edited: Workplace) -> None:
        time.sleep(1.1)
        ran = edited.gcsync("drift", "--since", "1s")
        assert (ran.last_line, ran.code) == (CLOSING.format(1, 0, ", 1 older"), 2)
        assert "# nobody tells when it changed: it is kept, and never overdue; --blame may know" in ran.out

    def test_what_has_stood_too_long_is_marked(self, edited: Workplace) -> None:
        ran = edited.gcsync("drift", "--max-age", "0s")
        assert (ran.last_line, ran.code) == (CLOSING.format(2, 0, ", 1 overdue"), 2)
        assert lines(ran)[0] == "! drifted stream.conversations  # last applied = declared -> actual"


def test_each_item_ends_with_the_two_commands_that_settle_it(edited: Workplace) -> None:
    told = lines(edited.gcsync("drift"))
    assert "undo it:  gcsync apply stacks/contact-center.yaml --target trigger.callback" in told
    assert "keep it:  gcsync accept stacks/contact-center.yaml --target trigger.callback" in told


def test_the_command_that_undoes_it_does(edited: Workplace) -> None:
    undo = next(line for line in lines(edited.gcsync("drift")) if line.startswith("undo it:"))
    assert edited.gcsync(*undo.split()[3:], "--auto-approve").code == 0
    assert edited.gcsync("drift").last_line == CLOSING.format(1, 0, "")


def test_the_commands_have_the_variables_of_the_run(work: Workplace, hand: Hand) -> None:
    text = stack("calls", settings="variables: {text: {type: string, default: '-'}}\n", description="'${var.text}'")
    work.write("stacks/main.yaml", text)
    work.write("values.yaml", "text: from the file\n")
    assert work.gcsync("apply", "--auto-approve", "--var-file", "values.yaml").code == 0
    hand.change("calls", enabled=False)
    told = lines(work.gcsync("drift", "--var-file", "values.yaml"))
    undo = next(line for line in told if line.startswith("undo it:"))
    assert work.gcsync(*undo.split()[3:], "--auto-approve").code == 0
    assert hand.stream("calls")["description"].startswith("from the file")


def test_a_conflict_says_that_nobody_knows_what_was_applied(edited: Workplace, hand: Hand) -> None:
    text = hand.stream("agents")["description"].replace("For analytics", "By hand")
    hand.change("agents", description=text)
    edited.write("stacks/contact-center.yaml", stack("conversations", "agents", description="In Git") + TRIGGERS)
    assert "! last applied: unknown (only its fingerprint is kept); the stack changed it" in edited.gcsync("drift").out


def test_an_unmanaged_look_alike_is_information_and_no_drift(applied: Workplace, hand: Hand) -> None:
    twin = hand.stream("agents")
    body = {name: twin[name] for name in ("enabled", "destinations", "eventTypes")}
    made = hand._call("POST", "/api/v2/eventstreams", body | {"name": "shadow"})
    ran = applied.gcsync("drift")
    assert (ran.last_line, ran.code) == ("No drift. The organization matches the stack.", 0)
    assert f'i "shadow" ({made["id"]}) does what stream.agents does' in ran.out


def token_of(work: Workplace, hand: Hand) -> str:
    """A token of the client that the commands speak as."""
    other = Hand(hand.url, work.environ["GENESYS_CLOUD_CLIENT_ID"])
    return other.headers["Authorization"].removeprefix("Bearer ")


def _failing_at(hand: Hand, fault: str):  # type: ignore[no-untyped-def]
    """The question who it was, with a fault that begins only then."""
    from gcsync.cli import drift_report

    asking = drift_report._blamed

    def ask(*arguments: object) -> object:
        hand.faults(fault)
        return asking(*arguments)  # type: ignore[arg-type]

    return ask
