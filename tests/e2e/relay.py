"""Something between a sender and a receiver that passes requests on, less what it takes away."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit

from tests.verify.endpoints import Received
from tests.verify.endpoints import http as answer_of

LONGEST_SECONDS = 180


def post(url: str, received: Received) -> bytes:
    """The answer of the receiver to a request as it came, with the body that it has now."""
    parts = urlsplit(url)
    context = ssl._create_unverified_context()
    onward = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=LONGEST_SECONDS, context=context)
    headers = {name: value for name, value in received.headers.items() if name not in ("content-length", "host")}
    try:
        onward.request("POST", parts.path, received.body, headers)
        found = onward.getresponse()
        return answer_of(found.status, found.read())
    finally:
        onward.close()
