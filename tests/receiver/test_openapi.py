"""schemas/receiver.openapi.json describes what the application answers, and all of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gcsync.receiver.application import PATH
from gcsync.receiver.limits import Limits
from tests.house.source import ROOT
from tests.receiver.asgi import Answered, Kept, ask, receiver, run

DOCUMENT: dict[str, Any] = json.loads((ROOT / "schemas/receiver.openapi.json").read_text(encoding="utf-8"))
EVENT = b'{"id": "e", "eventType": "x"}'


def held(path: str, method: str, given: Answered) -> None:
    """The answer is one that the document has."""
    described = DOCUMENT["paths"][path][method.lower()]["responses"][str(given.status)]
    kind = given.headers["content-type"].partition(";")[0]
    assert kind in described["content"]
    if kind == "application/json":
        schema = described["content"][kind]["schema"] | {"components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator(schema).validate(given.document)
    assert set(described.get("headers", {})) - {"WWW-Authenticate"} <= {name.title() for name in given.headers}


def test_its_schemas_are_schemas() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "body", [EVENT, b'{"verification_token": [1]}', b"", b"{", b'{"a": 1}', b'{"id": 1, "detail-type": "x"}']
)
def test_what_the_endpoint_answers_is_described(tmp_path: Path, body: bytes) -> None:
    async def act() -> None:
        running = receiver(tmp_path, Kept(failures=1))
        for _ in range(3):
            held(PATH, "POST", await ask(running.application, body))
        await running.store.close()
        held(PATH, "POST", await ask(running.application, body))

    run(act())


def test_refusals_are_described(tmp_path: Path) -> None:
    async def act() -> None:
        running = receiver(tmp_path, limits=Limits(body=5, head=200, rate=4))
        for headers in ([], [(b"content-type", b"text/plain")], [(b"x", b"y" * 300)], [], []):
            held(PATH, "POST", await ask(running.application, EVENT, headers=headers))
        for path in ("/healthz", "/readyz", "/metrics"):
            held(path, "GET", await ask(running.application, method="GET", path=path))
        running.application.draining = True
        held("/readyz", "GET", await ask(running.application, method="GET", path="/readyz"))
        await running.store.close()

    run(act())
