"""Bytes over a connection of their own, and the answers that came back, however many."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PATIENCE_SECONDS = 120.0
"""Far beyond every limit of the receiver under test: who waits so long hangs."""
_PAUSE_SECONDS = 0.003


@dataclass(frozen=True)
class Answer:
    """`whole` is whether all of the announced body came; `headers` have names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool = True

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def document(self) -> Any:
        """None where it is no JSON."""
        return json.loads(self.body) if self.media_type == "application/json" else None


@dataclass(frozen=True)
class Exchange:
    """`hung`: neither answers nor an end of the connection came any more; `rest` is what is no answer."""

    answers: tuple[Answer, ...]
    hung: bool = False
    rest: bytes = b""


def exchange(address: tuple[str, int], parts: Sequence[bytes], *, patience: float = PATIENCE_SECONDS) -> Exchange:
    """Send the parts one by one, say that no more will come, and read until the connection ends."""
    with socket.create_connection(address, timeout=patience) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            for number, part in enumerate(parts):
                if number:
                    time.sleep(_PAUSE_SECONDS)
                connection.sendall(part)
            connection.shutdown(socket.SHUT_WR)
        found, hung = _read(connection)
    answers, rest = answers_of(found)
    return Exchange(answers, hung, rest)


def cut_off(address: tuple[str, int], parts: Sequence[bytes]) -> None:
    """Send the parts and reset the connection, without a look at the answer."""
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
        with contextlib.suppress(OSError):
            for part in parts:
                connection.sendall(part)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read(connection: socket.socket) -> tuple[bytes, bool]:
    found = b""
    try:
        while chunk := connection.recv(65536):
            found += chunk
    except TimeoutError:
        return found, True
    except OSError:
        pass
    return found, False


def answers_of(data: bytes) -> tuple[tuple[Answer, ...], bytes]:
    """The answers in what came, interim ones left out, and what is none."""
    answers = []
    while data.startswith(b"HTTP/1.1 ") and b"\r\n\r\n" in data:
        head, _, data = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        if status == 100:
            continue
        length = int(headers["content-length"])
        answers.append(Answer(status, headers, data[:length], len(data) >= length))
        data = data[length:]
    return tuple(answers), data
