"""A hand on the integrations and triggers of an organization, which knows nothing of gcsync."""

from __future__ import annotations

import base64
import json
import urllib.request
from typing import Any, Protocol

from tests.contract.platform_document import INTEGRATIONS, TRIGGERS
from tests.e2e.workplace import LONGEST_SECONDS, credentials_for

Json = dict[str, Any]
TYPE = "amazon-eventbridge-source"
WORKFLOW = "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11"


class Api(Protocol):
    """The operations that a hand needs, whoever's code carries them out."""

    def integrations(self) -> list[Json]:
        """Those of the type, their configuration embedded."""

    def post_integration(self, body: Json) -> Json: ...

    def put_configuration(self, object_id: str, body: Json) -> Json: ...

    def patch_integration(self, object_id: str, body: Json) -> Json: ...

    def delete_integration(self, object_id: str) -> None: ...

    def triggers(self) -> list[Json]: ...

    def post_trigger(self, body: Json) -> Json: ...

    def put_trigger(self, object_id: str, body: Json) -> Json: ...

    def delete_trigger(self, object_id: str) -> None: ...


class Hand:
    """What an administrator does: looks, makes, changes, switches, deletes."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def sources(self) -> dict[str, Json]:
        """By name: id, enabled, and the configuration's fields."""
        return {(found := _flat(raw))["name"]: found for raw in self.api.integrations()}

    def triggers(self) -> dict[str, Json]:
        return {raw["name"]: raw for raw in self.api.triggers()}

    def everything(self) -> list[Json]:
        return [*map(_flat, self.api.integrations()), *self.api.triggers()]

    def make_source(self, name: str, suffix: str, *, enabled: bool = False, **more: Any) -> str:
        """The id of a whole integration."""
        made = self.api.post_integration({"name": name, "integrationType": {"id": TYPE}})
        properties = {"awsAccountId": "123456789012", "awsAccountRegion": "eu-west-1", "eventSourceSuffix": suffix}
        properties |= {"eventFilter": more.pop("topics", [])}
        body = {"name": name, "version": 1, "properties": properties, "advanced": {}, "notes": "", "credentials": {}}
        self.api.put_configuration(made["id"], body | more)
        if enabled:
            self.api.patch_integration(made["id"], {"intendedState": "ENABLED"})
        return str(made["id"])

    def change_source(self, source_name: str, **changes: Any) -> None:
        """Fields of the configuration, or keys of its `properties`."""
        source = self.sources()[source_name]
        fields = {name: source[name] for name in ("name", "version", "properties", "advanced", "notes", "credentials")}
        fields["properties"] |= {name: changes.pop(name) for name in list(changes) if name in _PROPERTIES}
        self.api.put_configuration(source["id"], fields | changes)

    def switch(self, source_name: str, state: str) -> None:
        self.api.patch_integration(self.sources()[source_name]["id"], {"intendedState": state})

    def delete_source(self, name: str) -> None:
        self.api.delete_integration(self.sources()[name]["id"])

    def make_trigger(self, name: str, **more: Any) -> str:
        target = {"type": "Workflow", "id": WORKFLOW, "workflowTargetSettings": {"dataFormat": "Json"}}
        topic = "v2.detail.events.conversation.{id}.customer.end"
        body = {"name": name, "topicName": topic, "enabled": True, "target": target}
        return str(self.api.post_trigger(body | more)["id"])

    def change_trigger(self, trigger_name: str, **changes: Any) -> None:
        trigger = self.triggers()[trigger_name]
        body = {name: value for name, value in trigger.items() if name not in ("id", "selfUri")}
        self.api.put_trigger(trigger["id"], body | changes)

    def delete_trigger(self, name: str) -> None:
        self.api.delete_trigger(self.triggers()[name]["id"])


_PROPERTIES = ("awsAccountId", "awsAccountRegion", "eventSourceSuffix", "eventFilter")


def _flat(raw: Json) -> Json:
    configuration = {name: value for name, value in raw["config"]["current"].items() if name not in ("id", "selfUri")}
    return configuration | {"id": raw["id"], "enabled": raw["intendedState"] == "ENABLED"}


class OverHttp:
    """The operations as plain requests, with the credentials that `credentials_for` gives."""

    def __init__(self, url: str) -> None:
        self.url = url
        given = credentials_for(url)
        client = f"{given['GENESYS_CLOUD_CLIENT_ID']}:{given['GENESYS_CLOUD_CLIENT_SECRET']}"
        basic = base64.b64encode(client.encode()).decode()
        form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        token = self._send("POST", "/oauth/token", b"grant_type=client_credentials", form)["access_token"]
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return self._send(method, path, None if body is None else json.dumps(body).encode(), self._headers)

    def integrations(self) -> list[Json]:
        found: list[Json] = []
        for number in range(1, 100):
            page = self.call("GET", f"{INTEGRATIONS}?pageSize=100&pageNumber={number}")
            found += page["entities"]
            if "nextUri" not in page:
                break
        ours = [raw for raw in found if raw["integrationType"]["id"] == TYPE]
        return [
            raw | {"config": {"current": self.call("GET", f"{INTEGRATIONS}/{raw['id']}/config/current")}}
            for raw in ours
        ]

    def post_integration(self, body: Json) -> Json:
        return self.call("POST", INTEGRATIONS, body)

    def put_configuration(self, object_id: str, body: Json) -> Json:
        return self.call("PUT", f"{INTEGRATIONS}/{object_id}/config/current", body)

    def patch_integration(self, object_id: str, body: Json) -> Json:
        return self.call("PATCH", f"{INTEGRATIONS}/{object_id}", body)

    def delete_integration(self, object_id: str) -> None:
        self.call("DELETE", f"{INTEGRATIONS}/{object_id}")

    def triggers(self) -> list[Json]:
        found: list[Json] = []
        uri: str | None = f"{TRIGGERS}?pageSize=200"
        while uri:
            page = self.call("GET", uri)
            found += page["entities"]
            uri = page.get("nextUri")
        return found

    def post_trigger(self, body: Json) -> Json:
        return self.call("POST", TRIGGERS, body)

    def put_trigger(self, object_id: str, body: Json) -> Json:
        return self.call("PUT", f"{TRIGGERS}/{object_id}", body)

    def delete_trigger(self, object_id: str) -> None:
        self.call("DELETE", f"{TRIGGERS}/{object_id}")

    def _send(self, method: str, path: str, body: bytes | None, headers: Json) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with opener.open(request, timeout=LONGEST_SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text else None
