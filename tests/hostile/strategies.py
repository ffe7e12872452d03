"""Streams of requests with something wrong in them, drawn by hypothesis, so that a failing one is made small."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.hostile.bodies import event
from tests.hostile.cases import HEAD, SECRET_REQUEST, request

_CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(event()), event())
_HONEST = (
    request(event()),
    _CHUNKED,
    request(event(data=1), b"Connection: close\r\n"),
    request(event(), head=HEAD.replace(b"HTTP/1.1", b"HTTP/1.0")),
    request(b'{"verification_token": "t"}'),
    request(SECRET_REQUEST),
    b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
)
_TOKENS = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\x00",
    b" ",
    b"\t",
    b"\x0b",
    b":",
    b";",
    b",",
    b"0",
    b"-1",
    b"9" * 20,
    b"Content-Length: 0\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 200\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: identity\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive\r\n",
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
    b"Expect: 100-continue\r\n",
    b"Content-Encoding: gzip\r\n",
    b"X-Api-Key: other\r\n",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"POST ",
    b"GET ",
    b"CONNECT ",
    b"0\r\n\r\n",
    b"1\r\n",
    b"/../",
    b"%00",
    b'"',
    b"{",
    b"}",
    b"[" * 70,
    b"1e999",
    b"\\ud800",
    b"\xff",
    b"\xef\xbb\xbf",
    SECRET_REQUEST,
)

_FIELDS = tuple(token for token in _TOKENS if token.endswith(b"\r\n") and b": " in token)
_pieces = st.one_of(st.sampled_from(_TOKENS), st.binary(max_size=6))


@st.composite
def _broken(draw: st.DrawFn) -> bytes:
    """An honest request with a few fields more, or of which a few stretches are replaced, taken out or put in."""
    found = draw(st.sampled_from(_HONEST))
    for _ in range(draw(st.integers(0, 3))):
        lines = _ends(found[: found.find(b"\r\n\r\n") + 2], b"\r\n") or [0]
        if draw(st.booleans()):
            begin = end = draw(st.sampled_from(lines))
            found = found[:begin] + draw(st.sampled_from(_FIELDS)) + found[end:]
        else:
            begin = draw(st.one_of(st.sampled_from(lines), st.integers(0, len(found))))
            end = begin + draw(st.one_of(st.just(0), st.integers(0, 20)))
            found = found[:begin] + draw(_pieces) + found[end:]
    return found


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, ...]:
    """Up to three requests, sent in up to three packets, whose ends are often those of heads."""
    stream = b"".join(draw(st.lists(st.one_of(_broken(), st.binary(max_size=200)), min_size=1, max_size=3)))
    heads = _ends(stream, b"\r\n\r\n") or [0]
    cuts = sorted(draw(st.lists(st.one_of(st.sampled_from(heads), st.integers(0, len(stream))), max_size=2)))
    return tuple(stream[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True))


def _ends(data: bytes, what: bytes) -> list[int]:
    """The places behind it."""
    return [place + len(what) for place in range(len(data)) if data.startswith(what, place)]
