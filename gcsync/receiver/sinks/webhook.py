"""The sink `https://…`: the event, as it came, posted to another endpoint with its id as idempotency key."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Event, SinkFailure
from gcsync.receiver.propagation import trace_fields
from gcsync.receiver.sinks.threads import Threads

if TYPE_CHECKING:
    from requests import Session

THREADS: Final = 16
CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 15.0
_PLAIN_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def open_webhook(url: str, authorization: str | None) -> WebhookSink:
    """Raises DiagnosticError (GC804) for a URL that is none, or plain http to another machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host:
        raise DiagnosticError(Diagnostic("GC804", "the sink's URL is none", path="--sink", hint="write https://…"))
    if parts.scheme == "http" and not is_loopback(host):
        hint = "use https://; plain http is for a server of this machine only"
        raise DiagnosticError(
            Diagnostic("GC804", "events would go over the network in the open", path="--sink", hint=hint)
        )
    return WebhookSink(url, authorization)


class WebhookSink:
    """Any 2xx is success. Redirects are not followed: events go where they were told to go."""

    def __init__(self, url: str, authorization: str | None) -> None:
        self._url = url
        self._authorization = authorization
        self._threads = Threads(THREADS, "gcsync-webhook")
        self._local = threading.local()
        self._sessions: list[Session] = []

    async def handle(self, event: Event) -> None:
        """As the interface says."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._post, event, trace_fields())

    async def close(self) -> None:
        """Wait for the calls under way, a few seconds at most."""
        await asyncio.to_thread(self._threads.end)
        for session in self._sessions:
            session.close()

    def _post(self, event: Event, trace: Mapping[str, str]) -> None:
        import requests

        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key(event.id), **trace}
        if self._authorization:
            headers["Authorization"] = self._authorization
        try:
            with self._session().post(
                self._url,
                event.text.encode(),
                headers=headers,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:
            raise SinkFailure(f"the webhook cannot be reached: {type(error).__name__}") from None
        if not 200 <= status < 300:
            raise SinkFailure(f"the webhook answered {status}")

    def _session(self) -> Session:
        import requests

        session: Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            self._sessions.append(session)
        return session


def idempotency_key(event_id: str) -> str:
    """The id where a header can carry it, else its digest."""
    if _PLAIN_KEY.fullmatch(event_id):
        return event_id
    return f"sha256:{hashlib.sha256(event_id.encode()).hexdigest()}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or its address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
