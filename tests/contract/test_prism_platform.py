"""What gcsync and a server say to each other of sources, triggers and topics agrees with the SDKs' document."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from gcsync.emulator import EmulatorSettings, start
from tests.contract import platform_document, prism
from tests.contract.platform_document import INTEGRATIONS, TOPICS, TRIGGER_TOPICS, TRIGGERS
from tests.contract.platform_hand import Hand, OverHttp
from tests.contract.platform_journeys import JOURNEYS, declare
from tests.contract.platform_wire import TOKEN, serve
from tests.contract.strict_platform import Manner, Platform
from tests.e2e.workplace import Workplace, credentials_for

pytestmark = pytest.mark.full

Backend: TypeAlias = Callable[[Path], AbstractContextManager[str]]


@contextmanager
def emulated(folder: Path) -> Iterator[str]:
    with start(EmulatorSettings(database=folder / "emulator.db")) as running:
        yield running.url


@contextmanager
def strict(folder: Path) -> Iterator[str]:
    with serve(Platform(Manner(settling=1))) as url:
        yield url


@contextmanager
def between(work: Workplace, url: str) -> Iterator[prism.Prism]:
    """Prism between every command of `work` and the API at `url`; at the end it has found nothing wrong."""
    described = platform_document.with_event_streams()
    with prism.proxy(url, work.folder.parent, described) as proxy:
        work.environ |= credentials_for(url) | {"GENESYS_CLOUD_API_URL": proxy.url}
        yield proxy
        assert proxy.violations() == []


def shapes(requests: list[str]) -> set[str]:
    """The operations of the document that were asked for, ids left out."""
    return {re.sub(r"/[0-9a-f]{8}-[0-9a-f-]{27}", "/ID", request) for request in requests}


LIFE = {
    f"get {INTEGRATIONS}",
    f"get {INTEGRATIONS}/types/amazon-eventbridge-source",
    f"post {INTEGRATIONS}",
    f"get {INTEGRATIONS}/ID",
    f"patch {INTEGRATIONS}/ID",
    f"delete {INTEGRATIONS}/ID",
    f"get {INTEGRATIONS}/ID/config/current",
    f"put {INTEGRATIONS}/ID/config/current",
    f"get {TRIGGERS}",
    f"post {TRIGGERS}",
    *(f"{method} {TRIGGERS}/ID" for method in ("get", "put", "delete")),
    f"get {TOPICS}",
    f"get {TRIGGER_TOPICS}",
    "get /api/v2/organizations/me",
}


@pytest.mark.parametrize("backend", [emulated, strict])
def test_a_whole_life_uses_every_operation_and_agrees(work: Workplace, tmp_path: Path, backend: Backend) -> None:
    with backend(tmp_path) as url, between(work, url) as proxy:
        JOURNEYS[0](work, Hand(OverHttp(url)))
        assert shapes(proxy.requests()) >= LIFE


@pytest.mark.parametrize("backend", [emulated, strict])
@pytest.mark.parametrize("journey", JOURNEYS[1:])
def test_so_does_everything_else_that_a_user_does(
    work: Workplace, tmp_path: Path, backend: Backend, journey: Callable[[Workplace, Hand], None]
) -> None:
    with backend(tmp_path) as url, between(work, url):
        journey(work, Hand(OverHttp(url)))


def test_so_do_topics_list_and_doctor(work: Workplace, tmp_path: Path) -> None:
    with emulated(tmp_path) as url, between(work, url) as proxy:
        declare(work)
        assert work.gcsync("topics", "*customer*").code == 0
        assert work.gcsync("list").code == 0
        doctor = work.gcsync("doctor")
        assert doctor.code == 0, doctor.out + doctor.err
        assert "get /api/v2/tokens/me" in shapes(proxy.requests())


CONFIGURATION = {"name": "a", "version": 1, "properties": {}, "advanced": {}, "notes": "", "credentials": {}}
TARGET = {"type": "Workflow", "id": "w"}
TRIGGER = {"name": "a", "topicName": "v2.a", "enabled": True, "target": TARGET}
WRONG: dict[str, tuple[str, str, Any]] = {
    "a configuration without its notes": (
        "PUT",
        f"{INTEGRATIONS}/one/config/current",
        {name: value for name, value in CONFIGURATION.items() if name != "notes"},
    ),
    "a version that is text": ("PUT", f"{INTEGRATIONS}/one/config/current", CONFIGURATION | {"version": "1"}),
    "a state that is not known": ("PATCH", f"{INTEGRATIONS}/one", {"intendedState": "ON"}),
    "a field that is not known": ("POST", INTEGRATIONS, {"name": "a", "integrationType": {"id": "b"}, "note": "c"}),
    "an operator that is not known": (
        "POST",
        TRIGGERS,
        TRIGGER | {"matchCriteria": [{"jsonPath": "a", "operator": "Like", "value": 1}]},
    ),
    "a delay that is too short": ("POST", TRIGGERS, TRIGGER | {"delayBySeconds": 59}),
    "a page number that is none": ("GET", f"{INTEGRATIONS}?pageNumber=first", None),
}


@pytest.mark.parametrize(("method", "path", "body"), WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_noticed(tmp_path: Path, method: str, path: str, body: Any) -> None:
    described = platform_document.with_event_streams()
    with strict(tmp_path) as url, prism.proxy(url, tmp_path, described) as proxy:
        assert ask(proxy.url, method, path, body) == 422
        assert len(proxy.violations()) == 1


def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    platform = Platform(Manner())
    with serve(platform) as url, prism.proxy(url, tmp_path, platform_document.with_event_streams()) as proxy:
        next(iter(platform.integrations.values()))["intendedState"] = "SOMETIMES"
        assert ask(proxy.url, "GET", INTEGRATIONS) == 500
        assert len(proxy.violations()) == 1


def ask(url: str, method: str, path: str, body: Any = None) -> int:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, content, headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=prism.LONGEST_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        answer.close()
        return answer.code
