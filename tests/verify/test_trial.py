"""`receiver test`: a careful endpoint passes, and each carelessness is told by its line."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gcsync.model.check import Check, CheckStatus
from gcsync.verify import Probe, Trial, read_endpoint, try_out
from tests.verify.applications import Application, serving
from tests.verify.endpoints import PATIENCE_SECONDS, TOKEN, Received, endpoint, http, still, unheard

SENT_WITH_EVENT = ("handshake_beside_event", "event", "event_again")
STRANGERS = ("event_without_credential", "event_with_wrong_credential")


def trial(url: str, *, secret: str = "k-1", send_event: bool = False, **probe: Any) -> dict[str, Check]:
    seconds = probe.get("seconds", PATIENCE_SECONDS)
    environ = probe.get("environ", {})
    edge = Probe(environ, lambda: datetime.now(UTC), lambda: TOKEN, still(), allow_private=True, seconds=seconds)
    right = {"X-Api-Key": secret} if secret else {}
    wrong = (("X-Api-Key", f"{secret}x"),) if secret else ()
    checks = list(try_out(Trial(read_endpoint(url, right), edge, wrong, send_event, silent_seconds=0.6)))
    assert len({check.check for check in checks}) == len(checks)
    return {check.check: check for check in checks}


def told(found: dict[str, Check], *statuses: CheckStatus) -> dict[str, str]:
    return {name: check.message for name, check in found.items() if check.status in statuses}


BAD = (CheckStatus.WARN, CheckStatus.FAIL)


def test_a_careful_endpoint_passes_and_gets_no_event_unasked() -> None:
    application = Application()
    with serving(application) as url:
        found = trial(url)
    late = {"length_too_long": "no answer within 0.6 s"}
    assert told(found, *BAD) == late
    skipped = ("tls", "host_name", "expiry", *SENT_WITH_EVENT, *STRANGERS)
    assert set(told(found, CheckStatus.NOT_CHECKED)) == set(skipped)
    assert application.seen == []


def test_with_send_event_one_marked_event_is_sent_twice_and_strangers_try() -> None:
    application = Application()
    with serving(application) as url:
        found = trial(url, send_event=True)
    assert {found[name].status for name in (*SENT_WITH_EVENT, *STRANGERS)} == {CheckStatus.OK}
    assert application.seen == [f"gcsync-test-{TOKEN}"] * 2


def test_bad_json_that_crashes_it_is_a_failure() -> None:
    with serving(Application(crashes_on_bad_json=True)) as url:
        found = trial(url)
    assert set(told(found, CheckStatus.FAIL)) == {
        "empty_body",
        "malformed_json",
        "not_utf8",
        "deep_json",
        "other_content_type",
    }
    assert found["malformed_json"].message == "answered 500, expected 400"
    assert found["malformed_json"].code == "GC837"


def test_an_endpoint_that_takes_anything_is_warned_about() -> None:
    with serving(Application(accepts_anything=True, limit=1 << 24)) as url:
        found = trial(url)
    assert told(found, CheckStatus.FAIL) == {}
    assert {"empty_object", "malformed_json", "neither_token_nor_event", "too_large"} <= set(
        told(found, CheckStatus.WARN)
    )
    assert found["too_large"].message == "answered 200, expected 413"


class TestTheCredential:
    def test_a_handshake_for_anybody_is_a_warning_an_event_from_anybody_a_failure(self) -> None:
        with serving(Application(asks_for_no_credential=True)) as url:
            found = trial(url, send_event=True)
        assert {found[name].status for name in ("credential_missing", "credential_wrong")} == {CheckStatus.WARN}
        assert {found[name].status for name in STRANGERS} == {CheckStatus.FAIL}

    def test_one_that_is_not_given_is_not_tried(self) -> None:
        with serving(Application(asks_for_no_credential=True)) as url:
            found = trial(url, secret="")
        assert found["credential_wrong"].message == "no --auth was given"

    def test_that_is_refused_leaves_unchecked_what_is_behind_it(self) -> None:
        """An endpoint that looks at the credential first does well: its 401 is no fault of each line."""
        with serving(Application(secret="another")) as url:
            found = trial(url)
        assert set(told(found, *BAD)) == {"handshake", "length_too_long"}
        assert found["malformed_json"].message == "the endpoint refuses the credential"
        assert found["still_alive"].status is CheckStatus.OK

    def test_the_wrong_one_is_sent_in_place_of_the_right_one(self) -> None:
        application = Application()
        with serving(application) as url:
            trial(url)
        sent = [headers.get("x-api-key") for headers in application.asked]
        assert (sent.count("k-1x"), sent.count(None), sent[0]) == (1, 1, "k-1")


def test_a_duplicate_that_is_refused_is_told() -> None:
    with serving(Application(refuses_what_it_knows=True)) as url:
        found = trial(url, send_event=True)
    assert (found["event"].status, found["event_again"].status) == (CheckStatus.OK, CheckStatus.WARN)


def test_a_handshake_that_is_not_exact_is_a_failure_and_the_rest_is_tried_all_the_same() -> None:
    with serving(Application(echoes=lambda token: {"verification_token": token, "ok": True})) as url:
        found = trial(url)
    assert found["handshake"].message == "its answer has another field: ok"
    assert (found["handshake"].status, found["handshake_unicode"].status) == (CheckStatus.FAIL, CheckStatus.WARN)
    assert found["malformed_json"].status is CheckStatus.OK


def test_an_endpoint_that_is_not_there_is_asked_once() -> None:
    with unheard() as port:
        found = trial(f"http://127.0.0.1:{port}/genesys-events")
    assert found["connection"].status is CheckStatus.FAIL
    assert {found[name].status for name in ("empty_body", "still_alive")} == {CheckStatus.NOT_CHECKED}


class TestOverTls:
    def test_an_endpoint_that_drops_what_it_does_not_like_is_a_failure(self, tmp_path: Path) -> None:
        def drop(received: Received, _: socket.socket) -> bytes | None:
            try:
                return http(200, json.dumps({"verification_token": received.token}))
            except (ValueError, KeyError, TypeError, RecursionError):
                return None

        with endpoint(tmp_path, drop, name="localhost") as server:
            found = trial(server.url(host="localhost"), environ=server.environ())
        assert found["handshake"].status is CheckStatus.OK
        assert found["malformed_json"].message == "the connection was cut without an answer, expected 400"
        assert (found["slow_sender"].status, found["still_alive"].status) == (CheckStatus.OK, CheckStatus.OK)

    @pytest.mark.full
    def test_an_endpoint_that_serves_one_after_another_is_held_up_by_a_slow_sender(self, tmp_path: Path) -> None:
        def refuse(received: Received, _: socket.socket) -> bytes:
            good = received.body.startswith(b'{"verification_token": "gcsync')
            return http(200, json.dumps({"verification_token": received.token})) if good else http(400)

        with endpoint(tmp_path, refuse, name="localhost", at_once=False) as server:
            found = trial(server.url(host="localhost"), environ=server.environ(), seconds=3)
        assert found["slow_sender"].status is CheckStatus.WARN
