"""`-vv`: every exchange with the API as lines of a log, with nothing secret in them.

    > POST /api/v2/eventstreams, try 1
    > User-Agent: gcsync/0.1.0, Accept: application/json, Authorization: Bearer (sensitive value)
    > {"name": "calls", "destinations": [{"url": "https://example.com/in", "headers": "(sensitive value)"}]}
    < 400 POST /api/v2/eventstreams, try 1: 12 ms, 96 bytes, correlation 5d1f: bad.request: The name is too long.

The body of an answer is never written: that of the login holds a token, and that of the API what others configured.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Final

from gcsync.model.value import SECRET_TEXT
from gcsync.remote.errors import read_error_body
from gcsync.remote.redaction import Redactor, masked, secrets_in
from gcsync.remote.transport import headers_of
from gcsync.remote.wire import Call, NoReply, Reply

LONGEST_BODY: Final = 4000
"""Characters of a request's body that are written."""

_log = logging.getLogger("gcsync.remote")


class ExchangeLog:
    """Writes what goes to and comes from the API, as long as somebody reads it. `clock` counts seconds."""

    def __init__(self, redactor: Redactor, clock: Callable[[], float]) -> None:
        self._redactor = redactor
        self._clock = clock

    def exchange(self, call: Call, attempt: int, send: Callable[[], Reply]) -> Reply:
        """What `send` returns or raises, logged before and after."""
        if not _log.isEnabledFor(logging.DEBUG):
            return send()
        what = self._clean(call, f"{call.method} {call.target_path}") + f", try {attempt}"
        self._begin(call, what)
        began = self._clock()
        try:
            reply = send()
        except NoReply as missing:
            _log.debug("< no answer to %s: %s ms, %s", what, self._since(began), self._clean(call, missing.detail))
            raise
        _log.debug("< %s %s: %s ms%s", reply.status, what, self._since(began), self._describe(call, reply))
        return reply

    def _begin(self, call: Call, what: str) -> None:
        headers = headers_of(call, f"{'Basic' if call.host == 'login' else 'Bearer'} {SECRET_TEXT}")
        _log.debug("> %s", what)
        _log.debug("> %s", ", ".join(f"{name}: {value}" for name, value in headers.items()))
        if call.body is not None:
            body = call.body if isinstance(call.body, str) else json.dumps(masked(call.body), default=repr)
            _log.debug("> %s", self._clean(call, body, LONGEST_BODY))

    def _describe(self, call: Call, reply: Reply) -> str:
        body = read_error_body(reply)
        said = f", {len(reply.body)} bytes"
        correlation = self._clean(call, reply.headers.get("ININ-Correlation-Id", ""))
        said += f", correlation {correlation}" if correlation else ""
        if reply.succeeded:
            return said
        context_id = self._clean(call, body.context_id)
        said += f", contextId {context_id}" if context_id and context_id != correlation else ""
        return said + f": {self._clean(call, ': '.join(filter(None, (body.code, body.message)))) or 'no message'}"

    def _since(self, began: float) -> int:
        return round((self._clock() - began) * 1000)

    def _clean(self, call: Call, text: str, longest: int = 300) -> str:
        return self._redactor.clean(text, *secrets_in(call.body), longest=longest)
