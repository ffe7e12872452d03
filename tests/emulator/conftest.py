"""Emulators over real HTTP. `run(...)` starts one with the given settings and hands back a client that has a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests

from gcsync.emulator import SCOPES, Behaviour, EmulatorSettings, start
from tests.emulator.platform_document import assert_described, operation

INTEGRATIONS = "/api/v2/integrations"
TRIGGERS = "/api/v2/processautomation/triggers"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


class Client:
    """Speaks to an emulator; `token` is sent as it is, None sends none.

    Every answer of the platform API is held against its OpenAPI document; `seen` are the operations it answered.
    """

    def __init__(self, running):
        self.running = running
        self.http = requests.Session()
        self.token = None
        self.seen = set()

    def send(self, method, path, **options):
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **options.pop("headers", {})}
        answer = self.http.request(method, self.running.url + path, headers=headers, timeout=180, **options)
        name = operation(method, path.partition("?")[0])
        # A fault's empty 200 is as no document has it.
        if name is not None and (answer.content or answer.status_code != 200):
            self.seen.add(name)
            assert_described(name, answer)
        return answer

    def log_in(self, identifier="a", secret="b"):
        form = {"grant_type": "client_credentials"}
        answer = self.send("POST", "/oauth/token", data=form, auth=(identifier, secret))
        self.token = answer.json().get("access_token")
        return answer

    def create(self, **fields):
        return self.send("POST", "/api/v2/eventstreams", json=stream(**fields)).json()

    def integrate(self, name="source", type_id="amazon-eventbridge-source"):
        return self.send("POST", INTEGRATIONS, json={"name": name, "integrationType": {"id": type_id}}).json()

    def configure(self, identifier, version=1, **fields):
        uri = f"{INTEGRATIONS}/{identifier}/config/current"
        return self.send("PUT", uri, json={**configuration(), "version": version, **fields})

    def intend(self, identifier, state):
        return self.send("PATCH", f"{INTEGRATIONS}/{identifier}", json={"intendedState": state})

    def trigger(self, **fields):
        return self.send("POST", TRIGGERS, json=trigger(**fields))

    def sign_in(self, person):
        """From now on what is sent is sent by this person."""
        self.token = self.send("POST", "/emulator/tokens", json={"person": person}).json()["access_token"]

    def ask_audits(self, query="?expand=user", **fields):
        """The question, by default for everything of the last two weeks; None leaves a field out."""
        now = datetime.fromtimestamp(1_800_000_000.0, UTC)
        body = {"interval": f"{(now - timedelta(days=14)).isoformat()}/{(now + timedelta(days=1)).isoformat()}"}
        body |= fields
        given = {name: value for name, value in body.items() if value is not None}
        return self.send("POST", f"/api/v2/audits/query/realtime{query}", json=given)

    def audits(self, **fields):
        return self.ask_audits(**fields).json()["entities"]

    def close(self):
        self.http.close()
        self.running.stop()


def stream(**fields):
    """What a client sends for a stream; None leaves a field out."""
    body = {"name": "calls", "destinations": [{"protocol": "https", "url": "https://events.example.com/in"}], **fields}
    return {name: value for name, value in body.items() if value is not None}


def properties(**fields):
    """The four properties of an EventBridge integration; None leaves one out."""
    found = {"awsAccountId": "123456789012", "awsAccountRegion": "us-east-1", "eventSourceSuffix": "prod"}
    return {name: value for name, value in {**found, "eventFilter": [], **fields}.items() if value is not None}


def configuration(**fields):
    """What a client sends for a configuration, without its version."""
    rest = {"name": "source", "advanced": {}, "notes": "", "credentials": {}}
    return {**rest, "properties": properties(), **fields}


def trigger(**fields):
    """What a client sends for a trigger; None leaves a field out."""
    body = {
        "name": "callback",
        "topicName": "v2.detail.events.conversation.{id}.customer.end",
        "enabled": True,
        "target": {"type": "Workflow", "id": "flow-1", "workflowTargetSettings": {"dataFormat": "Json"}},
        **fields,
    }
    return {name: value for name, value in body.items() if value is not None}


@pytest.fixture(name="properties")
def properties_():
    return properties


@pytest.fixture(name="configuration")
def configuration_():
    return configuration


@pytest.fixture(name="trigger")
def trigger_():
    return trigger


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
    for path in ("streams", "integrations", "triggers", "tokens", "faults", "requests", "audits"):
        client.send("DELETE", f"/emulator/{path}")
    client.send("PATCH", "/emulator/behaviour", json=Behaviour().to_json())
    client.send("PUT", "/emulator/scopes", json={"scopes": list(SCOPES)})
    client.log_in()
    yield client
    client.http.close()
