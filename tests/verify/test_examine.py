"""Which destinations are asked, how often, and with what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gcsync.model.address import Address
from gcsync.model.check import Check, CheckStatus
from gcsync.model.plan import NotChecked
from gcsync.model.resource import Resource
from gcsync.model.value import Reference, Secret
from gcsync.verify import Probe, Subject, endpoints_of, examine, read_endpoint
from tests.verify.endpoints import HOST, endpoint

UNREAD = NotChecked("stream", "the organization has no such API", hint="see gcsync doctor")


def subject(key: str, *destinations: Any, sealed: bool = False) -> Subject:
    value: Any = Secret(list(destinations)) if sealed else list(destinations)
    return Subject(Resource(Address("stream", key), {"name": key, "destinations": value}), "one", unread=UNREAD)


def to(url: Any, **headers: Any) -> dict[str, Any]:
    return {"protocol": "https", "url": url, "headers": headers}


def found(checks: tuple[Check, ...], name: str) -> list[tuple[str, str, str]]:
    return [(check.address, check.status.value, check.message) for check in checks if check.check == name]


def run(probe: Probe, *subjects: Subject) -> tuple[Check, ...]:
    return examine(subjects, probe)


def test_the_same_destination_of_two_streams_is_asked_once_and_one_with_another_header_again(tmp_path: Path) -> None:
    with endpoint(tmp_path) as server:
        one, other = to(server.url(), Key=Secret("a")), to(server.url(), Key=Secret("b"))
        checks = run(server.probe(), subject("a", one), subject("b", one), subject("c", other))
    assert [status for _, status, _ in found(checks, "handshake")] == ["ok"] * 3
    assert sorted(received.headers["key"] for received in server.received) == ["a", "b"]


def test_what_could_not_be_read_is_said_and_the_endpoint_asked_all_the_same(tmp_path: Path) -> None:
    with endpoint(tmp_path) as server:
        checks = run(server.probe(), subject("a", to(server.url())))
    reason = "every stream could not be read: the organization has no such API"
    assert found(checks, "exists") == [("stream.a", "not_checked", reason)]
    assert [check.check for check in checks][:4] == ["exists", "enabled", "event_types", "destination"]
    assert found(checks, "handshake")[0][1] == "ok"


def test_a_sensitive_url_is_used_and_its_host_not_told(tmp_path: Path) -> None:
    with endpoint(tmp_path, name="other.example.com") as server:
        ways = (to(Secret(server.url("/s3cret"))), Secret(to(server.url("/s3cret"))))
        checks = run(server.probe(), subject("a", *ways), subject("b", to(server.url("/s3cret")), sealed=True))
    assert [check.status for check in checks if check.check.endswith("host_name")] == [CheckStatus.FAIL] * 3
    assert not any(text in repr(checks) for text in (HOST, "s3cret"))


def test_what_only_an_apply_will_tell_cannot_be_asked(tmp_path: Path) -> None:
    with endpoint(tmp_path) as server:
        reference = Reference(Address("eventbridge_source", "main"), "id")
        checks = run(server.probe(), subject("a", to(server.url(), Key=reference)), subject("b", to(reference)))
    assert {status for _, status, _ in found(checks, "handshake")} == {"not_checked"}
    assert server.connections == 0


def test_where_one_endpoint_is_not_known_nobody_can_tell_which_there_are() -> None:
    known, reference = to(f"https://{HOST}/"), to(Reference(Address("eventbridge_source", "main"), "id"))
    assert endpoints_of([subject("a", known), subject("b", known)]) == (read_endpoint(f"https://{HOST}/", {}),)
    assert endpoints_of([subject("a", known, reference)]) is None


def test_a_header_that_cannot_be_sent_is_a_failure_without_its_value(tmp_path: Path) -> None:
    with endpoint(tmp_path) as server:
        checks = run(server.probe(), subject("a", to(server.url(), Key="a\r\nX-Evil: 1")))
    ((_, status, message),) = found(checks, "handshake")
    assert (status, "Evil" in message, server.connections) == ("fail", False, 0)
