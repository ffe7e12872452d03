"""The client against a server that does as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.failure import OutcomeUnknown
from gcsync.platforms.client import Call, Client, Dialect, Refused
from gcsync.platforms.transport import Surroundings
from tests.stand_ins.server import Answer, Request, StandIn, serving


@dataclass
class Scripted(StandIn):
    """Answers with what it is given, one after the other; the last again and again."""

    answers: list[Answer] = field(default_factory=list)
    seen: list[Request] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def answer(self, request: Request) -> Answer:
        self.seen.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def client(self) -> Client:
        surroundings = Surroundings(
            clean=lambda text: str(text).replace("t0ken", "(sensitive)"),
            notify=self.said.append,
            sleep=self.waits.append,
            random=lambda: 0.0,
            clock=lambda: 1_000.0,
        )
        headers = {"Authorization": "Bearer t0ken"}
        explain = Dialect("Server", headers, lambda refusal: Diagnostic("GC708", refusal.message))
        return Client(self.url, explain, surroundings)


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    with serving(scripted):
        yield scripted


READ = Call("GET", "/thing", "a thing")
MAKE = Call("POST", "/things", "a new thing", body={"a": 1}, makes=True)
CHANGE = Call("PUT", "/thing", "a thing", body={"a": 1})
GOOD = Answer(200, {"good": True})


class TestRetries:
    @pytest.mark.parametrize(
        ("answer", "seconds"),
        [
            (Answer(429, {}, {"Retry-After": "7"}), 7.0),
            (Answer(429, {}), 0.5),
            (Answer(403, {"message": "You have exceeded a secondary rate limit."}), 0.5),
            (Answer(403, {}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1012"}), 12.0),
            (Answer(403, {}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "900"}), 0.0),
            (Answer(403, {"message": "You have triggered an abuse detection mechanism."}, {"Retry-After": "3"}), 3.0),
        ],
        ids=range(6),
    )
    @pytest.mark.parametrize("call", [READ, MAKE, CHANGE], ids=["read", "make", "change"])
    def test_a_rate_limit_is_waited_for_as_asked(
        self, server: Scripted, call: Call, answer: Answer, seconds: float
    ) -> None:
        server.answers = [answer, GOOD]
        assert server.client.get(call) == {"good": True}
        assert server.waits == [seconds]
        assert server.said == [f"waiting {seconds:.0f} s (Server: {answer.status}, rate limit, 2 of 5)"]

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_server_in_trouble_is_asked_again_and_makes_nothing_twice(self, server: Scripted, status: int) -> None:
        server.answers = [Answer(status, "oops"), GOOD]
        assert server.client.get(READ) == {"good": True}
        server.answers = [Answer(status, "oops"), GOOD]
        with pytest.raises(OutcomeUnknown, match=f"does not answer for a new thing: {status}"):
            server.client.get(MAKE)

    def test_a_dropped_connection_is_tried_again_and_makes_nothing_twice(self, server: Scripted) -> None:
        server.answers = [GOOD]
        server.fail("drop", times=2)
        assert server.client.get(CHANGE) == {"good": True}
        server.fail("drop")
        with pytest.raises(OutcomeUnknown):
            server.client.get(MAKE)

    def test_waits_grow_and_end(self, server: Scripted) -> None:
        server.answers = [Answer(503, {})]
        with pytest.raises(DiagnosticError, match=r"GC706: Server \(127.0.0.1:\d+\) does not answer for a thing: 503"):
            server.client.get(READ)
        assert server.waits == [0.5, 1.0, 2.0, 4.0]

    def test_who_asks_for_an_hour_is_told_and_not_waited_for(self, server: Scripted) -> None:
        server.answers = [Answer(429, {}, {"Retry-After": "3600"})]
        with pytest.raises(DiagnosticError, match="it asks to wait 3600 s"):
            server.client.get(READ)
        assert server.waits == []

    def test_a_connection_that_nobody_takes_was_never_made(self, server: Scripted) -> None:
        server.url = "http://127.0.0.1:9"
        with pytest.raises(DiagnosticError, match="no connection") as caught:
            server.client.get(MAKE)
        assert (isinstance(caught.value, OutcomeUnknown), len(server.waits)) == (False, 2)


class TestRedirects:
    def test_on_the_same_host_are_followed_with_method_and_body(self, server: Scripted) -> None:
        server.answers = [Answer(301, None, {"Location": "/repositories/1/things"}), GOOD]
        assert server.client.get(MAKE) == {"good": True}
        assert [(one.method, one.path, one.body) for one in server.seen][1] == (
            "POST",
            "/repositories/1/things",
            b'{"a": 1}',
        )

    @pytest.mark.parametrize("location", ["http://127.0.0.1:9/x", "//example.com/x", "https://127.0.0.1/x", ""])
    def test_to_another_host_are_not(self, server: Scripted, location: str) -> None:
        server.answers = [Answer(302, None, {"Location": location} if location else {})]
        with pytest.raises(DiagnosticError, match=r"GC707: .* leads to another host"):
            server.client.get(READ)
        assert len(server.seen) == 1

    def test_without_end_are_an_error(self, server: Scripted) -> None:
        server.answers = [Answer(307, None, {"Location": "/thing"})]
        with pytest.raises(DiagnosticError, match="from one redirect to another"):
            server.client.get(READ)


class TestPages:
    def page(self, names: list[str], link: str) -> Answer:
        return Answer(200, [{"name": name} for name in names], {"Link": f'<{link}>; rel="next"'} if link else {})

    def test_are_read_to_the_last_and_only_from_the_own_host(self, server: Scripted) -> None:
        server.answers = [
            self.page(["a"], "https://elsewhere.example.com/repositories/1/things?per_page=100&page=2"),
            self.page(["b"], "https://elsewhere.example.com/things?per_page=100&page=3&cursor=x%3D"),
            self.page(["c"], ""),
        ]
        found = server.client.pages(Call("GET", "/things", "things", params={"sort": "asc"}))
        assert [one["name"] for one in found] == ["a", "b", "c"]
        assert [one.path for one in server.seen] == ["/things"] * 3
        assert server.seen[2].query == {"sort": "asc", "per_page": "100", "page": "3", "cursor": "x="}

    def test_that_repeat_are_an_error(self, server: Scripted) -> None:
        server.answers = [self.page(["a"], "/things?page=2")]
        with pytest.raises(DiagnosticError, match="does not end after 2 pages"):
            server.client.pages(Call("GET", "/things", "things"))

    def test_without_end_are_an_error(self, server: Scripted) -> None:
        server.answers = [self.page([], f"/things?page={number}") for number in range(2, 400)]
        with pytest.raises(DiagnosticError, match="does not end after 200 pages"):
            server.client.pages(Call("GET", "/things", "things"))

    @pytest.mark.parametrize("body", [{}, None, [1], [None], "text", [[]]])
    def test_that_are_no_list_of_objects_are_an_error(self, server: Scripted, body: object) -> None:
        server.answers = [Answer(200, body)]
        with pytest.raises(DiagnosticError, match="GC707"):
            server.client.pages(Call("GET", "/things", "things"))


class TestAnswers:
    @pytest.mark.parametrize("body", ["", "<html>", "[" * 200_000, '{"a"', "7"], ids=range(5))
    def test_that_are_no_object_are_an_error(self, server: Scripted, body: str) -> None:
        server.answers = [Answer(200, body)]
        with pytest.raises(DiagnosticError, match="GC707"):
            server.client.get(READ)

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({"message": "no, t0ken"}, "no, (sensitive)"),
            ({"message": {"base": ["no"]}}, '{"base": ["no"]}'),
            ({"error": "insufficient_scope", "error_description": "more"}, "insufficient_scope; more"),
            ({"message": "Failed", "errors": [{"code": "invalid", "field": "body"}]}, "Failed; invalid"),
            ({"message": "Failed", "errors": [{"code": "unprocessable", "message": "too long"}]}, "Failed; too long"),
            ({"message": 7, "errors": 7}, "7"),
            ([], ""),
            ("<html>", ""),
        ],
        ids=range(8),
    )
    def test_a_refusal_says_what_the_server_says_without_the_token(
        self, server: Scripted, body: object, said: str
    ) -> None:
        server.answers = [Answer(422, body)]
        with pytest.raises(Refused) as caught:
            server.client.get(READ)
        assert (caught.value.diagnostics[0].message, caught.value.status) == (said, 422)

    def test_the_token_is_in_no_representation(self, server: Scripted) -> None:
        assert "t0ken" not in repr(vars(server.client))
