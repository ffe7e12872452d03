"""Emulators over real HTTP. `run(...)` starts one with the given settings and hands back a client that has a token."""

from __future__ import annotations

import pytest
import requests

from gcsync.emulator import SCOPES, EmulatorSettings, start


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


class Client:
    """Speaks to an emulator; `token` is sent as it is, None sends none."""

    def __init__(self, running):
        self.running = running
        self.http = requests.Session()
        self.token = None

    def send(self, method, path, **options):
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **options.pop("headers", {})}
        return self.http.request(method, self.running.url + path, headers=headers, timeout=30, **options)

    def log_in(self, identifier="a", secret="b"):
        form = {"grant_type": "client_credentials"}
        answer = self.send("POST", "/oauth/token", data=form, auth=(identifier, secret))
        self.token = answer.json().get("access_token")
        return answer

    def create(self, **fields):
        return self.send("POST", "/api/v2/eventstreams", json=stream(**fields)).json()

    def close(self):
        self.http.close()
        self.running.stop()


def stream(**fields):
    """What a client sends for a stream; None leaves a field out."""
    body = {"name": "calls", "destinations": [{"protocol": "https", "url": "https://events.example.com/in"}], **fields}
    return {name: value for name, value in body.items() if value is not None}


@pytest.fixture(name="stream")
def stream_():
    return stream


@pytest.fixture(scope="module")
def module_clock():
    return Clock()


@pytest.fixture
def clock(module_clock):
    module_clock.__init__()
    return module_clock


@pytest.fixture
def database(tmp_path):
    return tmp_path / "state" / "emulator.db"


@pytest.fixture
def run(database, clock):
    clients = []

    def begin(*, log_in=True, **settings):
        client = Client(start(EmulatorSettings(**{"database": database, **settings}), clock=clock))
        clients.append(client)
        if log_in:
            client.log_in(*settings.get("clients", [("a", "b")])[0])
        return client

    yield begin
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def shared(module_clock, tmp_path_factory):
    """One emulator for the tests of a file that ask for nothing special: starting one costs more than they do."""
    settings = EmulatorSettings(tmp_path_factory.mktemp("shared") / "emulator.db")
    with start(settings, clock=module_clock) as running:
        yield running


@pytest.fixture
def client(shared, clock):
    client = Client(shared)
    for path in ("streams", "tokens", "faults", "requests"):
        client.send("DELETE", f"/emulator/{path}")
    client.send("PUT", "/emulator/scopes", json={"scopes": list(SCOPES)})
    client.log_in()
    yield client
    client.http.close()
