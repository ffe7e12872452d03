"""From an empty folder to an event in the receiver's store, break by break: `make demo-events`.

A stream is declared and applied, and no event arrives, for one reason after the other: the receiver does not run, has
another key, the stream was switched off by hand, its filter is too narrow, or far too wide. Each time the command that
names the reason is shown, and the cure. At last an event arrives, exactly once, although its acknowledgement is lost.

Everything happens in a temporary folder and on the loopback interface, with real processes: the emulator and a receiver
that serves https. Exits with 1 when anything is not as it should be.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import trustme
from demo import LONGEST_SECONDS, Demo, NotAsItShouldBe, change_by_hand, emulator, environment, run, say, server

HOST = "events.example.com"
STACK = """\
version: 1
stack: contact-center
variables:
  api_key: {type: string, sensitive: true}
streams:
  conversations:
    event_types: [conversation:start, conversation:end]
    destinations:
      - {protocol: https, url: 'https://events.example.com/genesys-events', headers: {X-Api-Key: '${var.api_key}'}}
tests:
  - {event: {eventType: conversation:start}, expect: [stream.conversations]}
  - {event: {eventType: routing:queue:change}, expect: []}
"""
START = {"id": "e-1", "eventType": "conversation:start", "data": {"conversation": "c-1"}}
STATE = {"id": "e-2", "eventType": "user:state:change", "data": {"user": "u-1", "state": "available"}}
KEYS = {"GCSYNC_VAR_api_key": "the-key-of-today"}
SERVE = ("--port", "0", "--sink", "sqlite:", "--tls-cert", "server.pem", "--tls-key", "server.pem")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="gcsync-demo-") as name, ExitStack() as running:
        try:
            Walk(Path(name), running).go()
        except NotAsItShouldBe as error:
            print(f"\nThe demo went wrong: {error}")
            return 1
    print("\nIt all went as it should: every break was named and mended, and each event arrived exactly once.")
    return 0


class Walk:
    """The way of an event, one break after the other."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self.folder = folder
        certify(folder)
        self.line = running.enter_context(bad_line())
        options = ("--deliver-map", f"https://{HOST}={self.line.url}", "--time-scale", "600")
        self.emulator = running.enter_context(emulator(folder, *options))
        self.environ = environment(self.emulator) | KEYS | {"REQUESTS_CA_BUNDLE": str(folder / "authority.pem")}
        self.gcsync = Demo(folder, self.environ).gcsync

    def go(self) -> None:
        self.begin()
        self.nothing_listens()
        say("Mended: a receiver runs. Break 2: it has the key of yesterday.")
        with self.receiver("the-key-of-yesterday"):
            self.verify("fail  handshake[GC831]: it refuses the credential (401)", code=2)
        say("Mended: it has the key that the stack declares, and echoes the handshake.")
        with self.receiver(KEYS["GCSYNC_VAR_api_key"]):
            self.verify("0 fail")
            self.switched_off()
            self.filtered_out()
            self.arrives()

    def begin(self) -> None:
        say("An empty folder, and a stack file that declares one stream, with tests of what it selects.")
        self.write("stacks/contact-center.yaml", STACK)
        print(f"stacks/contact-center.yaml:\n{STACK}", flush=True)
        self.write("start.json", json.dumps(START))
        self.write("state.json", json.dumps(STATE))
        self.gcsync("validate", expect="Valid: 1 stack, 1 resource. 2 tests passed.")
        self.gcsync("apply", "--auto-approve", expect="Applied: 1 created")

    def nothing_listens(self) -> None:
        say("An event happens. The sender tries again and again, and it does not arrive.")
        self.emit("start.json", "Delivered to 0 of 1 destination.", code=1, wait=0.5)

        say("Break 1. Why? verify walks the way of an event and stops where it is broken: nothing listens.")
        with socket.socket() as taken:
            # Bound, so that nobody else takes it, and nobody listens there.
            taken.bind(("127.0.0.1", 0))
            self.line.port = taken.getsockname()[1]
            self.verify("fail  connection[GC826]", code=2)

    def switched_off(self) -> None:
        say("Break 3. Meanwhile somebody switches the stream off by hand, with plain HTTP.")
        change_by_hand(self.emulator, enabled=False)
        self.gcsync("drift", expect="Drift: 1 drifted", code=2)
        self.verify("fail  enabled[GC821]: it is disabled: no event arrives", code=2)

        say("Mended: apply turns it on again.")
        self.gcsync("apply", "--auto-approve", expect="Applied: 0 created, 1 updated")

    def filtered_out(self) -> None:
        say("Break 4. Another kind of event does not arrive. trace names the line of the stack file that decides.")
        self.gcsync(
            "trace", "state.json", expect='event_types has no "user:state:change" (stacks/contact-center.yaml:7)'
        )

        say(
            "Break 5. The quick cure is a star: every event of the organization. The tests in the stack file refuse it."
        )
        self.change("    event_types: [conversation:start, conversation:end]", "    event_types: ['*']")
        self.gcsync("validate", expect="error[GC845]", code=1)

        say("Mended: exactly what is needed.")
        self.change("['*']", "[conversation:start, conversation:end, user:state:change]")
        self.gcsync("trace", "state.json", expect="stream.conversations: selected")
        self.gcsync("apply", "--auto-approve", expect="Applied: 0 created, 1 updated")

    def arrives(self) -> None:
        say("The line between them loses the first answer to each event. The sender comes again with the same id.")
        self.emit("state.json", "Delivered to 1 of 1 destination.")

        say("And the event of the beginning, sent anew: it may have come by itself meanwhile. Each is there once.")
        self.emit("start.json", "Delivered to 1 of 1 destination.")
        self.gcsync("receiver", "stats", expect=f"{'rows of events':<24}{2:>14}")
        if min(self.line.met.get(one, 0) for one in ("e-1", "e-2")) < 2:
            raise NotAsItShouldBe("an event did not reach the receiver twice")

    def emit(self, file: str, expect: str, *, code: int = 0, wait: float = 60) -> None:
        self.gcsync("emulator", "emit", file, "--url", self.emulator, "--wait", str(wait), expect=expect, code=code)

    def verify(self, expect: str, *, code: int = 0) -> None:
        self.gcsync("verify", "--connect-to", f"{HOST}=127.0.0.1:{self.line.port}", expect=expect, code=code)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, before: str, after: str) -> None:
        """Edit the stack file, and show how."""
        name = "stacks/contact-center.yaml"
        text = (self.folder / name).read_text(encoding="utf-8")
        changed = text.replace(before, after)
        self.write(name, changed)
        shown = list(unified_diff(text.splitlines(), changed.splitlines(), name, name, n=0, lineterm=""))
        print("\n".join(["edit " + name, *shown[3:]]), flush=True)

    @contextmanager
    def receiver(self, key: str) -> Iterator[None]:
        """`gcsync receiver serve` as long as the context lasts."""
        print(f"$ gcsync receiver serve {' '.join(SERVE)} &", flush=True)
        environ = self.environ | {"GCSYNC_RECEIVER_SECRET": key}
        with server(self.folder, environ, "receiver", "serve", *SERVE, "--drain", "0") as url:
            print(url, flush=True)
            self.line.port = urlsplit(url).port or 0
            yield


