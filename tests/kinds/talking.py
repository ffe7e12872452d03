"""A session with the public API of the tests, and what was said."""

from __future__ import annotations

import json
from typing import Any

import requests

from tests.contract.public_api import PublicApi
from tests.remote.answering import Answer, Conversation, converse


class Talk:
    """`asked` are the requests that were made, as `PUT /path`; `bodies` what they held."""

    def __init__(self, api: PublicApi | None = None) -> None:
        self.api = api or PublicApi()
        self.conversation: Conversation = converse(self._handle)
        self.session = self.conversation.session

    def _handle(self, request: requests.PreparedRequest) -> Answer:
        body = json.loads(str(request.body)) if request.body else None
        status, answer = self.api.answer(str(request.method), str(request.url), body)
        # A copy, as over the wire: the server's own objects change later.
        return Answer(status, b"" if answer is None else json.loads(json.dumps(answer)))

    def forget(self) -> None:
        self.conversation.server.requests.clear()

    @property
    def asked(self) -> list[str]:
        return self.conversation.server.asked

    @property
    def writes(self) -> list[str]:
        return [line for line in self.asked if not line.startswith("GET ")]

    def bodies(self, method: str) -> list[Any]:
        requests_ = self.conversation.server.requests
        return [json.loads(str(r.body)) for r in requests_ if r.method == method and "/oauth/token" not in str(r.url)]
