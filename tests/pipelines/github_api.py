"""A stand-in for the part of GitHub's API that finds the reviewed plan, answering from a `GitHub` of `workflows`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.pipelines.workflows import Artifact, GitHub

OWN, FORK = 1, 2


@dataclass
class Api:
    """What is known at GitHub besides the runs: `pulls` by commit. `broken` is answered to everything."""

    github: GitHub
    pulls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    broken: int | None = None
    requests: list[str] = field(default_factory=list)

    def merged(self, commit: str, number: int, head: str, *, merged: bool = True, into: str = "main") -> None:
        """The commit came from that pull request."""
        pull = {"number": number, "head": {"sha": head}, "base": {"ref": into}}
        self.pulls.setdefault(commit, []).append(pull | {"merged_at": "2026-11-25T12:00:00Z" if merged else None})

    def knows(self, path: str) -> bool:
        """Whether it answers this path; another stand-in may hand over what it does not know itself."""
        return path.startswith(tuple(f"{self._root}{part}" for part in ("commits/", "actions/", "environments/")))

    @property
    def _root(self) -> str:
        return f"/repos/{self.github.name}/"

    def answer(self, path: str, query: dict[str, list[str]], token: str) -> tuple[int, Any]:
        """The status and document of a GET."""
        self.requests.append(path)
        if self.broken is not None:
            return self.broken, {"message": "as the test wants it"}
        if token != f"Bearer {self.github.token}":
            return 401, {"message": "Bad credentials"}
        rest = path.removeprefix(self._root)
        if rest.startswith("commits/"):
            return 200, self.pulls.get(rest.split("/")[1], [])
        if rest == "actions/artifacts":
            found = [_shown(one) for one in self.github.artifacts if one.name == query["name"][0]]
            return 200, {"total_count": len(found), "artifacts": found}
        environment = self.github.environments.get(rest.removeprefix("environments/"))
        if environment is None:
            return 404, {"message": "Not Found"}
        return 200, {"protection_rules": [{"type": "required_reviewers"}] if environment.reviewers else []}


def _shown(artifact: Artifact) -> dict[str, Any]:
    repository = FORK if artifact.run.event.of_fork else OWN
    run = {"id": artifact.run.id, "repository_id": OWN, "head_repository_id": repository, "head_sha": artifact.head}
    named = {"id": artifact.id, "name": artifact.name, "expired": artifact.expired}
    return named | {"created_at": f"2026-11-25T12:00:{artifact.id % 60:02}Z", "workflow_run": run}


@contextmanager
def serve(api: Api) -> Iterator[str]:
    """The URL at which it answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            status, document = api.answer(url.path, parse_qs(url.query), self.headers.get("Authorization", ""))
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
