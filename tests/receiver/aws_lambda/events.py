"""Events as AWS hands them to a function, made from a request, as the guides of its gateways show them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

Event: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request as it is sent to a gateway. `packed` has the body sent on in base64."""

    body: bytes = b""
    method: str = "POST"
    path: str = "/genesys-events"
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-type", b"application/json"),)
    peer: str = "192.0.2.1"
    packed: bool = False

    def told(self) -> Event:
        """Gateways pack what is no text; a body that is not there is left out."""
        try:
            text = self.body.decode()
        except UnicodeDecodeError:
            return {"body": base64.b64encode(self.body).decode(), "isBase64Encoded": True}
        if self.packed:
            return {"body": base64.b64encode(self.body).decode(), "isBase64Encoded": True}
        return {"isBase64Encoded": False} | ({"body": text} if text else {})


def joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Payload format 2.0: names in lower case, duplicates with a comma."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.decode().lower()
        found[key] = f"{found[key]},{value.decode()}" if key in found else value.decode()
    return found


def several(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, list[str]]:
    """Payload format 1.0: names as they came."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.decode().title(), []).append(value.decode())
    return found


def function_url(asked: Asked, stage: str = "$default") -> Event:
    front = "" if stage == "$default" else f"/{stage}"
    host = "abcdefghij.lambda-url.eu-west-1.on.aws"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": front + asked.path,
        "rawQueryString": "",
        "headers": {"host": host, "x-forwarded-proto": "https", **joined(asked.headers)},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefghij",
            "domainName": host,
            "domainPrefix": "abcdefghij",
            "http": {
                "method": asked.method,
                "path": front + asked.path,
                "protocol": "HTTP/1.1",
                "sourceIp": asked.peer,
                "userAgent": "Amazon/EventBridge/ApiDestinations",
            },
            "requestId": "5c1f0b9e-0000-4000-8000-000000000000",
            "routeKey": "$default",
            "stage": stage,
            "time": "26/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1795683600000,
        },
        **asked.told(),
    }


def http_api(asked: Asked) -> Event:
    """With a stage of a name, which is in front of the path, and cookies."""
    event = function_url(asked, "prod")
    event["requestContext"] |= {"accountId": "123456789012", "routeKey": f"{asked.method} {asked.path}"}
    return event | {"cookies": ["a=1", "b=2"], "routeKey": f"{asked.method} {asked.path}"}


def rest_api(asked: Asked) -> Event:
    """API Gateway v1: the path is without the stage, `headers` has the last of each."""
    headers = several(asked.headers)
    return {
        "resource": asked.path,
        "path": asked.path,
        "httpMethod": asked.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": None,
        "requestContext": {
            "stage": "prod",
            "path": f"/prod{asked.path}",
            "httpMethod": asked.method,
            "identity": {"sourceIp": asked.peer},
        },
        "body": None,
        **asked.told(),
    }


def load_balancer(asked: Asked) -> Event:
    """An ALB whose target group has multi-value headers off; the sender tried to tell another peer."""
    return {
        "requestContext": {
            "elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/a/b"}
        },
        "httpMethod": asked.method,
        "path": asked.path,
        "queryStringParameters": {},
        "headers": {**joined(asked.headers), "x-forwarded-for": f"198.51.100.7, {asked.peer}"},
        "body": "",
        **asked.told(),
    }


DOORS: dict[str, Callable[[Asked], Event]] = {
    "function URL": function_url,
    "HTTP API": http_api,
    "REST API": rest_api,
    "load balancer": load_balancer,
}
