"""A user's folder, the real command line in it, and a hand on the API that gcsync knows nothing of."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

ENDPOINT = "https://events.example.com/genesys-events"

STREAM = """\
  {key}:
    description: {description}
    event_types: [conversation:start, conversation:end]
    destinations:
      - {{protocol: https, url: '{url}'}}
"""

LONGEST_SECONDS = 180


def stack(*keys: str, name: str = "contact-center", settings: str = "", description: str = "For analytics") -> str:
    """A stack file that declares a stream per key."""
    streams = [STREAM.format(key=key, description=description, url=f"{ENDPOINT}/{key}") for key in keys]
    section = "streams:\n" + "".join(streams) if keys else ""
    return f"version: 1\nstack: {name}\n{settings}{section}"


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.splitlines()[-1]

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass
class Workplace:
    """A folder and what is set in the environment of the commands that run there."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    given: str = ""
    """What the commands find on stdin."""

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def stack(self, *keys: str, **how: str) -> Path:
        return self.write(f"stacks/{how.get('name', 'contact-center')}.yaml", stack(*keys, **how))

    def gcsync(self, *arguments: str, **environ: str) -> Ran:
        done = subprocess.run(
            command(*arguments),
            cwd=self.folder,
            env=self.environ | environ,
            input=self.given,
            capture_output=True,
            encoding="utf-8",
            timeout=LONGEST_SECONDS,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)


class Inside(Workplace):
    """The same in this process: without the half second that starting another takes. Not for signals and terminals."""

    def gcsync(self, *arguments: str, **environ: str) -> Ran:
        from gcsync.cli.interruption import signals
        from gcsync.cli.main import run

        out, err, before = io.StringIO(), io.StringIO(), Path.cwd()
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        os.chdir(self.folder)
        try:
            with (
                mock.patch.dict(os.environ, self.environ | environ, clear=True),
                mock.patch.object(sys, "stdin", io.StringIO(self.given)),
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
            ):
                code = run(list(arguments))
        finally:
            os.chdir(before)
            signals.stop.clear()
            for number, handler in handlers.items():
                signal.signal(number, handler)
            for name in ("gcsync", "urllib3"):
                logging.getLogger(name).handlers = []
                logging.getLogger(name).setLevel(logging.NOTSET)
        assert "Traceback" not in out.getvalue() + err.getvalue()
        return Ran(int(code), out.getvalue(), err.getvalue())


def command(*arguments: str) -> list[str]:
    """The command line as a user's shell would start it; a warning of Python ends it."""
    return [sys.executable, "-W", "error", "-m", "gcsync", *arguments]


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without what belongs to gcsync, colours, proxies, a terminal or a CI system."""
    of_ci = ("GITHUB_", "GITLAB_", "CI_", "TF_BUILD", "TEAMCITY_")
    foreign = ("GENESYS", "GCSYNC_", "AWS_", *of_ci, "NO_COLOR", "FORCE_COLOR", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")} | more


def credentials_for(url: str) -> dict[str, str]:
    return {
        "GENESYS_CLOUD_API_URL": url,
        "GENESYS_CLOUD_LOGIN_URL": url,
        "GENESYS_CLOUD_CLIENT_ID": "client-one",
        "GENESYS_CLOUD_CLIENT_SECRET": "a-secret-of-one",
    }


class Hand:
    """Changes things in an emulator as a person would who does not use gcsync."""

    def __init__(self, url: str, client: str = "hand") -> None:
        self.url = url
        basic = base64.b64encode(f"{client}:hand".encode()).decode()
        form = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = self._send("POST", "/oauth/token", b"grant_type=client_credentials", form)
        self.headers = {"Authorization": f"Bearer {answer['access_token']}", "Content-Type": "application/json"}

    def sign_in(self, person: str) -> None:
        """From now on what the hand does is done by this person, and no more by an OAuth client."""
        answer = self._call("POST", "/emulator/tokens", {"person": person})
        self.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def deny(self, *permissions: str) -> None:
        """From now on nobody has these permissions."""
        self._call("PATCH", "/emulator/behaviour", {"denied_permissions": list(permissions)})

    def trigger(self, name: str) -> dict[str, Any]:
        return next(one for one in self.listing("/api/v2/processautomation/triggers") if one["name"] == name)

    def change_trigger(self, trigger_name: str, **changes: Any) -> None:
        trigger = self.trigger(trigger_name)
        body = {name: value for name, value in trigger.items() if name not in ("id", "selfUri")} | changes
        self._call("PUT", trigger["selfUri"], body)

    def streams(self) -> list[dict[str, Any]]:
        return self._call("GET", "/api/v2/eventstreams?pageSize=100")["entities"]

    def listing(self, path: str) -> list[dict[str, Any]]:
        """The first page of any listing."""
        return self._call("GET", path)["entities"]

    def stream(self, name: str) -> dict[str, Any]:
        return next(stream for stream in self.streams() if stream["name"] == name)

    def create(self, name: str, url: str = ENDPOINT) -> dict[str, Any]:
        body = {"name": name, "enabled": True, "destinations": [{"protocol": "https", "url": url}]}
        return self._call("POST", "/api/v2/eventstreams", body | {"eventTypes": ["conversation:start"]})

    def change(self, stream_name: str, **changes: Any) -> None:
        stream = self.stream(stream_name)
        writable = ("name", "description", "enabled", "destinations", "eventTypes", "version")
        body = {name: stream[name] for name in writable if name in stream} | changes
        self._call("PUT", f"/api/v2/eventstreams/{stream['id']}", body)

    def delete(self, name: str) -> None:
        self._call("DELETE", f"/api/v2/eventstreams/{self.stream(name)['id']}")

    def faults(self, *faults: str) -> None:
        self._call("PUT", "/emulator/faults", {"faults": list(faults)})

    def scopes(self, *scopes: str) -> None:
        self._call("PUT", "/emulator/scopes", {"scopes": list(scopes)})

    def requests(self) -> list[str]:
        """`GET /api/v2/eventstreams 200`, of all that was asked since the last call."""
        found = self._call("GET", "/emulator/requests")["requests"]
        self._call("DELETE", "/emulator/requests")
        return [f"{request['method']} {request['path']} {request['status']}" for request in found]

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        return self._send(method, path, None if body is None else json.dumps(body).encode(), self.headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with opener.open(request, timeout=LONGEST_SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text else None
