from __future__ import annotations

import contextlib
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from gcsync.emulator import EmulatorSettings, start
from gcsync.model.diagnostic import DiagnosticError

SERVE = """
import sys
from pathlib import Path
from gcsync.emulator import EmulatorSettings, serve
sys.exit(serve(EmulatorSettings(Path(sys.argv[1])), lambda url: print(url, flush=True)))
"""


@pytest.fixture
def served(database):
    """An emulator in a process of its own: the process, and its URL."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE, str(database)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process, process.stdout.readline().strip()
        process.kill()


def send_nonsense(url):
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
        connection.sendall(b"no HTTP at all\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")


def test_it_answers_when_start_returns_and_not_after_stop(database):
    with start(EmulatorSettings(database)) as running:
        found = requests.get(f"{running.url}/emulator", timeout=180)
        assert found.status_code == 200
    # Another program may have that port by now.
    with contextlib.suppress(requests.RequestException):
        assert requests.get(f"{running.url}/emulator", timeout=180).content != found.content


def test_it_listens_on_the_loopback_interface_unless_told_otherwise(run):
    assert run().running.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(("host", "url"), [("localhost", "http://"), ("0.0.0.0", "http://127.0.0.1:")])
def test_the_url_can_be_spoken_to(run, host, url):
    client = run(host=host)
    assert client.running.url.startswith(url)
    assert client.send("GET", "/emulator").status_code == 200


def test_stopping_twice_is_no_error_and_leaves_nothing_running(database):
    # Those of earlier tests may come to their end meanwhile.
    before = set(threading.enumerate())
    running = start(EmulatorSettings(database))
    requests.get(f"{running.url}/emulator", timeout=180)
    running.stop()
    running.stop()
    assert (running.running(), set(threading.enumerate()) - before) == (False, set())


def test_it_leaves_signal_handlers_alone(database):
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with start(EmulatorSettings(database)):
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_port_in_use_is_told(database):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(DiagnosticError) as caught:
            start(EmulatorSettings(database, port=port))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, f"127.0.0.1:{port}" in diagnostic.message) == ("GC654", True)


def test_a_host_that_is_not_this_machine_is_told(database):
    with pytest.raises(DiagnosticError, match="GC654"):
        start(EmulatorSettings(database, host="192.0.2.1"))


def test_settings_that_cannot_be_followed_make_no_file(database):
    with pytest.raises(DiagnosticError, match="GC651"):
        start(EmulatorSettings(database, faults=("x",)))
    assert not database.exists()


def test_a_database_that_fails_while_it_is_filled_is_told(database, monkeypatch):
    def fail(*_):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("gcsync.emulator.documents.Documents.all", fail)
    with pytest.raises(DiagnosticError, match="GC655"):
        start(EmulatorSettings(database, integrations=("embedded-client-app",)))


def test_nothing_is_printed(run, capfd, stream):
    client = run(faults=("drop-after:1:DELETE", "500:1:PUT"))
    client.create()
    client.send("PUT", "/api/v2/eventstreams/x", json=stream())
    with pytest.raises(requests.ConnectionError):
        client.send("DELETE", "/api/v2/eventstreams/x")
    send_nonsense(client.running.url)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_served_in_the_foreground_it_prints_nothing_and_ends_with_0_on_a_signal(served, number):
    process, url = served
    send_nonsense(url)
    assert requests.get(f"{url}/emulator", timeout=180).status_code == 200
    process.send_signal(number)
    out, err = process.communicate(timeout=180)
    assert (process.returncode, out, err) == (0, "", "")


def test_two_processes_share_organization_tokens_and_streams(run, served):
    client, (_, other) = run(), served
    created = client.create()
    headers = {"Authorization": f"Bearer {client.token}"}
    assert requests.get(other + created["selfUri"], headers=headers, timeout=180).json() == created
    mine, theirs = client.send("GET", "/emulator"), requests.get(f"{other}/emulator", timeout=180)
    assert mine.json() == theirs.json()


def test_two_processes_at_once_make_each_name_once(run, served, stream):
    client, (_, other) = run(), served
    headers = {"Authorization": f"Bearer {client.token}"}

    def create(number):
        url = (client.running.url, other)[number % 2]
        body = stream(name=f"stream {number // 4}")
        return requests.post(f"{url}/api/v2/eventstreams", json=body, headers=headers, timeout=180).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(create, range(80)))
    assert statuses == [200] * 20 + [409] * 60


def test_many_writers_at_once_lose_no_update(run, stream):
    client = run()
    path = client.create()["selfUri"]
    headers = {"Authorization": f"Bearer {client.token}"}

    def replace(_):
        body = stream(version=1)
        return requests.put(client.running.url + path, json=body, headers=headers, timeout=180).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(replace, range(24)))
    assert statuses == [200] + [409] * 23
