"""The HTTP adapter of requests, without what it works out anew for every request to a host that never changes.

Of 1,000 small writes at once its own work took more of a processor than the connections below it (bench/apply.py).
What is left out are cookies, which gcsync never sends, and the choice of connections, which is made once for a host.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

CONNECTIONS: Final = 32


class SteadyAdapter(HTTPAdapter):
    """For requests to a few hosts, each always with the same certificates and proxies. Safe to use from threads."""

    def __init__(self) -> None:
        super().__init__(pool_connections=8, pool_maxsize=CONNECTIONS)
        self._pools: dict[str, Any] = {}

    def get_connection_with_tls_context(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """The connections to the host of a request; two threads that ask at once get the same ones."""
        host = _origin(request.url or "")
        pool = self._pools.get(host)
        if pool is None:
            pool = super().get_connection_with_tls_context(request, *args, **kwargs)
            self._pools[host] = pool
        return pool

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Status, headers and the body to be read."""
        response = Response()
        response.status_code, response.reason = resp.status, resp.reason
        response.headers = CaseInsensitiveDict(resp.headers)
        response.raw, response.request, response.url = resp, req, req.url or ""
        return response

    def close(self) -> None:
        super().close()
        self._pools.clear()


def prepare(method: str, url: str, headers: Mapping[str, str], body: str | None) -> PreparedRequest:
    """A request as `PreparedRequest.prepare` makes it, its URL worked out once. Raises what that raises for a URL."""
    request = PreparedRequest()
    request.prepare_method(method)
    request.url = _normalized(url)
    request.prepare_headers(headers)
    request.prepare_body(body, None)
    return request


@lru_cache(maxsize=256)
def _normalized(url: str) -> str:
    request = PreparedRequest()
    request.prepare_url(url, None)
    return request.url or url


def _origin(url: str) -> str:
    """`https://host:port` of a URL that has been prepared."""
    return url[: url.find("/", len("https://"))]
