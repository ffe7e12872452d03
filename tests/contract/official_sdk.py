"""`sdk_client.py`, started for a test: the operations of a hand, carried out by the official Python SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.contract.platform_hand import TYPE, Json
from tests.e2e.workplace import clean_environment

PROGRAM = Path(__file__).parent / "sdk_client.py"


class SdkRefused(Exception):
    """The SDK raised an ApiException."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status


class Sdk:
    """One running SDK, with a token of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def call(self, name: str, **arguments: Any) -> Any:
        """What a method of the SDK returns, in the names of the API."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": name, "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the SDK ended; its traceback is above"
        answer = json.loads(line)
        if "status" in answer:
            raise SdkRefused(answer["status"], answer["body"])
        return answer["value"]

    def integrations(self) -> list[Json]:
        found: list[Json] = []
        for number in range(1, 100):
            given = {"page_size": 2, "page_number": number, "expand": ["config.current"], "integration_type": TYPE}
            page = self.call("get_integrations", **given)
            found += page["entities"]
            if "nextUri" not in page:
                break
        return found

    def post_integration(self, body: Json) -> Json:
        return self.call("post_integrations", body=body)

    def put_configuration(self, object_id: str, body: Json) -> Json:
        return self.call("put_integration_config_current", integration_id=object_id, body=body)

    def patch_integration(self, object_id: str, body: Json) -> Json:
        return self.call("patch_integration", integration_id=object_id, body=body)

    def delete_integration(self, object_id: str) -> None:
        self.call("delete_integration", integration_id=object_id)

    def triggers(self) -> list[Json]:
        return self.call("get_processautomation_triggers", page_size="200")["entities"]

    def post_trigger(self, body: Json) -> Json:
        return self.call("post_processautomation_triggers", body=body)

    def put_trigger(self, object_id: str, body: Json) -> Json:
        return self.call("put_processautomation_trigger", trigger_id=object_id, body=body)

    def delete_trigger(self, object_id: str) -> None:
        self.call("delete_processautomation_trigger", trigger_id=object_id)


@contextmanager
def official_sdk(url: str, home: Path) -> Iterator[Sdk]:
    """The SDK against the API at `url`; `home` holds no configuration of it."""
    if find_spec("PureCloudPlatformClientV2") is None:
        pytest.fail("the official SDK is not installed: run `make test-full`; nothing is skipped", pytrace=False)
    line = [sys.executable, "-W", "ignore", str(PROGRAM), url, "sdk-client", "a-secret-of-the-sdk"]
    environment = clean_environment(HOME=str(home))
    with subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=environment
    ) as process:
        try:
            yield Sdk(process)
        finally:
            process.kill()
