"""The operations of the public platform API: what each request passes before its handler sees it.

request ─▶ scope, permission (403) ─▶ query and body as the OpenAPI document has them (400) ─▶ handler
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from gcsync.emulator.access import require_permission, require_scope
from gcsync.emulator.behaviour import LiveBehaviour
from gcsync.emulator.exchange import Answer, Call, read_json
from gcsync.emulator.specification import platform
from gcsync.emulator.store import Token

_SCOPES = {
    "integrations": ("integrations", "integrations:readonly"),
    "process_automation": ("process-automation", "process-automation:readonly"),
    "notifications": ("notifications", "notifications"),
}
"""By tag of the operation: the scope that allows everything, and the one that is enough for reading."""


@dataclass(frozen=True, slots=True)
class Order:
    """A request that is allowed and as described: `query` holds defaults too, `body` is None where there is none."""

    parameters: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    token: Token


Work: TypeAlias = Callable[[Order], Answer]
ApiHandler: TypeAlias = Callable[[Call, Token], Answer]
Routes: TypeAlias = dict[str, dict[str, ApiHandler]]
"""Handlers by path and method."""


def routes(works: Mapping[str, Work], behaviour: LiveBehaviour) -> Routes:
    """The routes of the operations that `works` names."""
    found: Routes = {}
    for name, work in works.items():
        path, method, _ = platform().operations[name]
        for spelling in _spellings(path):
            found.setdefault(spelling, {})[method.upper()] = _handler(name, work, behaviour)
    # Literal paths first: `/triggers/topics` is not a trigger's id.
    return dict(sorted(found.items(), key=lambda route: ("{" in route[0], route[0])))


def _spellings(path: str) -> tuple[str, ...]:
    """CX as Code writes /processAutomation/, the SDKs /processautomation/: both are in production."""
    return tuple(dict.fromkeys((path, path.replace("/processautomation/", "/processAutomation/"))))


def _handler(name: str, work: Work, behaviour: LiveBehaviour) -> ApiHandler:
    description = platform().operations[name].description
    scopes, permissions = _needed_scopes(name), description["x-permissions"]

    def handle(call: Call, token: Token) -> Answer:
        if scopes:
            require_scope(token, *scopes)
        require_permission(permissions, behaviour.now.denied_permissions)
        query = platform().query(name, call.query)
        body = None
        if "requestBody" in description:
            body = read_json(call)
            platform().check_body(name, body)
        return work(Order(call.parameters, query, body, token))

    return handle


def _needed_scopes(name: str) -> tuple[str, ...]:
    _, method, description = platform().operations[name]
    full, reading = _SCOPES.get(description["tags"][0], ("", ""))
    return tuple(dict.fromkeys(filter(None, (reading, full) if method == "get" else (full,))))
