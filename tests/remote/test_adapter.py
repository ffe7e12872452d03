"""The adapter sends what requests would send, and keeps the connections of one host apart from another's."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from gcsync.remote.adapter import SteadyAdapter, prepare

HEADERS = {"User-Agent": "gcsync/1", "Accept": "application/json", "Authorization": "Bearer t"}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("body", [None, '{"name": "Zürich"}'])
@pytest.mark.parametrize(
    "url", ["https://api.example.com/a?b=c%20d", "http://127.0.0.1:8080/a/b", "https://EXAMPLE.com"]
)
def test_a_request_is_prepared_as_requests_prepares_it(method: str, body: str | None, url: str) -> None:
    theirs = requests.PreparedRequest()
    theirs.prepare(method=method, url=url, headers=HEADERS, data=body)
    ours = prepare(method, url, HEADERS, body)
    assert (ours.method, ours.url, ours.body, dict(ours.headers)) == (
        theirs.method,
        theirs.url,
        theirs.body,
        dict(theirs.headers),
    )


@contextmanager
def serving(said: bytes) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.send_header("Set-Cookie", "a=b")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_two_hosts_are_never_taken_for_each_other() -> None:
    adapter = SteadyAdapter()
    with serving(b"one") as one, serving(b"two") as two:
        answers = [
            adapter.send(prepare("GET", f"{url}/x", HEADERS, None), stream=True, timeout=60.0).content
            for url in (one, two, one, two)
        ]
        adapter.close()
    assert answers == [b"one", b"two", b"one", b"two"]


def test_cookies_are_neither_kept_nor_sent() -> None:
    adapter = SteadyAdapter()
    with serving(b"one") as url:
        response = adapter.send(prepare("GET", f"{url}/x", HEADERS, None), stream=True, timeout=60.0)
        assert (response.content, len(response.cookies)) == (b"one", 0)
        adapter.close()
    assert "Cookie" not in prepare("GET", url, HEADERS, None).headers
