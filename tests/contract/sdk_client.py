"""The official Python SDK as a program of its own: a JSON line in for each call, a JSON line out for its answer.

`{"call": "get_integrations", "arguments": {...}}` is answered with `{"value": ...}`, in the names of the API, or with
`{"status": 409, "body": "..."}`. Arguments that are models are built from JSON by the SDK's own classes. A program of
its own, since the SDK takes seconds to import, warns, and keeps threads that watch a file in the home folder.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import PureCloudPlatformClientV2 as Sdk
from PureCloudPlatformClientV2.rest import ApiException

_MODELS = {
    "post_integrations": "CreateIntegrationRequest",
    "put_integration_config_current": "IntegrationConfiguration",
    "patch_integration": "Integration",
    "post_processautomation_triggers": "CreateTriggerRequest",
    "put_processautomation_trigger": "UpdateTriggerRequest",
}


class _Text:
    """What the SDK's deserializer expects of an answer."""

    def __init__(self, value: Any) -> None:
        self.data = json.dumps(value)

    def getheader(self, name: str) -> str | None:
        return "application/json" if name == "Content-Type" else None


def main(url: str, client_id: str, client_secret: str) -> None:
    Sdk.configuration.host = url
    client = Sdk.api_client.ApiClient().get_client_credentials_token(client_id, client_secret)
    apis = (Sdk.IntegrationsApi(client), Sdk.ProcessAutomationApi(client))
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(_answer(client, apis, asked["call"], asked["arguments"])), flush=True)


def _answer(client: Any, apis: tuple[Any, ...], call: str, arguments: dict[str, Any]) -> dict[str, Any]:
    if call in _MODELS:
        arguments["body"] = client.deserialize(_Text(arguments["body"]), _MODELS[call])
    operation = next(getattr(api, call) for api in apis if hasattr(api, call))
    try:
        found = operation(**arguments)
    except ApiException as error:
        return {"status": error.status, "body": error.body}
    return {"value": client.sanitize_for_serialization(found)}


if __name__ == "__main__":
    main(*sys.argv[1:])
