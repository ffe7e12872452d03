"""Integrations and triggers of Genesys Cloud, strict and small: it shares no code with gcsync or its emulator.

What it takes and answers is as the SDKs describe it: all six fields of a configuration, its version, cursor pages.
`refusals` are answered instead of a matching request, one each: (method, end of the path, status, error body or None
for an answer that is lost after the work was done).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

TYPE = "amazon-eventbridge-source"
INTEGRATIONS = "/api/v2/integrations"
TRIGGERS = "/api/v2/processautomation/triggers"
AUDITS = "/api/v2/audits/query/realtime"
MAPPING = {
    "services": [
        {"name": "Integrations", "entities": [{"name": "Integration", "actions": ["Create", "Update", "Delete"]}]},
        {"name": "ProcessAutomation", "entities": [{"name": "Trigger", "actions": ["Create", "Update", "Delete"]}]},
    ]
}
CONTEXT = "c0ffee00-0000-4000-8000-000000000001"
CONFIGURATION = {"name", "version", "properties", "advanced", "notes", "credentials"}
CREATED_TRIGGER = {"target", "enabled", "name", "topicName"}

Json = dict[str, Any]


def _is_about(record: Json, wanted: dict[str, str], service: str | None) -> bool:
    told = {"EntityType": record.get("entityType"), "EntityId": record.get("entity", {}).get("id")}
    return wanted.items() <= told.items() and service in (None, record.get("serviceName"))


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code, "status": status, "contextId": CONTEXT, **more}


class PublicApi:
    """`answer` is the whole server: (status, body)."""

    def __init__(self) -> None:
        self.types: dict[str, Json] = {TYPE: {"id": TYPE, "name": "Amazon EventBridge Source", "maxInstances": 5}}
        self.integrations: dict[str, Json] = {}
        self.configurations: dict[str, Json] = {}
        self.triggers: dict[str, Json] = {}
        self.audits: list[Json] = []
        self.refusals: list[tuple[str, str, int, Json | None]] = []
        self.embeds = True
        self.made = 0

    def answer(self, method: str, url: str, body: Any) -> tuple[int, Any]:
        parts = urlsplit(url)
        refusal = next((r for r in self.refusals if r[0] == method and parts.path.endswith(r[1])), None)
        if refusal is not None:
            self.refusals.remove(refusal)
            if refusal[3] is not None:
                return refusal[2], refusal[3]
            self._answer(method, parts.path, parse_qs(parts.query), body)
            return refusal[2], None
        return self._answer(method, parts.path, parse_qs(parts.query), body)

    def refuse(self, method: str, end: str, status: int, message: str = "No.", **more: Any) -> None:
        self.refusals.append((method, end, status, Refused(status, "refused", message, **more).body))

    def lose(self, method: str, end: str, status: int = 500) -> None:
        self.refusals.append((method, end, status, None))

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        try:
            return self._routed(method, path, query, body)
        except Refused as refused:
            return refused.status, refused.body

    def _routed(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        for wanted, pattern, handle in (
            ("GET", rf"{INTEGRATIONS}/types/([^/]+)", self._type),
            ("GET", INTEGRATIONS, lambda: self._integration_page(query)),
            ("POST", INTEGRATIONS, lambda: self._make_integration(body)),
            ("GET", rf"{INTEGRATIONS}/([^/]+)", lambda one: self._integration(one, query)),
            ("PATCH", rf"{INTEGRATIONS}/([^/]+)", lambda one: self._switch(one, body)),
            ("DELETE", rf"{INTEGRATIONS}/([^/]+)", self._delete_integration),
            ("GET", rf"{INTEGRATIONS}/([^/]+)/config/current", self._configuration),
            ("PUT", rf"{INTEGRATIONS}/([^/]+)/config/current", lambda one: self._configure(one, body)),
            ("GET", TRIGGERS, lambda: self._trigger_page(query)),
            ("POST", TRIGGERS, lambda: self._make_trigger(body)),
            ("GET", rf"{TRIGGERS}/([^/]+)", lambda one: _there(self.triggers, one)),
            ("PUT", rf"{TRIGGERS}/([^/]+)", lambda one: self._replace_trigger(one, body)),
            ("DELETE", rf"{TRIGGERS}/([^/]+)", self._delete_trigger),
            ("GET", f"{AUDITS}/servicemapping", lambda: MAPPING),
            ("POST", AUDITS, lambda: self._audit_page(body)),
        ):
            match = re.fullmatch(pattern, path)
            if match and method == wanted:
                found = handle(*match.groups())
                return (204, None) if found is None else (200, found)
        raise Refused(404, "not.found", "The requested resource was not found.")

    # Audits, of which a test or a recording says what there is.

    def _audit_page(self, body: Json) -> Json:
        if "/" not in body.get("interval", ""):
            raise Refused(400, "bad.request", "The interval is missing.")
        wanted = {one["property"]: one["value"] for one in body.get("filters", [])}
        found = [one for one in self.audits if _is_about(one, wanted, body.get("serviceName"))]
        size, number = body.get("pageSize", 25), body.get("pageNumber", 1)
        page = found[(number - 1) * size : number * size]
        count = -(-len(found) // size)
        return {"entities": page, "pageSize": size, "pageNumber": number, "total": len(found), "pageCount": count}

    # Integrations.

    def _type(self, one: str) -> Json:
        return _there(self.types, one)

    def _embedded(self, one: str, query: dict[str, list[str]]) -> Json:
        raw = {**self.integrations[one], "name": self.configurations[one]["name"]}
        if self.embeds and "config.current" in query.get("expand", []):
            raw["config"] = {"current": self.configurations[one]}
        return raw

    def _integration_page(self, query: dict[str, list[str]]) -> Json:
        size, number = int(query["pageSize"][0]), int(query["pageNumber"][0])
        found = [self._embedded(one, query) for one in self.integrations]
        count = -(-len(found) // size)
        more = {"nextUri": f"{INTEGRATIONS}?pageNumber={number + 1}"} if number < count else {}
        page = found[(number - 1) * size : number * size]
        return {
            "entities": page,
            "pageSize": size,
            "pageNumber": number,
            "total": len(found),
            "pageCount": count,
            **more,
        }

    def _make_integration(self, body: Json) -> Json:
        kind = body["integrationType"]["id"]
        _there(self.types, kind)
        if len(body["name"]) > 256:
            raise Refused(400, "bad.request", "The name is too long.")
        one = self._new_id()
        self.integrations[one] = {
            "id": one,
            "name": body["name"],
            "integrationType": {"id": kind},
            "intendedState": "DISABLED",
            "reportedState": {"code": "INACTIVE"},
            "selfUri": f"{INTEGRATIONS}/{one}",
        }
        self.configurations[one] = {
            "id": f"config-{one}",
            "name": body["name"],
            "version": 1,
            "properties": {},
            "advanced": {},
            "notes": "node_dynamodb_empty_string",
            "credentials": {},
            "selfUri": f"{INTEGRATIONS}/{one}/config/current",
        }
        return self.integrations[one]

    def _integration(self, one: str, query: dict[str, list[str]]) -> Json:
        _there(self.integrations, one)
        return self._embedded(one, query)

    def _switch(self, one: str, body: Json) -> Json:
        state = body["intendedState"]
        if body.keys() != {"intendedState"} or state not in ("ENABLED", "DISABLED"):
            raise Refused(400, "bad.request", "Only the state can be patched.")
        code = {"ENABLED": "ACTIVATING", "DISABLED": "DEACTIVATING"}[state]
        _there(self.integrations, one).update(intendedState=state, reportedState={"code": code})
        return {**self.integrations[one], "name": self.configurations[one]["name"]}

    def _delete_integration(self, one: str) -> Json:
        found = _there(self.integrations, one)
        del self.integrations[one], self.configurations[one]
        return {**found, "intendedState": "DELETED"}

    def _configuration(self, one: str) -> Json:
        return _there(self.configurations, one)

    def _configure(self, one: str, body: Json) -> Json:
        current = _there(self.configurations, one)
        lacking = sorted(CONFIGURATION - body.keys())
        if lacking:
            nested = [
                {"message": f"{field} must not be null", "code": "bad.request", "errors": []} for field in lacking
            ]
            raise Refused(400, "bad.request", "The configuration is not valid.", errors=nested)
        if body["version"] != current["version"]:
            message = f"Version {body['version']} does not match the current version {current['version']}"
            raise Refused(400, "bad.request", message)
        suffix = body["properties"].get("eventSourceSuffix")
        taken = (c for key, c in self.configurations.items() if key != one)
        if suffix is not None and any(c["properties"].get("eventSourceSuffix") == suffix for c in taken):
            raise Refused(400, "bad.request", "The event source cannot be created.")
        self.configurations[one] = {**current, **body, "version": current["version"] + 1}
        return self.configurations[one]

    # Triggers.

    def _trigger_page(self, query: dict[str, list[str]]) -> Json:
        size, after = min(int(query["pageSize"][0]), 200), int(query.get("after", ["0"])[0])
        found = list(self.triggers.values())[after : after + size]
        more = {}
        if after + size < len(self.triggers):
            more = {"nextUri": f"{TRIGGERS}?after={after + size}&pageSize={size}"}
        return {"entities": found, "selfUri": TRIGGERS, **more}

    def _make_trigger(self, body: Json) -> Json:
        return self._store_trigger(self._new_id(), 1, body)

    def _replace_trigger(self, one: str, body: Json) -> Json:
        current = _there(self.triggers, one)
        if body.get("version") != current["version"]:
            raise Refused(409, "conflict", "The version of the trigger is another one.")
        if body.get("topicName") != current["topicName"]:
            raise Refused(400, "bad.request", "Must match existing topicName")
        return self._store_trigger(one, current["version"] + 1, body)

    def _store_trigger(self, one: str, version: int, body: Json) -> Json:
        lacking = sorted(CREATED_TRIGGER - body.keys())
        if lacking or ("eventTTLSeconds" in body and "delayBySeconds" in body):
            raise Refused(400, "bad.request", f"Not a trigger: {lacking}")
        if len(body.get("description", "")) > 512:
            raise Refused(400, "bad.request", "The description is too long.")
        self.triggers[one] = {**body, "id": one, "version": version, "selfUri": f"{TRIGGERS}/{one}"}
        return self.triggers[one]

    def _delete_trigger(self, one: str) -> None:
        _there(self.triggers, one)
        del self.triggers[one]

    def _new_id(self) -> str:
        self.made += 1
        return f"0f4b0d30-0000-4000-8000-{self.made:012}"


def _there(objects: dict[str, Json], one: str) -> Json:
    if one not in objects:
        raise Refused(404, "not.found", "There is no such object.")
    return objects[one]
