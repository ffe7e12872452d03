"""Cassettes: where they are, what is kept out of them, and a session that speaks into one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr
from vcr.cassette import Cassette

from gcsync.model.value import Secret
from gcsync.remote.session import GenesysSession
from gcsync.remote.settings import Credentials, Endpoint
from tests.contract.public_scenarios import OF_THE_PUBLIC_API
from tests.contract.scenarios import OF_STREAMS, Scenario

TESTS = Path(__file__).parents[1]
API = "https://api.mypurecloud.com"
LOGIN = "https://login.mypurecloud.com"
_KEPT = {"content-type", "content-length", "retry-after", "inin-correlation-id"}


def cassette_of(scenario: Scenario) -> Path:
    folder = "kinds" if scenario in OF_STREAMS + OF_THE_PUBLIC_API else "remote"
    return TESTS / folder / "cassettes" / f"{scenario.__name__}.yaml"


@contextmanager
def tape(scenario: Scenario, record_mode: str, url: str | None = None) -> Iterator[tuple[GenesysSession, Cassette]]:
    """A session whose conversation is recorded from the server at `url`, or played back where there is none."""
    recorder = vcr.VCR(
        record_mode=record_mode,
        match_on=["method", "scheme", "host", "path", "query", "body"],
        before_record_request=_clean_request,
        before_record_response=_clean_response,
        decode_compressed_response=True,
    )
    endpoint = Endpoint("us-east-1", url or API, url or LOGIN)
    credentials = Credentials("recorded-client", Secret("recorded-secret"))
    with (
        recorder.use_cassette(str(cassette_of(scenario))) as cassette,
        GenesysSession(
            endpoint, credentials, read_only=False, sleep=lambda _: None, random=lambda: 0.0, clock=lambda: 0.0
        ) as session,
    ):
        yield session, cassette


def _clean_request(request: Any) -> Any:
    host = LOGIN if request.path == "/oauth/token" else API
    request.uri = re.sub(r"^http://127\.0\.0\.1:\d+", host, request.uri)
    request.headers = {"Content-Type": request.headers["Content-Type"]} if "Content-Type" in request.headers else {}
    return request


def _clean_response(response: Any) -> Any:
    response["headers"] = {name: values for name, values in response["headers"].items() if name.lower() in _KEPT}
    body = response["body"]["string"]
    if b"access_token" in body:
        response["body"]["string"] = json.dumps({**json.loads(body), "access_token": "filtered"}).encode()
        response["headers"]["Content-Length"] = [str(len(response["body"]["string"]))]
    return response
