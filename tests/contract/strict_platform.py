"""Integrations and triggers of a Genesys Cloud, written from the OpenAPI document and what the SDKs and CX as Code do.

It shares nothing with gcsync or its emulator, has no event streams (as no public organization has), refuses whatever
the document does not allow, and a `Manner` makes it differ where servers do. `Mishap`s make single calls go wrong.
"""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.contract import platform_document as described
from tests.contract.platform_document import INTEGRATIONS, TOPICS, TRIGGER_TOPICS, TRIGGERS

Json = dict[str, Any]
Query = dict[str, list[str]]

TYPE = "amazon-eventbridge-source"
OTHER_TYPES = ("embedded-client-app", "purecloud-data-actions")
EMPTY_NOTES = "node_dynamodb_empty_string"
OFFERED = (
    "v2.detail.events.conversation.{id}.customer.start",
    "v2.detail.events.conversation.{id}.customer.end",
    "v2.detail.events.conversation.{id}.acd.start",
    "v2.users.{id}.activity",
)
_CONFIGURED = ("name", "properties", "advanced", "notes", "credentials")
_SOURCE = ("awsAccountId", "awsAccountRegion", "eventSourceSuffix")
_LARGEST_CURSOR_PAGE = 200


@dataclass(frozen=True)
class Manner:
    """Where this organization goes its own way.

    mismatch: the status for an old version; a 400 is told by its words alone (Terraform provider, util_retries.go:166).
    joined: commas divide a list of the query, or else only its name is repeated.
    embeds: `expand=config.current` is followed.
    filters: `integrationType` is; SDK 269 is the first that has it. settling: reads until `reportedState` has settled.
    """

    mismatch: int = 409
    joined: bool = True
    embeds: bool = True
    filters: bool = True
    notes_sentinel: bool = False
    shuffled: bool = False
    settling: int = 0
    largest_page: int = 100
    max_instances: int | None = None


@dataclass(frozen=True)
class Mishap:
    """What goes wrong with a call about the object of that name: a status, or None for a dropped connection."""

    method: str
    name: str
    status: int | None
    done: bool = False
    lasting: bool = False


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, code: str = "bad.request", nested: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status, self.code, self.nested = status, code, nested


class Dropped(Exception):
    """A request that is not answered at all."""


