"""CONTRIBUTING.md, followed word by word in a copy of gcsync: each recipe comes to a program that does what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.house.source import ROOT

BLOCK = re.compile(r'^```(?P<language>\w+) title="(?P<path>[^"]+)"\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
STREAMS = """\
version: 1
stack: contact-center
streams:
  calls: {event_types: [conversation:start], destinations: [{protocol: https, url: 'https://events.example.com'}]}
"""
NOTES = "version: 1\nstack: reminders\nnotes:\n  monday: {text: Plan the week}\n"


def recipe(title: str) -> list[tuple[str, str, str]]:
    """The blocks below a heading: language, path, text."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]
    return [(found["language"], found["path"], found["text"]) for found in BLOCK.finditer(section)]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program and its schemas, and of what is compiled of it: that need not be done again."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("gcsync", "schemas"):
        # What another process just compiles has a name of its own until it is whole.
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc.*"))
    return folder


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "copy")
    return tmp_path / "copy"


def follow(copy: Path, title: str) -> None:
    for language, path, text in recipe(title):
        if language == "diff":
            (copy / path).write_text(edited((copy / path).read_text(encoding="utf-8"), text), encoding="utf-8")
        else:
            assert not (copy / path).exists()
            (copy / path).write_text(text, encoding="utf-8")


def edited(text: str, difference: str) -> str:
    """The text after an edit, of which the old lines must be there once."""
    lines = difference.splitlines()
    old = "\n".join(line[1:] for line in lines if line[0] in " -")
    new = "\n".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(f"{old}\n") == 1, f"not there, or more than once: {old}"
    return text.replace(f"{old}\n", f"{new}\n")


def gcsync(copy: Path, folder: Path, *arguments: str, **environ: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GENESYS", "GCSYNC"))}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "gcsync", *arguments],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(copy), **environ},
        capture_output=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_command(copy: Path, tmp_path: Path) -> None:
    follow(copy, "A command")
    (tmp_path / "stack.yaml").write_text(STREAMS, encoding="utf-8")
    assert gcsync(copy, tmp_path, "count", "stack.yaml") == "contact-center: 1\n"


def test_a_view(copy: Path, tmp_path: Path) -> None:
    follow(copy, "A view")
    (tmp_path / "stack.yaml").write_text(STREAMS, encoding="utf-8")
    shown = gcsync(copy, tmp_path, "plan", "stack.yaml", "--emulator", "--format", "csv")
    assert shown == "action,address,name\ncreate,stream.calls,calls\n"


def test_a_kind(copy: Path, tmp_path: Path, notes: str) -> None:
    follow(copy, "A kind")
    (tmp_path / "stack.yaml").write_text(NOTES, encoding="utf-8")
    environ = {"GENESYS_CLOUD_API_URL": notes, "GENESYS_CLOUD_LOGIN_URL": notes, "GENESYS_CLOUD_ACCESS_TOKEN": "token"}
    applied = gcsync(copy, tmp_path, "apply", "stack.yaml", "--auto-approve", **environ)
    assert applied.splitlines()[-1].startswith("Applied: 1 created,")
    assert gcsync(copy, tmp_path, "plan", "stack.yaml", **environ).splitlines()[-1].startswith("No changes.")


@pytest.fixture
def notes() -> Iterator[str]:
    """An API that has an organization and notes, and nothing else."""
    there: dict[str, dict[str, Any]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            listing = {"entities": [*there.values()], "pageSize": 100, "pageNumber": 1, "pageCount": 1}
            answers: dict[str, dict[str, Any]] = {
                "/api/v2/organizations/me": {"id": "4b1c0d7e-0000-4000-8000-000000000001", "name": "Example Ltd"},
                "/api/v2/notes": {**listing, "total": len(there)},
                **{f"/api/v2/notes/{key}": note for key, note in there.items()},
            }
            self.answer(answers.get(path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            there["n-1"] = {"id": "n-1", **body}
            self.answer(there["n-1"])

        def answer(self, body: dict[str, Any] | None) -> None:
            text = json.dumps(body or {"message": "not found", "code": "not.found", "status": 404}).encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
