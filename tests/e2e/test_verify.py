"""`gcsync verify` and `apply --verify`: every broken joint that the seed's troubleshooting table names, on purpose."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml

from gcsync.cli import output
from gcsync.verify import Trial
from tests.e2e.documents import as_published
from tests.e2e.workplace import Hand, Workplace
from tests.verify.endpoints import HOST, Behaviour, Received, Server, echo, endpoint, http

STACK = """\
version: 1
stack: contact-center
variables:
  key: {type: string, sensitive: true, default: hunter2-hunter2}
streams:
  conversations:
    event_types: [conversation:start]
    destinations: [{protocol: https, url: 'URL', headers: {X-Api-Key: '${var.key}'}}]
"""
SOURCE = """\
eventbridge_sources:
  main: {aws_account_id: '123456789012', aws_region: us-east-1, suffix: main, topics: ['v2.users.{id}.presence']}
"""
TRIGGER = """\
triggers:
  end:
    topic: v2.detail.events.conversation.{id}.customer.end
    target: {type: Workflow, id: 00000000-0000-0000-0000-000000000001}
"""


class Place:
    """A folder, and an endpoint of this test that has the name of one on the internet."""

    def __init__(self, work: Workplace, server: Server, answers: list[Behaviour]) -> None:
        self.work, self.server, self._answers = work, server, answers
        work.environ["REQUESTS_CA_BUNDLE"] = str(server.trusted)

    def answer(self, behaviour: Behaviour) -> None:
        self._answers[:] = [behaviour]

    def declare(self, more: str = "", text: str = STACK, **changes: str) -> None:
        for before, after in changes.items():
            text = text.replace(before, after)
        self.work.write("stacks/contact-center.yaml", text.replace("URL", self.server.url()) + more)

    def applied(self, more: str = "", text: str = STACK) -> None:
        self.declare(more, text)
        ran = self.work.gcsync("apply", "--auto-approve")
        assert ran.code == 0, ran.out + ran.err

    def verify(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """The exit code and the checks by `address check`; the document is as its schema says."""
        ran = self.work.gcsync("verify", "--allow-private", "--format", "json", *arguments)
        as_published("verify", ran.document)
        assert "hunter2" not in ran.out + ran.err
        return ran.code, {f"{check['address']} {check['check']}": check for check in ran.document["checks"]}


@pytest.fixture
def place(work: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    answers: list[Behaviour] = [echo]
    real = socket.getaddrinfo

    def resolve(host: Any, *arguments: Any, **named: Any) -> Any:
        if str(host).endswith(".invalid"):
            # Whatever this machine's resolver makes of it.
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real("127.0.0.1" if host == HOST else host, *arguments, **named)

    with endpoint(tmp_path, lambda received, connection: answers[0](received, connection)) as server:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        yield Place(work, server, answers)


def bad(checks: dict[str, Any]) -> dict[str, str]:
    return {name: check["code"] for name, check in checks.items() if check["status"] in ("warn", "fail")}


def test_where_all_is_well_it_ends_with_0_writes_nothing_and_sends_one_handshake(place: Place, hand: Hand) -> None:
    stream = STACK.partition("streams:\n")[2]
    place.applied(SOURCE + TRIGGER, STACK + stream.replace("  conversations:", "  second:"))
    hand.requests()
    code, checks = place.verify()
    assert (code, bad(checks), len(checks)) == (0, {}, 3 + 2 + 2 * 11)
    assert {line.split(" ")[0] for line in hand.requests() if "oauth" not in line} == {"GET"}
    (received,) = place.server.received
    assert received.headers["x-api-key"] == "hunter2-hunter2"


def test_as_text_it_tells_a_line_per_check_and_the_cure(place: Place, hand: Hand) -> None:
    place.applied()
    hand.change("conversations", enabled=False)
    place.answer(lambda received, _: http(200, json.dumps({"Verification_Token": received.token})))
    ran = place.work.gcsync("verify", "--allow-private", "--no-color")
    assert ran.code == 2
    assert (
        "fail  enabled[GC821]: it is disabled: no event arrives\n        hint: gcsync apply turns it on again;"
        in ran.out
    )
    assert "fail  handshake[GC829]: the key is Verification_Token, not verification_token\n" in ran.out
    assert ran.last_line == "9 ok, 0 warn, 2 fail, 0 not checked."


def test_as_junit_there_is_a_test_case_for_each_check(place: Place, tmp_path: Path) -> None:
    place.applied()
    place.answer(lambda *_: http(503))
    ran = place.work.gcsync("verify", "--format", "junit", "--allow-private")
    (suite,) = JUnitXml.fromstring(ran.out.encode())
    assert (ran.code, suite.name, suite.tests, suite.failures, suite.skipped) == (2, "contact-center", 11, 1, 0)
    (failed,) = [case for case in suite if case.result]
    assert (failed.classname, failed.name, failed.result[0].type) == ("stream.conversations", "handshake", "GC832")


def test_in_a_step_of_github_what_fails_stands_at_its_line(place: Place, hand: Hand) -> None:
    two = STACK.replace("}}]", "}}, {protocol: https, url: 'https://nowhere.invalid/'}]")
    place.declare(text=two)
    ran = place.work.gcsync("verify", "--allow-private", GITHUB_ACTIONS="true")
    found = [line for line in ran.err.splitlines() if line.startswith("::")]
    missing, unknown = found
    assert missing.startswith("::error file=stacks/contact-center.yaml,line=6,col=3,endColumn=16,title=GC820::stream.c")
    assert unknown.startswith("::error file=stacks/contact-center.yaml,line=8,col=")
    assert "title=GC824::stream.conversations: destinations[1].dns: the name of nowhere.invalid cannot be" in unknown
    assert "hunter2" not in ran.err


class TestTheTroubleshootingTable:
    def test_the_scope_is_missing(self, place: Place, hand: Hand) -> None:
        """403: the kind cannot be read, which is 1 and not 2; the endpoint is asked all the same."""
        place.applied(TRIGGER)
        hand.scopes("process-automation")
        code, checks = place.verify()
        assert (code, checks["stream.conversations exists"]["status"]) == (1, "not_checked")
        assert "event:stream:read" in checks["stream.conversations exists"]["hint"]
        assert checks["stream.conversations handshake"]["status"] == "ok"
        assert checks["trigger.end exists"]["status"] == "ok"

    def test_the_url_cannot_be_resolved(self, place: Place) -> None:
        place.applied()
        place.declare(URL="https://nowhere.invalid/x")
        code, checks = place.verify()
        assert code == 2
        assert bad(checks) == {"stream.conversations destination": "GC823", "stream.conversations dns": "GC824"}

    def test_the_endpoint_is_private(self, place: Place) -> None:
        place.applied()
        ran = place.work.gcsync("verify", "--format", "json")
        assert (ran.code, place.server.connections) == (2, 0)
        (failed,) = [check for check in ran.document["checks"] if check["status"] == "fail"]
        assert (failed["check"], failed["code"]) == ("address", "GC825")

    @pytest.mark.parametrize(
        ("behaviour", "code", "word"),
        [
            (
                lambda received, _: http(200, json.dumps({"verification_token": received.token, "a": 1})),
                "GC829",
                "field",
            ),
            (lambda *_: http(200, "<html>", "text/html"), "GC829", "HTML"),
            (lambda *_: http(302, location="/login"), "GC830", "redirects"),
            (lambda *_: http(403), "GC831", "credential"),
            (lambda *_: http(500), "GC832", "500"),
            (lambda *_: http(429), "GC832", "throttles"),
        ],
    )
    def test_the_verification_fails(self, place: Place, behaviour: Behaviour, code: str, word: str) -> None:
        place.applied()
        place.answer(behaviour)
        _, checks = place.verify()
        assert bad(checks) == {"stream.conversations handshake": code}
        assert word in checks["stream.conversations handshake"]["message"]

    def test_the_stream_is_disabled(self, place: Place, hand: Hand) -> None:
        place.applied()
        hand.change("conversations", enabled=False)
        code, checks = place.verify()
        assert (code, bad(checks)) == (2, {"stream.conversations enabled": "GC821"})

    def test_the_event_types_are_others(self, place: Place, hand: Hand) -> None:
        place.applied()
        hand.change("conversations", eventTypes=["user:state:change"])
        code, checks = place.verify()
        assert (code, bad(checks)) == (2, {"stream.conversations event_types": "GC822"})
        assert checks["stream.conversations event_types"]["message"] == "they are not as declared: user:state:change"

    def test_every_event_is_a_warning(self, place: Place) -> None:
        place.applied(text=STACK.replace("conversation:start", "'*'"))
        code, checks = place.verify()
        assert (code, bad(checks)) == (0, {"stream.conversations event_types": "GC822"})

    def test_the_destination_is_another(self, place: Place, hand: Hand) -> None:
        place.applied()
        hand.change("conversations", destinations=[{"protocol": "https", "url": "https://other.example.com/"}])
        code, checks = place.verify()
        assert (code, bad(checks)) == (2, {"stream.conversations destination": "GC823"})
        assert checks["stream.conversations destination"]["message"] == "it is not as declared: someone changed it"

    def test_the_stream_is_not_there(self, place: Place, hand: Hand) -> None:
        place.applied()
        hand.delete("conversations")
        code, checks = place.verify()
        assert (code, bad(checks)) == (2, {"stream.conversations exists": "GC820"})
        assert checks["stream.conversations enabled"]["status"] == "not_checked"

    def test_the_stream_has_no_marker(self, place: Place, hand: Hand) -> None:
        place.applied()
        hand.change("conversations", description="")
        code, checks = place.verify()
        assert (code, bad(checks)) == (0, {"stream.conversations exists": "GC820"})

    def test_the_source_reports_an_error(self, place: Place, hand: Hand) -> None:
        place.applied(SOURCE)
        hand._call("PATCH", "/emulator/behaviour", {"failing_accounts": ["123456789012"]})
        code, checks = place.verify("--target", "eventbridge_source.*")
        assert (code, bad(checks)) == (2, {"eventbridge_source.main state": "GC834"})
        assert "could not be created in the AWS account" in checks["eventbridge_source.main state"]["message"]

    def test_the_trigger_is_disabled(self, place: Place, hand: Hand) -> None:
        place.applied(TRIGGER)
        hand.change_trigger("end", enabled=False)
        code, checks = place.verify("--exclude", "stream.*")
        assert (code, bad(checks)) == (2, {"trigger.end enabled": "GC821"})


def test_a_destination_that_the_stack_leaves_alone_is_asked_where_it_is(place: Place, hand: Hand) -> None:
    ignored = STACK.replace("URL", "https://nowhere.invalid/") + "    lifecycle: {ignore_changes: [destinations]}\n"
    place.applied(text=ignored.replace("nowhere.invalid", "elsewhere.example.com"))
    hand.change("conversations", destinations=[{"protocol": "https", "url": place.server.url()}])
    code, checks = place.verify()
    assert (code, bad(checks), len(place.server.received)) == (0, {}, 1)


def test_an_edit_that_waits_for_an_apply_is_not_called_a_change_by_hand(place: Place) -> None:
    place.applied()
    place.work.write("stacks/contact-center.yaml", STACK.replace("URL", place.server.url("/v2")))
    _, checks = place.verify()
    found = checks["stream.conversations destination"]
    assert (found["message"], found["hint"]) == (
        "it is not as declared: the stack was edited and not applied",
        "gcsync apply writes it",
    )


class TestConnectTo:
    def test_a_host_that_no_destination_has_is_refused_and_nothing_is_sent(self, place: Place) -> None:
        place.applied()
        ran = place.work.gcsync("verify", "--allow-private", "--connect-to", "events.exmaple.com=127.0.0.1:9")
        assert ran.code == 1
        assert "error[GC849]: --connect-to: no destination that is checked is at events.exmaple.com:443" in ran.err
        assert f"hint: the destinations are at {HOST}:{place.server.port}" in ran.err
        assert place.server.received == []

    def test_a_host_that_is_secret_is_not_told(self, place: Place) -> None:
        secret = STACK.replace("'URL'", "'${var.url}'").replace(
            "streams:", "  url: {type: string, sensitive: true, default: 'URL'}\nstreams:"
        )
        place.applied("", secret)
        ran = place.work.gcsync("verify", "--connect-to", "a.example=127.0.0.1:9")
        assert (ran.code, HOST in ran.err) == (1, False)
        assert "hint: their hosts are sensitive values" in ran.err


def test_several_destinations_are_numbered(place: Place) -> None:
    two = STACK.replace("}]", "}, {protocol: https, url: 'https://nowhere.invalid/'}]")
    place.declare(text=two)
    _, checks = place.verify()
    assert checks["stream.conversations destinations[0].handshake"]["status"] == "ok"
    assert checks["stream.conversations destinations[1].dns"]["code"] == "GC824"


class TestAfterAnApply:
    def test_that_is_good_it_ends_with_0(self, place: Place) -> None:
        place.declare()
        ran = place.work.gcsync("apply", "--auto-approve", "--verify", "--allow-private")
        assert ran.code == 0, ran.err
        assert ran.last_line.startswith("Applied: 1 created")
        assert "ok    handshake: the token is echoed exactly" in ran.err

    def test_whose_check_fails_it_ends_with_3(self, place: Place) -> None:
        place.declare()
        place.answer(lambda *_: http(500))
        ran = place.work.gcsync("apply", "--auto-approve", "--verify", "--allow-private", "--format", "json")
        assert (ran.code, ran.document["summary"]["created"] if "summary" in ran.document else 1) == (3, 1)
        assert "fail  handshake[GC832]: it answers 500" in ran.err
        assert ran.err.rstrip().endswith("Applied, but not verified: a check failed.")

    def test_it_waits_for_a_source_that_is_not_active_yet(
        self, place: Place, hand: Hand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place.applied(SOURCE)
        hand._call("PATCH", "/emulator/behaviour", {"activation_time": 3600.0})
        tell = output.notice

        def heard(text: str) -> None:
            tell(text)
            hand._call("PATCH", "/emulator/behaviour", {"activation_time": 0.0 if "waiting for" in text else 3600.0})

        # It is ready once somebody was told that it is not, however long that takes.
        monkeypatch.setattr(output, "notice", heard)
        source = hand.listing("/api/v2/integrations")[0]
        for state in ("DISABLED", "ENABLED"):
            hand._call("PATCH", f"/api/v2/integrations/{source['id']}", {"intendedState": state})
        arguments = ("--verify", "--verify-timeout", "600", "--target", "eventbridge_source.*")
        ran = place.work.gcsync("apply", "--auto-approve", *arguments)
        assert ran.code == 0, ran.err
        assert "waiting for eventbridge_source.main to be ready: ACTIVATING" in ran.err
        assert "ok    state: ACTIVE" in ran.err

    def test_of_which_nothing_was_done_nothing_is_verified(self, place: Place, hand: Hand) -> None:
        place.declare()
        hand.scopes("event:stream:read")
        ran = place.work.gcsync("apply", "--auto-approve", "--verify", "--allow-private")
        assert (ran.code, place.server.connections) == (1, 0)
        assert "Nothing was verified." in ran.err


class TestReceiverTest:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With what never comes, and with nothing else."""
        monkeypatch.setattr("gcsync.verify.Trial", lambda *given, **how: Trial(*given, **how | {"silent_seconds": 1.0}))

    def test_any_endpoint_is_tried_out(self, place: Place) -> None:
        def careful(received: Received, connection: socket.socket) -> bytes:
            if received.headers.get("x-key") != "hunter2-hunter2":
                return http(401)
            return echo(received, connection) if b'{"verification_token": "gcsync' in received.body else http(400)

        place.answer(careful)
        arguments = ("--auth", "header:X-Key", "--timeout", "180", "--format", "json")
        ran = place.work.gcsync(
            "receiver", "test", place.server.url(), *arguments, GCSYNC_RECEIVER_SECRET="hunter2-hunter2"
        )
        checks = as_published("receiver_test", ran.document)["checks"]
        statuses = {check["check"]: check["status"] for check in checks}
        assert (statuses["handshake"], statuses["credential_wrong"], statuses["deep_json"]) == ("ok", "ok", "ok")
        assert (ran.code, "fail" in statuses.values(), "hunter2" in ran.out + ran.err) == (0, False, False)

    def test_a_failed_check_ends_with_1(self, place: Place) -> None:
        place.answer(lambda *_: http(500))
        ran = place.work.gcsync("receiver", "test", place.server.url(), "--no-color", "--timeout", "180")
        assert ran.code == 1
        assert "fail  malformed_json[GC837]: answered 500, expected 400\n" in ran.out

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("ftp://x",), "URL: it must be an https:// URL"),
            (("https://x", "--auth", "bearer"), "--auth bearer: GCSYNC_RECEIVER_SECRET is not set"),
            (("https://x", "--auth", "other"), "--auth other: GCSYNC_RECEIVER_SECRET is not set"),
        ],
    )
    def test_a_wrong_command_line_is_told(self, offline: Workplace, arguments: tuple[str, ...], said: str) -> None:
        ran = offline.gcsync("receiver", "test", *arguments)
        assert (ran.code, ran.err.splitlines()[0]) == (1, f"error[GC836]: {said}")
