"""Every request of gcsync, and every answer of the stand-ins, agrees with the OpenAPI document: Prism says so."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from gcsync.emulator import EmulatorSettings, start
from tests.contract import document, platform_document, prism
from tests.contract.document import LISTING, ORGANIZATION_PATH
from tests.contract.journeys import JOURNEYS, Hand, keep
from tests.contract.strict_server import TOKEN, Manner, Organization, serve
from tests.e2e import workplace
from tests.e2e.workplace import Workplace, credentials_for

pytestmark = pytest.mark.full

Backend: TypeAlias = Callable[[Path], AbstractContextManager[tuple[str, Hand]]]

ALLOWED_MANNERS = {
    "without versions": Manner(versions=False),
    "unknown fields": Manner(unknown_fields={"retention": {"days": 7}}),
    "event types shuffled": Manner(shuffled=True),
    "newlines into spaces": Manner(describe=lambda text: " ".join(text.split())),
    "headers masked": Manner(masked=True),
    "short pages": Manner(largest_page=2),
}


@contextmanager
def emulated(folder: Path) -> Iterator[tuple[str, Hand]]:
    with start(EmulatorSettings(database=folder / "emulator.db")) as running:
        yield running.url, workplace.Hand(running.url)


@contextmanager
def strict(folder: Path, manner: Manner | None = None) -> Iterator[tuple[str, Hand]]:
    organization = Organization(manner or Manner())
    with serve(organization) as url:
        yield url, organization


def proxied(url: str, folder: Path) -> AbstractContextManager[prism.Prism]:
    """Prism with the documents of every kind: gcsync looks for what it owns of each, also where there is none."""
    described = platform_document.with_event_streams()
    described["paths"][ORGANIZATION_PATH] = document.with_the_organization()["paths"][ORGANIZATION_PATH]
    return prism.proxy(url, folder, described)


def speak_to(work: Workplace, api: str, login: str) -> None:
    work.environ |= credentials_for(login) | {"GENESYS_CLOUD_API_URL": api}


def shapes(requests: list[str]) -> set[str]:
    """The operations of the document that were asked for, ids left out."""
    return {re.sub(rf"(?<={LISTING}/)[^/]+$", "ID", request) for request in requests}


@pytest.mark.parametrize("journey", JOURNEYS)
@pytest.mark.parametrize("backend", [emulated, strict])
def test_what_is_said_agrees_with_the_document(
    work: Workplace, tmp_path: Path, backend: Backend, journey: Callable[[Workplace, Hand], None]
) -> None:
    with backend(tmp_path) as (url, hand), proxied(url, tmp_path) as between:
        speak_to(work, between.url, url)
        journey(work, hand)
        assert between.violations() == []
        assert shapes(between.requests()) >= {f"get {ORGANIZATION_PATH}", f"get {LISTING}", f"post {LISTING}"}


def test_a_whole_life_uses_every_operation_of_the_document(work: Workplace, tmp_path: Path) -> None:
    with strict(tmp_path) as (url, hand), proxied(url, tmp_path) as between:
        speak_to(work, between.url, url)
        keep(work, hand)
        assert shapes(between.requests()) == {
            f"get {ORGANIZATION_PATH}",
            f"get {LISTING}",
            f"post {LISTING}",
            "get /api/v2/integrations",
            "get /api/v2/processautomation/triggers",
            *(f"{method} {LISTING}/ID" for method in ("get", "put", "delete")),
        }


@pytest.mark.parametrize("manner", ALLOWED_MANNERS.values(), ids=ALLOWED_MANNERS)
def test_so_it_does_with_an_organization_of_its_own_manner(work: Workplace, tmp_path: Path, manner: Manner) -> None:
    with strict(tmp_path, manner) as (url, hand), proxied(url, tmp_path) as between:
        for number in range(5):
            hand.create(f"somebody-elses-{number}")
        speak_to(work, between.url, url)
        keep(work, hand)
        assert between.violations() == []


WRONG = {
    "a field that is not known": ("POST", LISTING, {"name": "a", "destinations": [], "bogus": 1}),
    "a url that is not https": (
        "PUT",
        f"{LISTING}/es-1",
        {"name": "a", "destinations": [{"protocol": "https", "url": "http://a"}]},
    ),
    "a page that is too large": ("GET", f"{LISTING}?pageSize=101", None),
    "a method that is not known": ("PATCH", f"{LISTING}/es-1", None),
}


@pytest.mark.parametrize(("method", "path", "body"), WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_noticed(tmp_path: Path, method: str, path: str, body: object) -> None:
    with strict(tmp_path) as (url, _), prism.proxy(url, tmp_path) as between:
        assert ask(between.url, method, path, body) in (405, 422)
        assert len(between.violations()) == 1


def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    manner = Manner(left_out_of_pages=frozenset({"pageCount"}))
    with strict(tmp_path, manner) as (url, _), prism.proxy(url, tmp_path) as between:
        assert ask(between.url, "GET", LISTING) == 500
        assert len(between.violations()) == 1


def ask(url: str, method: str, path: str, body: object = None) -> int:
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
