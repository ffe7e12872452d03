"""The answers through Lambda are those over a connection: the suite of the application, asked through a gateway."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from gcsync.receiver.application import PATH, Application
from gcsync.receiver.authentication import authentication
from gcsync.receiver.aws_lambda.gateway import ask, read_request
from gcsync.receiver.handling import Handling
from gcsync.receiver.interface import Claim, Claimed
from tests.receiver import asgi, test_application
from tests.receiver.asgi import JSON, Answered, Kept, run
from tests.receiver.aws_lambda.events import DOORS, Asked, function_url


def again(test: Callable[..., None]) -> Callable[..., None]:
    """A test of the application, to be collected here too; the fixture below has it ask through a function URL."""

    @functools.wraps(test)
    def run_again(*given: Any, **named: Any) -> None:
        test(*given, **named)

    return pytest.mark.full(run_again)


SUITE = {name: again(test) for name, test in vars(test_application).items() if name.startswith("test_")}
globals().update(SUITE)


async def through(application: Application, event: dict[str, Any]) -> Answered:
    request = read_request(event)
    result = (await ask(application.asgi, request)).result(legacy=request.legacy)
    assert result["isBase64Encoded"] is False
    return Answered(result["statusCode"], result["body"].encode(), result["headers"])


@pytest.fixture(autouse=True)
def by_function_url(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask_gateway(
        application: Application,
        body: bytes | Iterable[bytes] = b"",
        *,
        method: str = "POST",
        path: str = PATH,
        headers: Iterable[tuple[bytes, bytes]] = JSON,
        peer: str = "192.0.2.1",
    ) -> Answered:
        whole = body if isinstance(body, bytes) else b"".join(body)
        event = function_url(Asked(whole, method, path, tuple(headers), peer))
        # Only what a test has given counts, as over a connection: some measure the head.
        event["headers"] = {name: event["headers"][name] for name in event["headers"] if name not in OWN}
        return await through(application, event)

    for module in (asgi, test_application):
        monkeypatch.setattr(module, "ask", ask_gateway)


class Fresh:
    """A store that knows no id yet, whichever is asked for: what it remembers is held elsewhere."""

    async def claim(self, event_id: str, holder: str) -> Claimed:
        return Claimed(Claim.MINE)

    async def done(self, event_id: str, holder: str) -> bool:
        return True


FRESH: Any = Fresh()
OWN = {"host", "x-forwarded-proto"}
KEY = ((b"x-api-key", b"sesame"),)
REQUESTS = {
    **{name: Asked(body, headers=JSON + KEY) for name, (body, _, _) in test_application.TABLE.items()},
    "no credential": Asked(test_application.EVENT),
    "two credentials": Asked(test_application.EVENT, headers=JSON + KEY + KEY),
    "a wrong method": Asked(b"", "GET", headers=KEY),
    "a wrong path": Asked(test_application.EVENT, path="/genesys-events/", headers=JSON + KEY),
    "another type": Asked(test_application.EVENT, headers=((b"content-type", b"text/plain"), *KEY)),
    "too large": Asked(b" " * (1024 * 1024 + 1), headers=JSON + KEY),
    "no UTF-8": Asked(b'{"id": "\xff", "eventType": "x"}', headers=JSON + KEY),
    "a token beyond ASCII": Asked('{"verification_token": "\u00fc\U0001f600"}'.encode(), headers=JSON + KEY),
    "the health": Asked(b"", "GET", "/healthz", ()),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_every_gateway_gives_the_answer_of_a_connection_to_the_byte(name: str) -> None:
    asked = REQUESTS[name]

    async def over(kind: str, event: dict[str, Any] | None = None) -> Answered:
        secret = authentication("header:X-Api-Key", {"GCSYNC_RECEIVER_SECRET": "sesame"}, insecure=False)
        application = Application(FRESH, Handling(FRESH, Kept(), kind), secret)
        if event is not None:
            return await through(application, event)
        return await over_connection(
            application, asked.body, method=asked.method, path=asked.path, headers=asked.headers
        )

    async def compare() -> None:
        straight = await over("connection")
        for kind, door in DOORS.items():
            assert await over(kind, door(asked)) == straight, kind
        packed = function_url(Asked(**{**vars(asked), "packed": True}))
        assert await over("packed", packed) == straight

    run(compare())


over_connection = asgi.ask