class BadLine(ThreadingHTTPServer):
    """Stands between the sender and the receiver, and loses the first answer to each event."""

    port = 0
    """Where the receiver listens now."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.met: dict[str, int] = {}
        self.url = f"http://127.0.0.1:{self.server_port}"

    def pass_on(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """What the receiver answers. Its certificate is looked at by verify, not by this line."""
        unchecked = ssl._create_unverified_context()
        onward = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=LONGEST_SECONDS, context=unchecked)
        try:
            onward.request("POST", path, body, dict(headers))
            answer = onward.getresponse()
            return answer.status, answer.read()
        finally:
            onward.close()


class Passing(BaseHTTPRequestHandler):
    server: BadLine

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True
        try:
            status, text = self.server.pass_on(self.path, body, self.headers)
        except OSError:
            return
        event = json.loads(body).get("id")
        if event is not None and status == 200:
            self.server.met[event] = self.server.met.get(event, 0) + 1
            if self.server.met[event] == 1:
                return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


@contextmanager
def bad_line() -> Iterator[BadLine]:
    with BadLine() as line:
        thread = threading.Thread(target=line.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line.shutdown()


def certify(folder: Path) -> None:
    """An authority of this demo, and a certificate for the host that the stack names."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    in_90_days = datetime.now(UTC) + timedelta(days=90, hours=1)
    authority.issue_cert(HOST, not_after=in_90_days).private_key_and_cert_chain_pem.write_to_path(
        str(folder / "server.pem")
    )


if __name__ == "__main__":
    run(main)
