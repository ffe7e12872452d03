"""The main job from end to end, on the emulator: `make demo`.

Plans and applies stacks/event-stream.yaml, shows that a second plan is empty, changes the stream by hand behind
gcsync's back, shows the drift, and repairs it. Everything happens in a temporary folder and on the loopback interface,
with Python's standard library and gcsync's command line. Exits with 1 when anything is not as it should be.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

STACK = Path(__file__).parent / "event-stream.yaml"
ENDPOINT = "https://events.example.com/genesys-events"
CLIENT = ("demo-client", "demo-secret")
LONGEST_SECONDS = 180


class NotAsItShouldBe(Exception):
    """A step of the demo ended in another way than a reader is told."""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="gcsync-demo-") as name:
        folder = Path(name)
        (folder / "stacks").mkdir()
        shutil.copy(STACK, folder / "stacks")
        try:
            with emulator(folder) as url:
                play(Demo(folder, environment(url)), url)
        except NotAsItShouldBe as error:
            print(f"\nThe demo went wrong: {error}")
            return 1
    print("\nIt all went as it should: planned, applied, drifted by hand, found, repaired.")
    return 0


def play(demo: Demo, url: str) -> None:
    say("A stack file declares one event stream. Is it valid?")
    demo.gcsync("validate", expect="Valid: 1 stack, 1 resource. 2 tests passed.")

    say("What would change in the organization? (An emulated one, on this machine.)")
    demo.gcsync("plan", expect="Plan: 1 to create, 0 to update, 0 to replace, 0 to delete, 0 to adopt, 0 unchanged.")

    say("Make it so. --auto-approve, because nobody is here to type yes.")
    demo.gcsync("apply", "--auto-approve", expect="Applied: 1 created, 0 updated")

    say("A second plan has nothing left to do.")
    demo.gcsync("plan", "--detailed-exitcode", expect="No changes.")

    say("Meanwhile somebody changes the stream by hand, with plain HTTP.")
    change_by_hand(url, enabled=False, eventTypes=["conversation:start", "conversation:end"])

    say("gcsync drift, as cron would run it: exit code 2 says that there is drift.")
    demo.gcsync("drift", expect="Drift: 1 drifted", code=2)

    say("Put it back.")
    demo.gcsync("apply", "--auto-approve", expect="Applied: 0 created, 1 updated")

    say("And all is well again.")
    demo.gcsync("drift", expect="No drift.")


class Demo:
    """Runs gcsync as a user would, in one folder and one environment, and shows what it says."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.environ = environ

    def gcsync(self, *arguments: str, expect: str, code: int = 0) -> None:
        """Run one command and show it; raises NotAsItShouldBe unless it prints `expect` and exits with `code`."""
        print(f"$ gcsync {' '.join(arguments)}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "gcsync", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=LONGEST_SECONDS,
        )
        print(done.stdout, end="", flush=True)
        if done.returncode or code:
            print(f"(exit code {done.returncode})", flush=True)
        if done.returncode != code:
            raise NotAsItShouldBe(f"gcsync {arguments[0]} ended with {done.returncode}, not {code}")
        if expect not in done.stdout:
            raise NotAsItShouldBe(f'gcsync {arguments[0]} did not say "{expect}"')


def change_by_hand(url: str, **changes: Any) -> None:
    """Write the stream with other attributes, as an administrator's script might."""
    credentials = base64.b64encode(":".join(CLIENT).encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/x-www-form-urlencoded"}
    token = request("POST", f"{url}/oauth/token", headers, b"grant_type=client_credentials")["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    (stream,) = request("GET", f"{url}/api/v2/eventstreams?pageSize=100", headers)["entities"]
    writable = ("name", "description", "enabled", "destinations", "eventTypes", "version")
    body = {name: stream[name] for name in writable if name in stream}
    body |= changes
    where = f"/api/v2/eventstreams/{stream['id']}"
    print(f"PUT {where}\n  {json.dumps(changes)[1:-1]}")
    request("PUT", f"{url}{where}", headers, json.dumps(body).encode())
    print("200 OK")


def request(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Any:
    wanted = urllib.request.Request(url, body, dict(headers), method=method)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(wanted, timeout=LONGEST_SECONDS) as answer:
            return json.load(answer)
    except OSError as error:
        raise NotAsItShouldBe(f"{method} {url} ended with: {error}") from error


@contextmanager
def emulator(folder: Path, *options: str) -> Iterator[str]:
    """`gcsync emulator serve` in the background."""
    with server(folder, os.environ, "emulator", "serve", "--emulator-db", str(folder / "emulator.db"), *options) as url:
        yield url


@contextmanager
def server(folder: Path, environ: Mapping[str, str], *arguments: str) -> Iterator[str]:
    """A command of gcsync in the background that prints its URL once it answers; it is told to end, and waited for."""
    command = [sys.executable, "-m", "gcsync", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            if not url.startswith("http"):
                raise NotAsItShouldBe(f"gcsync {' '.join(arguments[:2])} did not start")
            yield url
        finally:
            process.terminate()


def environment(url: str) -> dict[str, str]:
    """What a user sets, and nothing of what this machine may have set for a real organization."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GENESYS", "GCSYNC_"))}
    return kept | {
        "AWS_EVENTBRIDGE_ENDPOINT_URL": ENDPOINT,
        "GENESYS_CLOUD_API_URL": url,
        "GENESYS_CLOUD_LOGIN_URL": url,
        "GENESYS_CLOUD_CLIENT_ID": CLIENT[0],
        "GENESYS_CLOUD_CLIENT_SECRET": CLIENT[1],
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "PYTHONIOENCODING": "utf-8",
    }


def say(text: str) -> None:
    print(f"\n# {text}", flush=True)


def run(demo: Callable[[], int]) -> NoReturn:
    """Play it and exit. A signal ends it in order too: nothing goes on running, and no folder is left behind."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        sys.exit(demo())
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run(main)