class Platform:
    """The organization in memory. `before` is called with each request's method and path, outside of any lock."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.integrations: dict[str, Json] = {}
        self.triggers: dict[str, Json] = {}
        self.mishaps: list[Mishap] = []
        self.before: Callable[[str, str], None] = lambda method, path: None
        self.requests: list[tuple[str, str]] = []
        self.lock = threading.RLock()
        self._made = 0
        for type_id in OTHER_TYPES:
            self._keep_integration(f"One of type {type_id}", type_id)

    def answer(self, method: str, path: str, query: Query, body: Any) -> tuple[int, Json | None]:
        """The status and body. Raises Refused or Dropped."""
        operation, object_id = self._operation(method, path)
        mishap = self._mishap(method, object_id, body)
        if mishap is not None and not mishap.done:
            self._go_wrong(mishap)
        found = operation(*([object_id] if object_id else []), query if method == "GET" else body)
        if mishap is not None:
            self._go_wrong(mishap)
        return (204, None) if found is None else (200, copy.deepcopy(found))

    def _operation(self, method: str, path: str) -> tuple[Callable[..., Json | None], str]:
        operations: tuple[tuple[str, str, Callable[..., Json | None]], ...] = (
            ("GET", INTEGRATIONS, self.list_integrations),
            ("POST", INTEGRATIONS, self.make_integration),
            ("GET", f"{INTEGRATIONS}/types/([^/]+)", self.read_type),
            ("GET", f"{INTEGRATIONS}/([^/]+)", self.read_integration),
            ("PATCH", f"{INTEGRATIONS}/([^/]+)", self.switch_integration),
            ("DELETE", f"{INTEGRATIONS}/([^/]+)", self.delete_integration),
            ("GET", f"{INTEGRATIONS}/([^/]+)/config/current", self.read_configuration),
            ("PUT", f"{INTEGRATIONS}/([^/]+)/config/current", self.configure_integration),
            ("GET", TOPICS, self.list_topics),
            ("GET", TRIGGER_TOPICS, self.list_trigger_topics),
            ("GET", TRIGGERS, self.list_triggers),
            ("POST", TRIGGERS, self.make_trigger),
            ("GET", f"{TRIGGERS}/([^/]+)", self.read_trigger),
            ("PUT", f"{TRIGGERS}/([^/]+)", self.replace_trigger),
            ("DELETE", f"{TRIGGERS}/([^/]+)", self.delete_trigger),
        )
        fitting = [(verb, do, match) for verb, like, do in operations if (match := re.fullmatch(like, path))]
        if not fitting:
            raise Refused(404, "there is no such path", "not.found")
        for verb, operation, match in fitting:
            if verb == method:
                return operation, "".join(match.groups())
        raise Refused(405, f"{method} is not for {path}", "method.not.allowed")

    def _mishap(self, method: str, object_id: str, body: Any) -> Mishap | None:
        """By the name that the object has, or that the body gives it: a name may begin with the mishap's."""
        kept = self.integrations.get(object_id) or self.triggers.get(object_id) or {}
        names = (str(kept.get("name", "")), str(body.get("name", "")) if isinstance(body, dict) else "")
        for mishap in self.mishaps:
            if mishap.method == method and any(name.startswith(mishap.name) for name in names):
                if not mishap.lasting:
                    self.mishaps.remove(mishap)
                return mishap
        return None

    def _go_wrong(self, mishap: Mishap) -> None:
        if mishap.status is None:
            raise Dropped
        raise Refused(mishap.status, "it goes wrong on purpose", "on.purpose")

    # Integrations.

    def list_integrations(self, given: Query) -> Json:
        values = self._query(INTEGRATIONS, given)
        size, number = min(values["pageSize"], self.manner.largest_page), values["pageNumber"]
        _refuse_if([] if size and number else ["pages are counted from 1"])
        wanted = values.get("integrationType") if self.manner.filters else None
        found = [kept for kept in self.integrations.values() if wanted in (None, kept["type"])]
        count = -(-len(found) // size)
        page: Json = {
            "entities": [self._shown(kept, values) for kept in found[(number - 1) * size : number * size]],
            "pageSize": size,
            "pageNumber": number,
            "pageCount": count,
            "total": len(found),
        }
        if number < count:
            page["nextUri"] = f"{INTEGRATIONS}?pageSize={size}&pageNumber={number + 1}"
        return page

    def read_integration(self, object_id: str, given: Query) -> Json:
        values = self._query(f"{INTEGRATIONS}/{{integrationId}}", given)
        return self._shown(_found(self.integrations, object_id), values)

    def make_integration(self, body: Any) -> Json:
        _refuse_if(described.problems("CreateIntegrationRequest", body))
        type_id, name = body["integrationType"]["id"], body["name"]
        _refuse_if([] if type_id in (TYPE, *OTHER_TYPES) else [f"there is no type {type_id}"])
        _refuse_if([] if 1 <= len(name) <= 256 else ["a name has 1 to 256 characters"])
        held = sum(kept["type"] == type_id for kept in self.integrations.values())
        full = self.manner.max_instances is not None and held >= self.manner.max_instances
        _refuse_if([f"there may be {self.manner.max_instances} of them"] if full and type_id == TYPE else [])
        return self._shown(self._keep_integration(name, type_id), {})

    def switch_integration(self, object_id: str, body: Any) -> Json:
        kept = _found(self.integrations, object_id)
        _refuse_if(described.problems("Integration", body))
        _refuse_if([f"{name} cannot be patched" for name in body if name != "intendedState"])
        _refuse_if([] if body["intendedState"] in ("ENABLED", "DISABLED") else ["no state for a client to ask for"])
        kept |= {"intendedState": body["intendedState"], "settles_in": self.manner.settling}
        return self._shown(kept, {})

    def delete_integration(self, object_id: str, body: Any) -> Json:
        _refuse_if(["a DELETE takes no body"] if body is not None else [])
        shown = self._shown(_found(self.integrations, object_id), {})
        del self.integrations[object_id]
        return shown | {"intendedState": "DELETED"}

    def read_configuration(self, object_id: str, given: Query) -> Json:
        self._query(f"{INTEGRATIONS}/{{integrationId}}/config/current", given)
        return self._configuration(_found(self.integrations, object_id))

    def configure_integration(self, object_id: str, body: Any) -> Json:
        """PUT replaces: what the body does not hold is gone afterwards."""
        kept = _found(self.integrations, object_id)
        _refuse_if(described.problems("IntegrationConfiguration", body))
        self._refuse_version(body["version"], kept["version"], self.manner.mismatch)
        _refuse_if(
            [
                f"{name} is another"
                for name in ("id", "selfUri")
                if body.get(name, own := self._configuration(kept)[name]) != own
            ]
        )
        if kept["type"] == TYPE:
            self._refuse_properties(object_id, body["properties"])
        kept |= {name: copy.deepcopy(body[name]) for name in _CONFIGURED}
        kept |= {"version": kept["version"] + 1, "settles_in": self.manner.settling}
        return self._configuration(kept)

    def read_type(self, type_id: str, given: Query) -> Json:
        if type_id not in (TYPE, *OTHER_TYPES):
            raise Refused(404, f"there is no type {type_id}", "not.found")
        most = {} if self.manner.max_instances is None else {"maxInstances": self.manner.max_instances}
        return {"id": type_id, "name": type_id, **most}

    def _refuse_properties(self, object_id: str, properties: Any) -> None:
        rules = {
            "awsAccountId": r"[0-9]{12}",
            "awsAccountRegion": r"[a-z]+(-[a-z]+)+-[0-9]",
            "eventSourceSuffix": r"[\w.-]{1,64}",
        }
        wrong = [
            f"{name} is not valid" for name, rule in rules.items() if not re.fullmatch(rule, str(properties.get(name)))
        ]
        topics = properties.get("eventFilter")
        if not isinstance(topics, list) or len(set(topics)) < len(topics):
            wrong.append("eventFilter is not a list of topics")
        twins = (kept for kept in self.integrations.values() if kept["id"] != object_id and kept["type"] == TYPE)
        if any(all(twin["properties"].get(name) == properties.get(name) for name in _SOURCE) for twin in twins):
            wrong.append("the suffix is in use")
        if wrong:
            raise Refused(400, "the configuration is not valid", nested=tuple(wrong))

    def _keep_integration(self, name: str, type_id: str) -> Json:
        object_id = self._new_id()
        self.integrations[object_id] = {
            "id": object_id,
            "type": type_id,
            "intendedState": "DISABLED",
            "settles_in": 0,
            "version": 1,
            "name": name,
            "properties": {},
            "advanced": {},
            "notes": "",
            "credentials": {},
        }
        return self.integrations[object_id]

    def _shown(self, kept: Json, values: Json) -> Json:
        """As it reads now; each look brings what is under way nearer to its end."""
        under_way = kept["settles_in"] > 0
        kept["settles_in"] -= under_way
        on = kept["intendedState"] == "ENABLED"
        code = ("ACTIVATING" if on else "DEACTIVATING") if under_way else ("ACTIVE" if on else "INACTIVE")
        shown = {
            "id": kept["id"],
            "name": kept["name"],
            "integrationType": {"id": kept["type"]},
            "intendedState": kept["intendedState"],
            "reportedState": {"code": code},
            "selfUri": f"{INTEGRATIONS}/{kept['id']}",
        }
        embeds = self.manner.embeds and "config.current" in values.get("expand", ())
        return shown | ({"config": {"current": self._configuration(kept)}} if embeds else {})

    def _configuration(self, kept: Json) -> Json:
        configuration = {name: copy.deepcopy(kept[name]) for name in (*_CONFIGURED, "version")}
        if self.manner.notes_sentinel and not kept["notes"]:
            configuration["notes"] = EMPTY_NOTES
        if self.manner.shuffled and "eventFilter" in kept["properties"]:
            configuration["properties"]["eventFilter"].sort(reverse=kept["version"] % 2 == 0)
        self_uri = f"{INTEGRATIONS}/{kept['id']}/config/current"
        return configuration | {"id": f"config-of-{kept['id']}", "selfUri": self_uri}

    # Triggers and topics.

    def list_triggers(self, given: Query) -> Json:
        return self._cursor_page(TRIGGERS, list(self.triggers.values()), given)

    def read_trigger(self, object_id: str, given: Query) -> Json:
        return _found(self.triggers, object_id)

    def make_trigger(self, body: Any) -> Json:
        _refuse_if(described.problems("CreateTriggerRequest", body) or _wrong_in_trigger(body))
        object_id = self._new_id()
        kept = {"id": object_id, "version": 1, "selfUri": f"{TRIGGERS}/{object_id}"}
        self.triggers[object_id] = copy.deepcopy(body) | kept
        return self.triggers[object_id]

    def replace_trigger(self, object_id: str, body: Any) -> Json:
        kept = _found(self.triggers, object_id)
        _refuse_if(described.problems("UpdateTriggerRequest", body) or _wrong_in_trigger(body))
        self._refuse_version(body["version"], kept["version"], self.manner.mismatch)
        _refuse_if([] if body["topicName"] == kept["topicName"] else ["topicName must match the existing one"])
        computed = {"id": object_id, "version": kept["version"] + 1, "selfUri": kept["selfUri"]}
        self.triggers[object_id] = copy.deepcopy(body) | computed
        return self.triggers[object_id]

    def delete_trigger(self, object_id: str, body: Any) -> None:
        _found(self.triggers, object_id)
        del self.triggers[object_id]

    def list_topics(self, given: Query) -> Json:
        expand = self._query(TOPICS, given).get("expand", ())
        transports = {"transports": ["EventBridge", "Websocket"]} if "transports" in expand else {}
        return {"entities": [{"id": topic, **transports} for topic in OFFERED]}

    def list_trigger_topics(self, given: Query) -> Json:
        return self._cursor_page(TRIGGER_TOPICS, list(OFFERED), given)

    def _cursor_page(self, path: str, found: list[Any], given: Query) -> Json:
        values = self._query(path, given)
        asked, after = str(values.get("pageSize", "25")), str(values.get("after", "0"))
        _refuse_if([] if asked.isdecimal() and 1 <= int(asked) <= _LARGEST_CURSOR_PAGE else ["no such page size"])
        _refuse_if([] if after.isdecimal() else ["no such cursor"])
        size, start = min(int(asked), self.manner.largest_page), int(after)
        more = {"nextUri": f"{path}?pageSize={asked}&after={start + size}"} if start + size < len(found) else {}
        return {"entities": found[start : start + size], "selfUri": path, **more}

    # Both.

    def _query(self, path: str, given: Query) -> Json:
        values, wrong = described.query(path, given, joined=self.manner.joined)
        _refuse_if(wrong)
        return values

    def _refuse_version(self, given: int, current: int, status: int) -> None:
        if given != current:
            message = f"The version {given} does not match the current version {current}"
            raise Refused(status, message if status == 400 else "Conflict", "version")

    def _new_id(self) -> str:
        self._made += 1
        return f"5a1e0000-0000-4000-8000-{self._made:012}"


def _wrong_in_trigger(body: Json) -> list[str]:
    """What the document cannot say."""
    wrong = ["a time to live and a delay"] if {"eventTTLSeconds", "delayBySeconds"} <= body.keys() else []
    criteria = body.get("matchCriteria", ())
    both = any(("value" in criterion) == ("values" in criterion) for criterion in criteria)
    return [*wrong, "a criterion has either value or values"] if both else wrong


def _found(objects: dict[str, Json], object_id: str) -> Json:
    if object_id not in objects:
        raise Refused(404, f"there is no object {object_id}", "not.found")
    return objects[object_id]


def _refuse_if(found: list[str]) -> None:
    if found:
        raise Refused(400, "the request is not valid", nested=tuple(found))
