"""Prism, the proxy and mock server of the OpenAPI document: started for a test, and what it found to be wrong."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract import document

PROGRAM = Path(__file__).parent / "node_modules/@stoplight/prism-cli/dist/index.js"
LONGEST_SECONDS = 180
_PAUSE_SECONDS = 0.05
_LISTENING = "Prism is listening on"
_RECEIVED = "Request received"
_SENTINEL = "/the-log-is-complete-up-to-here"


class Prism:
    """One running Prism and its log."""

    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self._log = log

    def violations(self) -> list[str]:
        """Every error and warning in the log so far: what did not agree with the document."""
        return [line for line in self._lines() if "✖" in line or "⚠" in line]

    def requests(self) -> list[str]:
        """`get /api/v2/eventstreams`, of every request that was made so far."""
        received = [line for line in self._lines() if _RECEIVED in line]
        return [" ".join(line.partition("[HTTP SERVER] ")[2].split()[:2]) for line in received]

    def _lines(self) -> list[str]:
        """The log up to now. Prism writes it behind its answers, so a request of our own marks its end."""
        _ask(self.url + _SENTINEL)
        deadline = time.monotonic() + LONGEST_SECONDS
        while (
            _SENTINEL not in (text := self._log.read_text(encoding="utf-8", errors="replace")).rpartition(_RECEIVED)[2]
        ):
            assert time.monotonic() < deadline, f"the log of Prism does not end:\n{text}"
            time.sleep(_PAUSE_SECONDS)
        return [line for line in text.splitlines() if _SENTINEL not in line]


@contextmanager
def proxy(upstream: str, folder: Path, described: dict[str, Any] | None = None) -> Iterator[Prism]:
    """Prism between a client and `upstream`; what does not agree with the document is answered with an error.

    The document is that of event streams, unless another one is given.
    """
    source = described if described is not None else document.with_the_organization()
    with _running(folder, source, "proxy", "--errors", upstream) as prism:
        yield prism


@contextmanager
def mock(folder: Path, described: dict[str, Any], *options: str) -> Iterator[Prism]:
    """Prism instead of a server: it makes its answers up from the document `described`."""
    with _running(folder, described, "mock", *options) as prism:
        yield prism


@contextmanager
def _running(folder: Path, described: dict[str, Any], command: str, *arguments: str) -> Iterator[Prism]:
    source, log = folder / "openapi.json", folder / "prism.log"
    source.write_text(json.dumps(described), encoding="utf-8")
    with socket.socket() as kept:
        # Bound and not listening, it keeps the port for Node.js, which asks for it to be reused, and for nobody else.
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port = kept.getsockname()[1]
        line = [_node(), str(PROGRAM), command, "--host", "127.0.0.1", "--port", str(port), str(source), *arguments]
        with _started(line, log):
            yield Prism(f"http://127.0.0.1:{port}", log)


@contextmanager
def _started(line: list[str], log: Path) -> Iterator[None]:
    with (
        log.open("wb") as out,
        subprocess.Popen(line, stdout=out, stderr=subprocess.STDOUT, env=_environment()) as process,
    ):
        try:
            _wait_until_it_listens(process, log)
            yield
        finally:
            process.kill()


def _node() -> str:
    """Node.js, with Prism installed for it; what is missing fails the test, for here nothing is skipped."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("Node.js is not installed: these tests need node and npm, 18.20 or newer", pytrace=False)
    if not PROGRAM.is_file():
        pytest.fail("Prism is not installed: run `make test-full`, or `npm ci` in tests/contract", pytrace=False)
    return node


def _environment() -> dict[str, str]:
    """Without colours, and without a proxy on the way to the server behind Prism."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {"NO_COLOR": "1", "FORCE_COLOR": "0"}


def _wait_until_it_listens(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while _LISTENING not in (text := log.read_text(encoding="utf-8", errors="replace")):
        assert process.poll() is None, f"Prism ended:\n{text}"
        assert time.monotonic() < deadline, f"Prism did not start:\n{text}"
        time.sleep(_PAUSE_SECONDS)


def _ask(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=LONGEST_SECONDS).close()
    except urllib.error.HTTPError as answer:
        answer.close()
