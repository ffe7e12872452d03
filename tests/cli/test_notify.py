"""`drift --notify`, with the real apprise and a server of this test in the place of a chat."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest import mock

import pytest

from gcsync.cli.notify import notifying
from gcsync.cli.notify_memory import alone_with, read_memories
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.drift import Accepted, DriftReport, KnownDrift
from tests.views.factories import create, plan, update


@dataclass
class Chat:
    """A service that takes messages as JSON, or refuses them."""

    url: str = ""
    refusing: bool = False
    messages: list[dict[str, str]] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.messages]


@pytest.fixture
def chat() -> Iterator[Chat]:
    found = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not found.refusing:
                found.messages.append(json.loads(body))
            self.send_response(500 if found.refusing else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Nothing is logged."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"json://user:s3cret-token@127.0.0.1:{server.server_port}/alerts?cto=180&rto=180"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def codes(error: pytest.ExceptionInfo[DiagnosticError]) -> list[str]:
    return [found.code for found in error.value.diagnostics]


def test_without_urls_nobody_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert notifying((), 1, None) is None
    assert capsys.readouterr().err == ""


def test_a_job_that_means_to_tell_somebody_hears_that_there_is_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert (notifying((), 2, None), notifying((), 1, Path("told.json"))) == (None, None)
    assert capsys.readouterr().err.count("Nobody is notified") == 2


def test_a_url_that_no_service_has_is_refused_without_being_shown() -> None:
    with pytest.raises(DiagnosticError) as error:
        notifying(("slack://s3cret-token", "s3cret-token"), 1, None)
    assert codes(error) == ["GC755", "GC755"]
    assert "s3cret" not in str(error.value)


def test_a_missing_extra_says_which() -> None:
    with mock.patch.dict(sys.modules, {"apprise": None}), pytest.raises(DiagnosticError) as error:
        notifying(("json://127.0.0.1/",), 1, None)
    assert codes(error) == ["GC756"]
    assert "gcsync[notify]" in error.value.diagnostics[0].hint


def send(chat: Chat, state: Path, reports: list[DriftReport], confirm: int = 1) -> list[str]:
    """The codes of the warnings of one run."""
    told = notifying((chat.url,), confirm, state)
    assert told is not None
    return [found.code for found in told.tell(reports, ignore_missing=False)]


def drifted(owner: str = "contact-center") -> DriftReport:
    change = update({}, {"enabled": False})
    return DriftReport(plan(owner=owner), drifted=(change,))


def test_the_same_drift_is_told_once_and_then_its_end(chat: Chat, tmp_path: Path) -> None:
    state = tmp_path / "told.json"
    for reports in ([drifted()], [drifted()], [DriftReport(plan())], [DriftReport(plan())]):
        assert send(chat, state, reports) == []
    assert [title.partition(" in ")[0] for title in chat.titles] == ["gcsync: drift", "gcsync: no more drift"]
    assert state.stat().st_mode & 0o777 == 0o600


def test_drift_is_told_after_so_many_sightings(chat: Chat, tmp_path: Path) -> None:
    for sightings in range(1, 4):
        send(chat, tmp_path / "told.json", [drifted()], confirm=3)
        assert len(chat.messages) == (1 if sightings == 3 else 0)


def test_drift_that_since_leaves_out_or_a_baseline_accepts_is_not_said_to_be_gone(chat: Chat, tmp_path: Path) -> None:
    found = drifted()
    (change,) = found.drifted
    accepted = Accepted(change.address, "enabled", "known", date(2026, 12, 31))
    older = DriftReport(found.plan, older=(change,))
    known = DriftReport(found.plan, known=(KnownDrift(change, accepted),))
    for report in (found, older, found, known, DriftReport(found.plan)):
        send(chat, tmp_path / "told.json", [report])
    assert [title.rpartition(": ")[2] for title in chat.titles] == ["1 new"]


def test_each_stack_is_remembered_by_itself(chat: Chat, tmp_path: Path) -> None:
    send(chat, tmp_path / "told.json", [drifted("one"), drifted("two")])
    send(chat, tmp_path / "told.json", [drifted("two")])
    assert len(chat.messages) == 2


def test_a_message_that_was_refused_is_sent_again_by_the_next_run(chat: Chat, tmp_path: Path) -> None:
    chat.refusing = True
    assert send(chat, tmp_path / "told.json", [drifted()]) == ["GC757"]
    chat.refusing = False
    assert send(chat, tmp_path / "told.json", [drifted()]) == []
    assert len(chat.messages) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"version": 2, "stacks": {}}',
        '{"version": 1, "stacks": {"a": 1}}',
        "[" * 100_000,
        '{"version": 1, "stacks": {"a": {"seen": {"x": Infinity}, "told": []}}}',
        '{"version": 1, "stacks": {"a": {"seen": {"x": -9}, "told": []}}}',
        '{"version": 1, "stacks": {"a": {"seen": {}, "told": "abc"}}}',
    ],
    ids=[
        "empty",
        "no keys",
        "a list",
        "null",
        "a later version",
        "no memory",
        "deep",
        "no number",
        "below none",
        "no list",
    ],
)
def test_a_file_that_is_no_memory_is_written_anew(chat: Chat, tmp_path: Path, content: str) -> None:
    state = tmp_path / "told.json"
    state.write_text(content, encoding="utf-8")
    assert send(chat, state, [drifted()]) == ["GC758"]
    assert send(chat, state, [drifted()]) == []
    assert len(chat.messages) == 1


def test_a_service_that_missed_a_message_is_told_again_and_the_others_are_not(chat: Chat, tmp_path: Path) -> None:
    nobody = "json://127.0.0.1:9/"
    for reports in ([drifted()], [drifted()]):
        told = notifying((nobody, chat.url), 1, tmp_path / "told.json")
        assert told is not None
        assert [found.code for found in told.tell(reports, ignore_missing=False)] == ["GC757"]
    assert len(chat.messages) == 1
    told = notifying((chat.url, chat.url), 1, tmp_path / "told.json")
    assert told is not None
    assert told.tell([drifted()], ignore_missing=False) == []
    assert len(chat.messages) == 2, "whoever is the first service now had not heard of it"


def test_two_runs_at_once_tell_everything_once_and_forget_nothing(chat: Chat, tmp_path: Path) -> None:
    state = tmp_path / "told.json"
    both = threading.Barrier(2)

    def run(owner: str) -> None:
        told = notifying((chat.url,), 1, state)
        assert told is not None
        (service,) = told.services

        def send_beside_the_other(title: str, body: str) -> bool:
            # They never meet here: one run has told and remembered all before the other looks.
            with suppress(threading.BrokenBarrierError):
                both.wait(0.2)
            return service.send(title, body)

        told.services = [replace(service, send=send_beside_the_other)]
        told.tell([drifted("both"), drifted(owner)], ignore_missing=False)

    with ThreadPoolExecutor() as pool:
        list(pool.map(run, ("one", "two")))
    assert len(chat.messages) == 3
    send(chat, state, [drifted("both"), drifted("one"), drifted("two")])
    assert len(chat.messages) == 3


def test_a_run_that_has_not_the_memory_to_itself_tells_all_the_same(tmp_path: Path) -> None:
    state = tmp_path / "told.json"
    for place in (state, tmp_path / "no folder" / "told.json"):
        with alone_with(state), alone_with(place, patience=0):
            assert read_memories(place) == ({}, [])


def test_drift_that_waits_to_be_confirmed_is_not_said_to_be_no_more(chat: Chat, tmp_path: Path) -> None:
    state, gone = tmp_path / "told.json", DriftReport(plan(), missing=(create(address="stream.z"),))
    for reports in ([gone], [gone], [drifted()]):
        send(chat, state, reports, confirm=2)
    assert [title.rpartition(": ")[2] for title in chat.titles] == ["1 new", "1 gone"]


def look(chat: Chat, state: Path, *, fails: bool, job: str = "stacks", confirm: int = 1) -> None:
    """A run that could not look, or one that found nothing."""
    told = notifying((chat.url,), confirm, state, job)
    assert told is not None
    with suppress(DiagnosticError), told.watching(no_color=True):
        if fails:
            raise DiagnosticError(Diagnostic("GC307", "401: the token has ended"))
        told.tell([DriftReport(plan())], ignore_missing=False)


def test_that_nobody_could_look_is_told_once_and_that_somebody_can_again(chat: Chat, tmp_path: Path) -> None:
    state = tmp_path / "told.json"
    for fails in (False, True, True, False, False):
        look(chat, state, fails=fails)
    assert chat.titles == ["gcsync: drift could not be looked for: stacks", "gcsync: drift is looked for again: stacks"]
    assert "401: the token has ended" in chat.messages[0]["message"]
    assert "job:" not in state.read_text(encoding="utf-8")


def test_a_failure_too_is_told_after_so_many_runs(chat: Chat, tmp_path: Path) -> None:
    for fails in (True, False, True, True):
        look(chat, tmp_path / "told.json", fails=fails, confirm=2)
    assert len(chat.messages) == 1


def test_a_job_that_looks_says_nothing_of_another_that_cannot(chat: Chat, tmp_path: Path) -> None:
    state = tmp_path / "told.json"
    for fails, job in ((True, "stacks --env dev"), (False, "stacks --env prod"), (True, "stacks --env dev")):
        look(chat, state, fails=fails, job=job)
    assert chat.titles == ["gcsync: drift could not be looked for: stacks --env dev"]


@pytest.mark.parametrize(("code", "looked"), [("GC606", True), ("GC640", False)], ids=["not approved", "locked"])
def test_what_fails_after_it_looked_or_beside_another_run_is_not_told(
    chat: Chat, tmp_path: Path, code: str, looked: bool
) -> None:
    told = notifying((chat.url,), 1, tmp_path / "told.json")
    assert told is not None
    with suppress(DiagnosticError), told.watching(no_color=True):
        if looked:
            told.tell([DriftReport(plan())], ignore_missing=False)
        raise DiagnosticError(Diagnostic(code, "nothing was applied"))
    assert chat.messages == []


def test_a_memory_that_cannot_be_written_is_a_warning(chat: Chat, tmp_path: Path) -> None:
    assert send(chat, tmp_path / "no folder" / "told.json", [drifted()]) == ["GC759"]
    assert len(chat.messages) == 1
