"""Every joint of docs/troubleshooting.md, broken on purpose, between an emulator and a receiver or an endpoint.

A break is a function that prepares a `Site` and runs the one command that names what is wrong.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from gcsync.verify import Trial, destination
from gcsync.verify.connection import secure
from tests.e2e.workplace import Hand, Ran, Workplace
from tests.verify.endpoints import HOST, PATIENCE_SECONDS, Behaviour, Received, endpoint, http, saying, unheard

SECRET: Final = "a-secret-for-tests"
STACK: Final = f"""\
version: 1
stack: contact-center
variables:
  key: {{type: string, sensitive: true, default: {SECRET}}}
streams:
  conversations:
    event_types: [conversation:start]
    destinations:
      - {{protocol: https, url: 'https://{HOST}/genesys-events', headers: {{X-Api-Key: '${{var.key}}'}}}}
"""
SOURCE: Final = """\
eventbridge_sources:
  main: {aws_account_id: '123456789012', aws_region: us-east-1, suffix: main, topics: ['v2.users.{id}.presence']}
"""


@dataclass
class Receiver:
    """A real `gcsync receiver serve` over https, whose handler fails on every event."""

    url: str
    folder: Path

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port


@dataclass
class Site:
    """A folder with a stack, an emulator with a hand on it, an authority, and where HOST is served from."""

    work: Workplace
    hand: Hand
    folder: Path
    receiver: Receiver
    patch: pytest.MonkeyPatch
    said: tuple[tuple[str, ...], Ran] | None = field(default=None)

    def declare(self, text: str = STACK, **changes: str) -> None:
        for before, after in changes.items():
            text = text.replace(before, after)
        self.work.write("stacks/contact-center.yaml", text)

    def apply(self, text: str = STACK) -> None:
        self.declare(text)
        ran = self.work.gcsync("apply", "--auto-approve")
        assert ran.code == 0, ran.out + ran.err

    def run(self, *arguments: str, **environ: str) -> Ran:
        """The command that names it; what it printed is remembered."""
        ran = self.work.gcsync(*arguments, "--no-color", **environ)
        self.said = (arguments, ran)
        return ran

    def verify(self, port: int, trusted: Path | None = None, *more: str) -> None:
        if trusted is not None:
            self.work.environ["REQUESTS_CA_BUNDLE"] = str(trusted)
        self.run("verify", "--connect-to", f"{HOST}=127.0.0.1:{port}", *more)

    def name_is(self, address: str | None) -> None:
        """What DNS says of HOST; None for nothing."""
        real = socket.getaddrinfo

        def resolve(host: Any, *arguments: Any, **named: Any) -> Any:
            if host == HOST and address is None:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return real(address if host == HOST else host, *arguments, **named)

        self.patch.setattr(socket, "getaddrinfo", resolve)

    def answered_by(self, behaviour: Behaviour, *more: str) -> None:
        """Verify, where the endpoint answers as it should not."""
        self.apply()
        with endpoint(self.folder, behaviour) as server:
            self.verify(server.port, server.trusted, *more)

    def received(self, text: str = STACK) -> None:
        """Verify, where the receiver is HOST."""
        self.apply(text)
        self.verify(self.receiver.port)


Break = Callable[[Site], None]


def missing_write_scope(site: Site) -> None:
    site.declare()
    site.hand.scopes("event:stream:read")
    refused = site.work.gcsync("apply", "--auto-approve")
    assert "403" in refused.out + refused.err, refused.out + refused.err
    site.verify(site.receiver.port)


def missing_read_scope(site: Site) -> None:
    site.apply()
    site.hand.scopes("process-automation")
    site.verify(site.receiver.port)


def wrong_client(site: Site) -> None:
    from gcsync.emulator import EmulatorSettings, start

    site.declare()
    settings = EmulatorSettings(database=site.folder / "other.db", clients=(("another-client", "its-secret"),))
    with start(settings) as other:
        site.run("verify", GENESYS_CLOUD_API_URL=other.url, GENESYS_CLOUD_LOGIN_URL=other.url)


def not_https(site: Site) -> None:
    site.declare(STACK.replace("https://", "http://"))
    site.run("verify")


def no_such_name(site: Site) -> None:
    site.apply()
    site.name_is(None)
    site.run("verify")


def private_address(site: Site) -> None:
    site.apply()
    site.name_is("10.0.0.7")
    site.run("verify")


def not_running(site: Site) -> None:
    with unheard() as port:
        site.apply(STACK.replace(HOST, f"{HOST}:{port}"))
        site.name_is("127.0.0.1")
        site.run("verify", "--allow-private")


def unknown_authority(site: Site) -> None:
    site.apply()
    with endpoint(site.folder, trusted=False) as server:
        site.verify(server.port, server.trusted)


def lonely_certificate(site: Site) -> None:
    site.apply()
    with endpoint(site.folder, lonely=True) as server:
        site.verify(server.port, server.trusted)


def other_name(site: Site) -> None:
    site.apply()
    with endpoint(site.folder, name="other.example.com") as server:
        site.verify(server.port, server.trusted)


def unknown_name(site: Site) -> None:
    def knows_no_name(context: ssl.SSLContext) -> None:
        context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME

    site.apply()
    with endpoint(site.folder, adjust=knows_no_name) as server:
        site.verify(server.port, server.trusted)


def mutual_tls(site: Site) -> None:
    def asks_for_a_certificate(context: ssl.SSLContext) -> None:
        context.verify_mode, context.maximum_version = ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_2

    site.apply()
    with endpoint(site.folder, adjust=asks_for_a_certificate) as server:
        site.verify(server.port, server.trusted)


def expired(site: Site) -> None:
    site.apply()
    with endpoint(site.folder, expires=datetime(2020, 1, 2, tzinfo=UTC)) as server:
        site.verify(server.port, server.trusted)


def about_to_expire(site: Site) -> None:
    site.apply()
    with endpoint(site.folder, expires=datetime.now(UTC) + timedelta(days=12, hours=1)) as server:
        site.verify(server.port, server.trusted)


def not_yet_valid(site: Site) -> None:
    site.apply()
    with endpoint(site.folder, begins=datetime.now(UTC) + timedelta(days=1)) as server:
        site.verify(server.port, server.trusted)


def another_field(site: Site) -> None:
    site.answered_by(saying(lambda token: {"verification_token": token, "status": "ok"}))


def another_case_of_the_key(site: Site) -> None:
    site.answered_by(saying(lambda token: {"verificationToken": token}))


def another_case_of_the_token(site: Site) -> None:
    site.answered_by(saying(lambda token: {"verification_token": token.lower()}))


def cut_off_token(site: Site) -> None:
    site.answered_by(saying(lambda token: {"verification_token": token[:10]}))


def yesterdays_token(site: Site) -> None:
    site.answered_by(saying(lambda _: {"verification_token": "abc123"}))


def a_number(site: Site) -> None:
    site.answered_by(saying(lambda _: {"verification_token": 123}))


def a_page(site: Site) -> None:
    site.answered_by(lambda *_: http(200, "<!doctype html><title>Sign in</title>", "text/html"))


def not_said_to_be_json(site: Site) -> None:
    """What Flask makes of a text."""
    site.answered_by(saying(lambda token: {"verification_token": token}, media_type="text/html"))


def an_envelope(site: Site) -> None:
    site.answered_by(saying(lambda token: {"statusCode": 200, "body": json.dumps({"verification_token": token})}))


def json_in_text(site: Site) -> None:
    site.answered_by(saying(lambda token: json.dumps({"verification_token": token})))


def nothing_at_all(site: Site) -> None:
    site.answered_by(lambda *_: http(200))


def taken_for_an_event(site: Site) -> None:
    site.answered_by(saying(lambda _: {"status": "processed"}))


def a_redirect(site: Site) -> None:
    site.answered_by(lambda *_: http(302, location="https://login.example.com/start"))


def an_error(site: Site) -> None:
    site.answered_by(lambda *_: http(502))


def a_throttle(site: Site) -> None:
    site.answered_by(lambda *_: http(429))


def silence(site: Site) -> None:
    def wait(_: object, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE_SECONDS)
        connection.recv(1)

    # Of the answer alone: a slow machine may well take longer for TLS.
    site.patch.setattr(destination, "secure", lambda *given: secure(*given[:3], PATIENCE_SECONDS))
    site.answered_by(wait, "--timeout", "1")


def a_cut(site: Site) -> None:
    site.answered_by(lambda *_: b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")


def a_firewall(site: Site) -> None:
    site.answered_by(lambda *_: http(403, "Request blocked", "text/plain"))


def wrong_header(site: Site) -> None:
    site.received(STACK.replace("X-Api-Key", "X-Key"))


def wrong_secret(site: Site) -> None:
    site.received(STACK.replace(SECRET, "yesterday's"))


def wrong_path(site: Site) -> None:
    site.received(STACK.replace("/genesys-events", "/genesys-event"))


def stripped_body(site: Site) -> None:
    """Something before the receiver passes on every POST without its body."""
    from tests.e2e.relay import post

    site.answered_by(lambda received, _: post(site.receiver.url, replace(received, body=b"")))


def throttled_by_genesys(site: Site) -> None:
    site.apply()
    site.hand.faults("429:1:GET:/api/v2/eventstreams")
    site.verify(site.receiver.port)


def disabled(site: Site) -> None:
    site.apply()
    site.hand.change("conversations", enabled=False)
    site.verify(site.receiver.port)


def too_narrow(site: Site) -> None:
    site.declare()
    site.work.write("event.json", '{"id": "e-1", "eventType": "user:state:change"}')
    site.run("trace", "event.json")


def became_too_narrow(site: Site) -> None:
    site.declare(
        STACK + "tests:\n  - {event: {eventType: user:state:change}, expect: [stream.conversations]}\n",
    )
    site.run("validate")


def other_types(site: Site) -> None:
    site.apply()
    site.hand.change("conversations", eventTypes=["user:state:change"])
    site.verify(site.receiver.port)


def every_event(site: Site) -> None:
    site.received(STACK.replace("conversation:start", "'*'"))


def no_types(site: Site) -> None:
    site.apply(STACK.replace("    event_types: [conversation:start]\n", ""))
    site.verify(site.receiver.port)


def elsewhere(site: Site) -> None:
    site.apply()
    site.hand.change("conversations", destinations=[{"protocol": "https", "url": "https://other.example.com/"}])
    site.verify(site.receiver.port)


def gone(site: Site) -> None:
    site.apply()
    site.hand.delete("conversations")
    site.verify(site.receiver.port)


def silent_for_a_second(site: Site) -> None:
    """What never comes is waited for no longer; all else has the time that a slow machine needs."""
    site.patch.setattr("gcsync.verify.Trial", lambda *given, **how: Trial(*given, **how | {"silent_seconds": 1.0}))


def every_event_fails(site: Site) -> None:
    silent_for_a_second(site)
    arguments = ("receiver", "test", site.receiver.url, "--auth", "header:X-Api-Key", "--send-event")
    site.run(*arguments, "--timeout", "180", GCSYNC_RECEIVER_SECRET=SECRET)


def open_to_everybody(site: Site) -> None:
    def careless(received: Received, _: object) -> bytes:
        token = re.search(rb'"verification_token": "([^"]*)"', received.body)
        return http(200, b'{"verification_token": "%s"}' % (token[1] if token else b""))

    with endpoint(site.folder, careless, name="127.0.0.1") as server:
        site.work.environ["REQUESTS_CA_BUNDLE"] = str(server.trusted)
        silent_for_a_second(site)
        arguments = ("receiver", "test", server.url(host="127.0.0.1"), "--auth", "header:X-Api-Key", "--send-event")
        site.run(*arguments, "--timeout", "180", GCSYNC_RECEIVER_SECRET=SECRET)


def a_source_in_error(site: Site) -> None:
    site.apply(STACK + SOURCE)
    site.hand._call("PATCH", "/emulator/behaviour", {"failing_accounts": ["123456789012"]})
    site.verify(site.receiver.port)


def a_source_that_is_pending(site: Site) -> None:
    site.apply(STACK + SOURCE)
    site.hand._call("PATCH", "/emulator/behaviour", {"activation_time": 600.0})
    (source,) = site.hand.listing("/api/v2/integrations")
    for state in ("DISABLED", "ENABLED"):
        site.hand._call("PATCH", f"/api/v2/integrations/{source['id']}", {"intendedState": state})
    site.verify(site.receiver.port)


def a_source_without_a_bus(site: Site) -> None:
    site.apply(STACK + SOURCE)
    site.verify(site.receiver.port)


def a_wrong_clock(site: Site) -> None:
    from gcsync.cli import doctor

    site.declare()
    real = doctor._surroundings
    ahead = timedelta(minutes=10)
    site.patch.setattr(
        doctor, "_surroundings", lambda environ: replace(real(environ), now=lambda: datetime.now(UTC) + ahead)
    )
    site.run("doctor")


BREAKS: Final[tuple[Break, ...]] = (
    missing_write_scope,
    missing_read_scope,
    wrong_client,
    not_https,
    no_such_name,
    private_address,
    not_running,
    unknown_authority,
    lonely_certificate,
    other_name,
    unknown_name,
    mutual_tls,
    expired,
    about_to_expire,
    not_yet_valid,
    another_field,
    another_case_of_the_key,
    another_case_of_the_token,
    cut_off_token,
    yesterdays_token,
    a_number,
    a_page,
    not_said_to_be_json,
    an_envelope,
    json_in_text,
    nothing_at_all,
    taken_for_an_event,
    a_redirect,
    wrong_header,
    wrong_secret,
    a_firewall,
    wrong_path,
    stripped_body,
    silence,
    a_cut,
    a_throttle,
    throttled_by_genesys,
    disabled,
    too_narrow,
    became_too_narrow,
    other_types,
    every_event,
    no_types,
    elsewhere,
    gone,
    an_error,
    every_event_fails,
    open_to_everybody,
    a_source_in_error,
    a_source_that_is_pending,
    a_source_without_a_bus,
    a_wrong_clock,
)
"""In the order of the table's rows."""
