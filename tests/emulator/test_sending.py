from __future__ import annotations

import itertools

import pytest

from gcsync.emulator.delivery import Destination
from gcsync.emulator.sending import Reply, Sender, handshake_problem, origin_of, parse_route, trusted_bundle
from tests.stand_ins.destination import destination
from tests.verify.endpoints import HOST, endpoint


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Events.Example.com/in?x=1", "https://events.example.com:443"),
        ("https://user:p@events.example.com.:8443", "https://events.example.com:8443"),
        ("http://[::1]:80/", "http://[::1]:80"),
    ],
)
def test_an_origin_has_one_spelling(url, expected):
    assert origin_of(url) == expected


def test_a_route_leads_from_https_to_loopback_or_to_https():
    assert parse_route("https://a.example.com=http://127.0.0.1:8080") == (
        "https://a.example.com:443",
        "http://127.0.0.1:8080",
    )
    assert parse_route("https://a.example.com=https://b.example.com/")[1] == "https://b.example.com:443"
    assert parse_route("https://a.example.com=http://localhost:1")[1] == "http://localhost:1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://a.example.com",
        "http://a.example.com=http://127.0.0.1:1",
        "https://a.example.com=http://10.0.0.1:1",
        "https://a.example.com=http://b.example.com",
        "https://a.example.com/in=http://127.0.0.1:1",
        "https://a.example.com=http://127.0.0.1:1/in",
        "https://u:p@a.example.com=http://127.0.0.1:1",
        "https://a.example.com=ftp://127.0.0.1",
        "https://a.example.com=http://127.0.0.1:none",
        "https://a.example.com:99999=http://127.0.0.1:1",
    ],
)
def test_any_other_route_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_route(text)


def test_nothing_is_sent_where_the_emulator_was_not_told_to():
    routes = {"https://a.example.com:443": "http://127.0.0.1:1"}
    assert Sender(routes, anywhere=False).refusal("https://A.example.com/in") is None
    assert "--deliver-map https://b.example.com=" in Sender(routes, anywhere=False).refusal("https://b.example.com")
    assert Sender({}, anywhere=True).refusal("https://b.example.com") is None


def send(there, url="https://user:pass@events.example.com:8443/in?key=x", headers=()):
    sender = Sender({origin_of(url): there.url}, anywhere=False)
    return sender.post(Destination("s", "calls", url, tuple(headers)), b'{"id": "e-1"}')


def test_a_request_carries_what_is_declared_and_names_the_host_it_is_meant_for():
    headers = [("X-Api-Key", "abc"), ("content-type", "application/cloudevents+json"), ("Content-Length", "999")]
    with destination() as there:
        assert send(there, headers=headers) == Reply(200, b'{"status": "success", "event_id": "e-1"}')
    ((seen, body),) = there.received
    assert (body, seen["host"], seen["x-api-key"]) == (b'{"id": "e-1"}', "events.example.com:8443", "abc")
    assert seen["content-type"] == "application/cloudevents+json"
    assert seen["authorization"] == "Basic dXNlcjpwYXNz"


@pytest.mark.parametrize(
    ("mood", "status", "problem"),
    [
        ("500", 500, ""),
        ("302", 302, ""),
        ("drop before", None, "no connection, or it was dropped"),
        ("drop after", None, "no connection, or it was dropped"),
        ("cut", None, "the answer was cut"),
    ],
)
def test_only_a_whole_2xx_answer_counts(mood, status, problem):
    with destination() as there:
        there.events = [mood]
        reply = send(there)
    assert (reply.status, reply.problem, reply.taken) == (status, problem, False)


def test_an_answer_that_comes_drop_by_drop_is_waited_for_no_longer_than_another():
    clock = itertools.count(step=6)
    with destination() as there:
        url = "https://events.example.com/in"
        sender = Sender({origin_of(url): there.url}, anywhere=False, now=lambda: next(clock))
        assert sender.post(Destination("s", "s", url, ()), b'{"id": "e-1"}') == Reply(None, problem="no answer in time")


def test_what_cannot_be_sent_is_no_crash_and_tells_nothing_of_it():
    with destination() as there:
        reply = send(there, headers=[("X-Bad\nName", "canary")])
    assert reply == Reply(None, problem="the request cannot be sent as it is declared")


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b'{"verification_token": "t"}', 200, None),
        (b'  {"verification_token":"t"}\n', 201, None),
        (b'{"verification_token": "t", "ok": true}', 200, "the answer has other fields beside verification_token"),
        (b'{"Verification_Token": "t"}', 200, "the answer does not hold the verification_token as it was sent"),
        (b'{"verification_token": "T"}', 200, "the answer does not hold the verification_token as it was sent"),
        (b'["t"]', 200, "the answer does not hold the verification_token as it was sent"),
        (b"t", 200, "the answer is not JSON"),
        (b"", 204, "the answer is not JSON"),
        (b'{"verification_token": "t"}', 302, "answered 302"),
        (b"", None, "dropped"),
    ],
)
def test_a_handshake_is_echoed_exactly_or_not_at_all(body, status, problem):
    assert handshake_problem(Reply(status, body, "dropped"), "t") == problem


class TestAnAuthorityOfOnesOwn:
    """`--deliver-https`, and a route to https: the certificate is checked for the host that the stream declares."""

    def test_is_trusted_where_the_environment_names_it(self, tmp_path):
        with endpoint(tmp_path) as server:
            for variable in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
                reply = self.send(server, trusted_bundle({variable: str(server.trusted)}))
                assert (reply.status, reply.problem) == (200, "")
            assert server.received[0].headers["host"] == HOST

    def test_is_not_trusted_otherwise(self, tmp_path):
        with endpoint(tmp_path) as server:
            assert self.send(server, trusted_bundle({})) == Reply(None, problem="TLS failed")
            assert server.received == []

    def test_does_not_help_a_certificate_for_another_name(self, tmp_path):
        with endpoint(tmp_path, name="127.0.0.1") as server:
            assert self.send(server, str(server.trusted)) == Reply(None, problem="TLS failed")

    def test_that_cannot_be_read_is_told(self, tmp_path):
        (tmp_path / "empty.pem").touch()
        for path in (tmp_path / "empty.pem", tmp_path / "none.pem"):
            with pytest.raises(ValueError, match=r"SSL_CERT_FILE: .* cannot be read as a file of certificates"):
                trusted_bundle({"SSL_CERT_FILE": str(path)})

    def send(self, server, bundle):
        url = f"https://{HOST}/in"
        sender = Sender({origin_of(url): f"https://127.0.0.1:{server.port}"}, anywhere=False, bundle=bundle)
        return sender.post(Destination("s", "calls", url, ()), b'{"id": "e-1", "verification_token": "t"}')
