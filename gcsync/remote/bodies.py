"""The body of an answer, read to its end within bounds: of size, unpacked size and time.

gcsync asks for no compression. A server or proxy that compresses all the same is understood as far as gzip and
deflate go, unpacked step by step: the HTTP library would unpack whatever came at once, however large that becomes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import requests
from urllib3 import BaseHTTPResponse

from gcsync.remote.wire import NoReply, Reply, Trouble

LARGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes, packed and unpacked."""
LONGEST_SECONDS: Final = 300.0
"""From the end of the headers to that of the body: a server that sends a byte now and then holds nobody up."""

_CHUNK: Final = 256 * 1024
# 32 more than the window's size: zlib tells gzip and zlib apart by itself.
_EITHER: Final = zlib.MAX_WBITS + 32


def read_reply(response: requests.Response, clock: Callable[[], float]) -> Reply:
    """The whole answer; `clock` counts seconds. Raises NoReply, and what the HTTP library raises."""
    try:
        body = _joined(_unpacked(response, _chunks(response, clock)))
    finally:
        response.close()
    return Reply(response.status_code, response.headers, body)


def _chunks(response: requests.Response, clock: Callable[[], float]) -> Iterator[bytes]:
    """What came, as it comes."""
    raw = response.raw
    if raw is None:
        yield response.content or b""
        return
    ends = clock() + LONGEST_SECONDS
    while chunk := raw.read1(_CHUNK, decode_content=False) if isinstance(raw, BaseHTTPResponse) else raw.read(_CHUNK):
        if clock() > ends:
            raise NoReply(Trouble.TOO_LARGE, f"the answer was not complete after {LONGEST_SECONDS:.0f} s")
        yield chunk


def _unpacked(response: requests.Response, chunks: Iterator[bytes]) -> Iterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise NoReply(Trouble.TOO_LARGE, "the answer is packed in a way that was not asked for")
    unpacker = zlib.decompressobj(_EITHER)
    try:
        for chunk in chunks:
            waiting = chunk
            while waiting:
                yield unpacker.decompress(waiting, _CHUNK)
                waiting = unpacker.unconsumed_tail
    except zlib.error:
        raise NoReply(Trouble.DROPPED, "the answer cannot be unpacked") from None
    if not unpacker.eof:
        raise NoReply(Trouble.DROPPED, "the answer ended before it could be unpacked to its end")


def _joined(chunks: Iterator[bytes]) -> bytes:
    found: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise NoReply(Trouble.TOO_LARGE, f"the answer is larger than {LARGEST_ANSWER // 1024 // 1024} MiB")
        found.append(chunk)
    return b"".join(found)
