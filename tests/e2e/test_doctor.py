from __future__ import annotations

import socket

from tests.e2e.stand_in import serve
from tests.e2e.workplace import Hand, Workplace, credentials_for


def statuses(document: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {check["check"]: check["status"] for check in document["checks"]}


def test_where_all_is_well_it_ends_with_0_and_has_written_nothing(work: Workplace, hand: Hand) -> None:
    work.stack("conversations")
    hand.requests()
    ran = work.gcsync("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert " 0 warn, 0 fail, " in ran.last_line
    assert "ok    stacks: contact-center: 1 declared\n" in ran.out
    assert {line.split(" ")[0] for line in hand.requests() if "oauth" not in line} == {"GET"}


def test_the_emulator_on_the_command_line_is_looked_at_too(offline: Workplace) -> None:
    ran = offline.gcsync("doctor", "--emulator", "--format", "json")
    assert (ran.code, "fail" in statuses(ran.document).values()) == (0, False)
    assert "accepted for emulator (emulator); " in ran.out


def test_no_secret_is_printed(work: Workplace) -> None:
    for arguments in (["doctor"], ["doctor", "--format", "json"], ["-vv", "doctor"]):
        ran = work.gcsync(*arguments)
        assert work.environ["GENESYS_CLOUD_CLIENT_SECRET"] not in ran.out + ran.err


def test_a_new_user_without_anything_is_told_where_to_begin(offline: Workplace) -> None:
    nowhere = {"GENESYS_CLOUD_API_URL": "http://127.0.0.1:1", "GENESYS_CLOUD_LOGIN_URL": "http://127.0.0.1:1"}
    ran = offline.gcsync("doctor", "--format", "json", **nowhere)
    found = statuses(ran.document)
    assert (ran.code, found["credentials"], found["api.tcp"], found["token"]) == (1, "fail", "fail", "not_checked")
    (credentials,) = [check for check in ran.document["checks"] if check["check"] == "credentials"]
    assert "Admin > Integrations > OAuth" in credentials["hint"]


def test_a_broken_stack_does_not_keep_it_from_looking_at_the_rest(work: Workplace) -> None:
    work.write("stacks/one.yaml", "version: 1\nstack: one\nstreams:\n  a: {destination: []}\n")
    ran = work.gcsync("doctor", "--format", "json")
    found = statuses(ran.document)
    assert (ran.code, found["stacks"], found["token"], found["organization"]) == (1, "fail", "ok", "ok")


def test_a_variable_without_a_value_is_no_mistake_here(work: Workplace) -> None:
    settings = "variables: {endpoint: {type: string}}\ngenesys: {region: eu-west-1}\n"
    work.stack("conversations", settings=settings, description="${var.endpoint}")
    assert work.gcsync("plan").code == 1
    ran = work.gcsync("doctor", "--format", "json")
    regions = [check["message"] for check in ran.document["checks"] if check["check"] == "region"]
    assert (ran.code, len(regions), regions[0].partition(" ")[0]) == (0, 1, "eu-west-1")


def test_the_organization_of_the_stack_is_compared(work: Workplace) -> None:
    work.stack("conversations", settings="genesys: {organization: Somebody Else}\n")
    found = work.gcsync("doctor", "--format", "json")
    assert (found.code, statuses(found.document)["organization"]) == (1, "fail")


def test_scopes_that_lack_are_named(work: Workplace, hand: Hand) -> None:
    hand.scopes("event:stream:read", "integrations:readonly")
    work.stack("conversations")
    ran = work.gcsync("doctor", "--format", "json")
    checks = {check["check"]: check for check in ran.document["checks"]}
    assert ran.code == 1
    assert (checks["stream.read"]["status"], checks["stream.write"]["status"]) == ("ok", "fail")
    assert checks["stream.write"]["message"] == "the token lacks event:stream:write, event:stream:delete"
    assert (checks["eventbridge_source.write"]["status"], checks["trigger.read"]["status"]) == ("warn", "warn")
    assert "process-automation" in checks["trigger.read"]["hint"]


def test_an_answer_that_makes_no_sense_is_a_failure_of_its_line_alone(offline: Workplace) -> None:
    with serve(lambda _: (200, "text/html", "<title>Intranet</title>")) as url:
        ran = offline.gcsync("doctor", "--format", "json", **credentials_for(url))
    found = statuses(ran.document)
    assert (ran.code, found["organization"], found["stream.read"]) == (1, "ok", "fail")


def test_a_server_that_drops_every_connection_is_told(offline: Workplace) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        ran = offline.gcsync("doctor", **credentials_for(f"http://127.0.0.1:{port}"))
    assert ran.code == 1
    assert f"fail  api.tcp[GC692]: 127.0.0.1, port {port}: Connection refused\n" in ran.out
    assert "token: not checked: the login host cannot be reached" in ran.out
