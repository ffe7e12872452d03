"""The attacks: requests made by hand, drawn by hypothesis, described by the OpenAPI document, and sent too slowly."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Sequence

from hypothesis import HealthCheck, given, seed, settings

from tests.hostile.bodies import event
from tests.hostile.cases import HEAD, cases, request
from tests.hostile.strategies import streams
from tests.hostile.target import Target
from tests.hostile.wire import PATIENCE_SECONDS, answers_of
from tests.receiver.serving import body_of, deliver

_MOST_TRIES = 10


def by_hand(target: Target, share: int = 1) -> None:
    """Every case, or every so many-th."""
    for number, case in enumerate(cases()):
        if number % share == 0:
            target.send(case.name, case.parts, case.answers)


def drawn(target: Target, examples: int, first: int | None = None) -> None:
    """Streams that hypothesis breaks. Raises AssertionError with the smallest that is answered wrongly."""

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(streams())
    def attack(parts: tuple[bytes, ...]) -> None:
        said = target.send("drawn", parts)
        assert not said, said

    (attack if first is None else seed(first)(attack))()


def cut(target: Target, times: int) -> None:
    """Connections that are reset in the midst of a request, and behind it."""
    whole = request(event())
    for number in range(times):
        target.cut((whole[: len(whole) * (number + 1) // times],))


def slow(target: Target, connections: int, limit: float) -> list[str]:
    """Senders who dribble and readers who do not read, beside honest ones; what is wrong. `limit` is the receiver's.

    This process may be held up for longer than the limit: an honest sender that was slow itself is none, and where
    none was served beside slow ones, it is begun again.
    """
    for _ in range(_MOST_TRIES):
        said, served = _beside_slow_ones(target, connections, limit)
        if said or served:
            return said
    return ["no honest sender was served meanwhile"]


def _beside_slow_ones(target: Target, connections: int, limit: float) -> tuple[list[str], int]:
    said: list[str] = []
    threads = [
        threading.Thread(target=lambda act=act: said.extend(act(target.running.address, limit)))
        for _ in range(connections)
        for act in (_dribbled_head, _dribbled_body, _nothing, _unread)
    ]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    served = 0
    while any(thread.is_alive() for thread in threads) and time.monotonic() - begun < PATIENCE_SECONDS:
        answer = _honest(target, limit)
        served += answer == 200
        if answer not in (200, None):
            said.append(f"an honest sender was answered {answer}")
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    target.requests += len(threads)
    target.ended += len(threads)
    return said, served


def _honest(target: Target, limit: float) -> int | None:
    """The status of the answer to an event; None where the receiver was right to take this machine for a slow sender.

    With so many threads beside, more than its limit may go by between the connection and the last byte.
    """
    begun = time.monotonic()
    try:
        status, _ = deliver(target.running, body_of(f"{time.monotonic_ns()}"))
    except (OSError, http.client.HTTPException):
        status = 408
    return None if status == 408 and time.monotonic() - begun >= limit else status


def _dribbled_head(address: tuple[str, int], limit: float) -> list[str]:
    return _dribble(address, (), b"POST /genesys-events HTTP/1.1\r\n" + b"X: y\r\n" * 100_000, limit)


def _dribbled_body(address: tuple[str, int], limit: float) -> list[str]:
    return _dribble(address, (HEAD + b"Content-Length: 100000\r\n\r\n",), b"y" * 100_000, limit)


def _nothing(address: tuple[str, int], limit: float) -> list[str]:
    return _dribble(address, (), b"", limit)


def _dribble(address: tuple[str, int], first: Sequence[bytes], rest: bytes, limit: float) -> list[str]:
    """Send a byte now and then until the receiver ends it: with 408, or without a word."""
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
        connection.settimeout(limit / 10)
        found, end = b"", time.monotonic() + PATIENCE_SECONDS
        try:
            for part in first:
                connection.sendall(part)
            while time.monotonic() < end:
                connection.sendall(rest[:1])
                rest = rest[1:]
                try:
                    chunk = connection.recv(65536)
                except TimeoutError:
                    continue
                found += chunk
                if not chunk:
                    break
            else:
                return ["a sender who dribbles was waited for"]
        except OSError:
            pass
    answers, _ = answers_of(found)
    return [f"a slow sender was answered {answer}" for answer in answers if answer.status != 408]


def _unread(address: tuple[str, int], limit: float) -> list[str]:
    """Ask for long answers and read none of them: they must not be kept for ever."""
    token = request(b'{"verification_token": "%s"}' % (b"t" * 1_000_000))
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect(address)
        try:
            for _ in range(30):
                connection.sendall(token)
        except TimeoutError:
            return ["a reader who does not read was waited for"]
        except OSError:
            return []
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            time.sleep(limit / 10)
            try:
                connection.sendall(b"\r\n")
            except OSError:
                return []
    return ["a reader who does not read was waited for"]
