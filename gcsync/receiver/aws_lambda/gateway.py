"""An event that a gateway hands to Lambda, as an ASGI request, and the answer as that gateway wants it.

payload format 2.0    function URLs and HTTP APIs (API Gateway v2)
payload format 1.0    REST APIs (API Gateway v1), HTTP APIs that are set to it, and load balancers (ALB)

Source: API Gateway's developer guide, "Create AWS Lambda proxy integrations for HTTP APIs", and the Elastic Load
Balancing user guide, "Use Lambda functions as targets".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Scope

Headers: TypeAlias = list[tuple[bytes, bytes]]
Event: TypeAlias = Mapping[str, Any]

# They speak of a connection, and the gateway has that. RFC 9110, section 7.6.1.
_OF_THE_CONNECTION = frozenset({b"connection", b"keep-alive", b"transfer-encoding"})


class NoRequest(Exception):
    """The event is not one of a gateway. The message holds nothing of the event."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request of any gateway. `path` is without the stage; `legacy` is payload format 1.0."""

    method: str
    path: str
    query: str
    headers: Headers
    peer: str
    body: bytes
    legacy: bool = False

    def scope(self) -> Scope:
        """As ASGI has it."""
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "https",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query.encode(),
            "root_path": "",
            "headers": self.headers,
            "client": (self.peer, 0) if self.peer else None,
            "server": None,
        }


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: header names in lower case, as ASGI sends them."""

    status: int
    headers: Headers
    body: bytes

    def result(self, *, legacy: bool) -> dict[str, Any]:
        """What Lambda returns to the gateway."""
        kept = [(name.decode(), value.decode("latin-1")) for name, value in self.headers if _belongs(name)]
        try:
            told: dict[str, Any] = {"body": self.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            told = {"body": base64.b64encode(self.body).decode(), "isBase64Encoded": True}
        told = {"statusCode": self.status, "headers": dict(kept), **told}
        if legacy:
            # Both forms: a load balancer reads the one that its target group is set to, REST APIs merge them.
            told["multiValueHeaders"] = {name: [value] for name, value in told["headers"].items()}
        return told


def read_request(event: Event, base_path: str = "") -> Request:
    """The request in an event. `base_path` is what a custom domain of a REST API puts in front. Raises NoRequest."""
    context = event.get("requestContext") if isinstance(event, Mapping) else None
    if not isinstance(context, Mapping):
        raise NoRequest("it has no requestContext")
    http = context.get("http")
    if isinstance(http, Mapping) and isinstance(event.get("rawPath"), str):
        return Request(
            method=str(http.get("method", "")),
            path=_without(event["rawPath"], context.get("stage"), base_path),
            query=str(event.get("rawQueryString") or ""),
            headers=[*_single(event.get("headers")), *_cookies(event.get("cookies"))],
            peer=str(http.get("sourceIp") or ""),
            body=_body(event),
        )
    if isinstance(event.get("httpMethod"), str) and isinstance(event.get("path"), str):
        return _legacy(event, context, base_path)
    raise NoRequest("it is neither of payload format 2.0 nor 1.0")


def _legacy(event: Event, context: Event, base_path: str) -> Request:
    several = event.get("multiValueHeaders")
    headers = _several(several) if several else _single(event.get("headers"))
    identity = context.get("identity")
    peer = str(identity.get("sourceIp") or "") if isinstance(identity, Mapping) else ""
    if "elb" in context:
        # The load balancer writes the peer at the end of what the sender may have written itself.
        forwarded = [value for name, value in headers if name == b"x-forwarded-for"]
        peer = forwarded[-1].decode("latin-1").rpartition(",")[2].strip() if forwarded else ""
    return Request(
        method=event["httpMethod"],
        path=_without(event["path"], context.get("stage"), base_path),
        query="",
        headers=headers,
        peer=peer,
        body=_body(event),
        legacy=True,
    )


def _without(path: str, stage: object, base_path: str) -> str:
    """The path as the application has it: HTTP APIs put the stage in front unless it is $default."""
    for front in (f"/{stage}", f"/{base_path.strip('/')}"):
        if path.startswith(f"{front}/") and front not in ("/$default", "/"):
            path = path.removeprefix(front)
    return unquote(path) or "/"


def _single(headers: object) -> Headers:
    given = headers.items() if isinstance(headers, Mapping) else ()
    return _encoded((name, value) for name, value in given)


def _several(headers: Mapping[str, Any]) -> Headers:
    return _encoded((name, value) for name, values in headers.items() for value in values or ())


def _encoded(headers: Iterable[tuple[Any, Any]]) -> Headers:
    """ASGI wants names in lower case; a REST API and a load balancer give them as they came."""
    return [
        (str(name).lower().encode("latin-1", "replace"), str(value).encode("latin-1", "replace"))
        for name, value in headers
    ]


def _cookies(cookies: object) -> Headers:
    given = [str(cookie) for cookie in cookies] if isinstance(cookies, list) else []
    return [(b"cookie", "; ".join(given).encode("latin-1", "replace"))] if given else []


def _body(event: Event) -> bytes:
    body = event.get("body")
    if not isinstance(body, str):
        return b""
    if not event.get("isBase64Encoded"):
        # A half surrogate pair cannot come from a gateway; as bytes it is no UTF-8, and refused as such.
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise NoRequest("its body is not the base64 that it says") from None


def _belongs(name: bytes) -> bool:
    return name not in _OF_THE_CONNECTION


async def ask(application: ASGIApp, request: Request) -> Response:
    """The application's answer. What it raises after it has answered is not raised: the answer counts."""
    sent: list[Message] = []
    rest: list[Message] = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> Message:
        return rest.pop() if rest else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        await application(request.scope(), receive, send)
    except Exception:
        if not sent:
            raise
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Response(sent[0]["status"], list(sent[0]["headers"]), body)
