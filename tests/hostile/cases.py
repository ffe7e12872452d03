"""Requests made by hand: lengths that lie, heads that smuggle, targets and methods that nobody should serve.

Whatever is called smuggled in them stands inside another request, and must never be read as one.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

from tests.hostile.bodies import MARK, event, hostile_bodies
from tests.receiver.serving import SECRET

SMUGGLED = b"#######"
"""Stands for the id of an event that is smuggled."""
MAX_BODY = 1024 * 1024
_LINE = b"POST /genesys-events HTTP/1.1\r\n"
_KEY = b"X-Api-Key: %s\r\n" % SECRET.encode()
_TYPE = b"Content-Type: application/json\r\n"
HEAD = _LINE + b"Host: x\r\n" + _KEY + _TYPE


@dataclass(frozen=True)
class Case:
    """`parts` are sent one by one; at most so many answers may come."""

    name: str
    parts: tuple[bytes, ...]
    answers: int = 1


def request(body: bytes, more: bytes = b"", *, head: bytes = HEAD) -> bytes:
    """With its honest length."""
    return head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


SECRET_REQUEST = request(event().replace(MARK, SMUGGLED))


def cases() -> Iterator[Case]:
    for name, body in hostile_bodies():
        yield Case(name, (request(body),))
    yield from _lengths()
    yield from _smuggled()
    yield from _heads()
    yield from _targets()
    yield from _contents()
    yield from _streams()


def _lengths() -> Iterator[Case]:
    body = event()
    for size in (MAX_BODY - 1, MAX_BODY, MAX_BODY + 1, 3 * MAX_BODY):
        long = event(data="y").replace(b'"y"', b'"%s"' % (b"y" * (size - len(event(data="y")) + 1)))
        yield Case(f"a body of {size}", (request(long),))
    for told in (b"-1", b"+5", b"0x10", b"1e3", b"5 5", b"5,5", b"", b" ", b"9" * 30, b"\xb2", b"00000", b"4;"):
        yield Case(f"Content-Length {told!r}", (HEAD + b"Content-Length: " + told + b"\r\n\r\n" + body,), 2)
    for more in (1, 100, MAX_BODY, 10 * MAX_BODY):
        head = HEAD + b"Content-Length: %d\r\n\r\n" % (len(body) + more)
        yield Case(f"{more} bytes are missing", (head, body))
    for number, less in enumerate((1, 10, len(body))):
        head = HEAD + b"Content-Length: %d\r\n\r\n" % (len(body) - less)
        yield Case(f"too many bytes, {number}", (head + body,), 2)
    yield Case("no length at all", (HEAD + b"\r\n",))


def _smuggled() -> Iterator[Case]:
    """Two lengths, so that two readers see two requests: RFC 9112, sections 6.1, 6.3 and 11.2."""
    chunked = b"Transfer-Encoding: chunked\r\n"
    inner = b"0\r\n\r\n" + SECRET_REQUEST
    long = b"Content-Length: %d\r\n" % len(inner)
    for name, fields in {
        "length and chunked": long + chunked,
        "chunked and length": chunked + long,
        "two lengths": b"Content-Length: 0\r\n" + long,
        "the same length twice": long + long,
        "a list of lengths": b"Content-Length: %d, 0\r\n" % len(inner),
        "chunked, in vain": long + b"Transfer-Encoding: xchunked\r\n",
        "chunked twice": long + b"Transfer-Encoding: chunked, chunked\r\n",
        "two codings": long + b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "chunked, not last": long + b"Transfer-Encoding: chunked, identity\r\n",
        "a space before the colon": long + b"Transfer-Encoding : chunked\r\n",
        "a tab before the value": long + b"Transfer-Encoding:\tchunked\r\n",
        "a vertical tab": long + b"Transfer-Encoding: \x0bchunked\r\n",
        "a folded line": long + b"Transfer-Encoding:\r\n chunked\r\n",
        "a folded length": b"Content-Length:\r\n %d\r\n" % len(inner),
        "a bare CR": long + b"X: y\rTransfer-Encoding: chunked\r\n",
        "a bare LF": long + b"X: y\nTransfer-Encoding: chunked\r\n",
        "NUL in the name": long + b"Transfer-Enc\x00oding: chunked\r\n",
        "an underscore": b"Content_Length: 0\r\n" + long,
        "quotes": long + b'Transfer-Encoding: "chunked"\r\n',
        "upgrade": long + b"Connection: Upgrade\r\nUpgrade: websocket\r\n",
        "upgrade to h2c": long + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n",
        "expect": long + b"Expect: 100-continue\r\n",
        "connection names the length": long + b"Connection: Content-Length\r\n",
    }.items():
        yield Case(f"smuggled: {name}", (HEAD + fields + b"\r\n" + inner,), 2)
        yield Case(f"smuggled in a second packet: {name}", (HEAD + fields + b"\r\n", inner), 2)
        plain = fields.replace(b"%d" % len(inner), b"%d" % len(SECRET_REQUEST))
        yield Case(f"smuggled as all of a body: {name}", (HEAD + plain + b"\r\n", SECRET_REQUEST), 2)
    for name, chunks in {
        "no size": b"\r\n",
        "a letter": b"g\r\nnull\r\n0\r\n\r\n",
        "below zero": b"-4\r\nnull\r\n0\r\n\r\n",
        "0x4": b"0x4\r\nnull\r\n0\r\n\r\n",
        "an overflow": b"FFFFFFFFFFFFFFFF4\r\nnull\r\n0\r\n\r\n",
        "spaces": b"4 \r\nnull\r\n0\r\n\r\n",
        "an extension": b"4;a=b\r\nnull\r\n0\r\n\r\n",
        "an endless extension": b"4;" + b"a" * 100_000 + b"\r\nnull\r\n0\r\n\r\n",
        "a newline in the extension": b"4;a\nb\r\nnull\r\n0\r\n\r\n",
        "a trailer": b"4\r\nnull\r\n0\r\nX-Api-Key: other\r\n\r\n",
        "a length in the trailer": b"4\r\nnull\r\n0\r\nContent-Length: 500\r\n\r\n",
        "endless trailers": b"4\r\nnull\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        "bare LF": b"4\nnull\n0\n\n",
        "more than the size": b"2\r\nnull\r\n0\r\n\r\n",
        "less than the size": b"9\r\nnull\r\n0\r\n\r\n",
        "no last one": b"4\r\nnull\r\n",
        "one byte each": b"".join(b"1\r\n%c\r\n" % byte for byte in event()) + b"0\r\n\r\n",
        "a thousand zeros": b"0" * 1000 + b"4\r\nnull\r\n0\r\n\r\n",
    }.items():
        yield Case(f"chunks: {name}", (HEAD + chunked + b"\r\n" + chunks,), 2)


def _heads() -> Iterator[Case]:
    for name, fields in {
        "no name": b": y\r\n",
        "no colon": b"X y\r\n",
        "a space in the name": b"X y: z\r\n",
        "letters of other alphabets": b"\xc3\xa9: y\r\n",
        "other bytes in a value": b"X: \xff\x80\r\n",
        "NUL in a value": b"X: a\x00b\r\n",
        "a control in a value": b"X: a\x01b\r\n",
        "a fold": b"X: a\r\n b\r\n",
        "a thousand fields": b"X: y\r\n" * 1_000,
        "many fields": b"X: y\r\n" * 9_000,
        "a long name": b"X" * 40_000 + b": y\r\n",
        "a long value": b"X: " + b"y" * 40_000 + b"\r\n",
        "a second key": _KEY,
        "another key": b"X-Api-Key: other\r\n",
        "a second host": b"Host: y\r\n",
        "a peer of its own": b"X-Forwarded-For: 127.0.0.1\r\n" * 3,
        "another address": b"X-Original-URL: /metrics\r\nX-Rewrite-URL: /metrics\r\n",
        "another method": b"X-HTTP-Method-Override: DELETE\r\n",
        "ranges": b"Range: bytes=0-1,1-2,2-3\r\n",
        "conditions": b"If-None-Match: *\r\n",
    }.items():
        yield Case(f"head: {name}", (request(event(), fields),), 2)
    for name, head in {
        "no key": HEAD.replace(_KEY, b""),
        "an empty key": HEAD.replace(_KEY, b"X-Api-Key:\r\n"),
        "a part of the key": HEAD.replace(_KEY, _KEY[:-4] + b"\r\n"),
        "the key and more": HEAD.replace(_KEY, _KEY[:-2] + b"x\r\n"),
        "a key with NUL": HEAD.replace(_KEY, _KEY[:-2] + b"\x00\r\n"),
        "a long key": HEAD.replace(_KEY, b"X-Api-Key: " + b"k" * 30_000 + b"\r\n"),
        "no host": HEAD.replace(b"Host: x\r\n", b""),
        "only LF": HEAD.replace(b"\r\n", b"\n"),
        "space before": b" " + HEAD,
        "empty lines before": b"\r\n\r\n\r\n" + HEAD,
    }.items():
        yield Case(f"head: {name}", (request(event(), head=head),), 2)
    yield Case("bytes one by one", tuple(bytes([byte]) for byte in request(event())[:60]))
    yield Case("a head without end", (HEAD + b"X: y\r\n" * 9000,))
    yield Case("a line without end", (b"POST /" + b"y" * 200_000,))
    for name, text in {
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        "SSH": b"SSH-2.0-OpenSSH_9.6\r\n",
        "nothing": b"",
        "zeros": bytes(5000),
        "ends of lines": b"\r\n" * 5000,
        "a proxy's line": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + request(event()),
    }.items():
        yield Case(f"no HTTP: {name}", (text,))


def _targets() -> Iterator[Case]:
    for target in (
        b"//genesys-events",
        b"/genesys-events/",
        b"/genesys-events/..",
        b"/../genesys-events",
        b"/x/..%2fgenesys-events",
        b"/genesys%2devents",
        b"/genesys-events%00",
        b"/genesys-events%0d%0aX:y",
        b"/%ff%fe",
        b"/%",
        b"/%zz",
        b"/GENESYS-EVENTS",
        b"/genesys-events;x=y",
        b"/genesys-events?x=%00#y",
        b"/genesys-events?" + b"x" * 30_000,
        b"http://elsewhere.example/genesys-events",
        b"http:///genesys-events",
        b"http://[::1/genesys-events",
        b"elsewhere.example:443",
        b"*",
        b"/../../../../etc/passwd",
        b"/healthz",
        b"/readyz/../metrics",
        b"/metrics?name[]=x",
        b"/caf\xc3\xa9",
        b"/a b",
        b"",
    ):
        head = HEAD.replace(b"/genesys-events", target, 1)
        yield Case(f"target {target[:40]!r}", (request(event(), head=head),), 2)
    for method in (b"post", b"POST\t", b"GET", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE", b"CONNECT", b"PURGE"):
        yield Case(f"method {method!r}", (request(event(), head=HEAD.replace(b"POST", method, 1)),), 2)
    for method in (b"X" * 5000, b"P\x00ST", b"M-SEARCH", b"PRI", b"SOURCE", b"QUERY"):
        yield Case(f"method {method[:20]!r}", (request(event(), head=HEAD.replace(b"POST", method, 1)),), 2)
    for version in (
        b"HTTP/0.9",
        b"HTTP/1.0",
        b"HTTP/1.2",
        b"HTTP/2.0",
        b"HTTP/9.9",
        b"HTTP/1.10",
        b"http/1.1",
        b"HTTP/",
    ):
        yield Case(f"version {version!r}", (request(event(), head=HEAD.replace(b"HTTP/1.1", version, 1)),), 2)
    yield Case("HTTP/0.9", (b"GET /metrics\r\n\r\n",))


def _contents() -> Iterator[Case]:
    for kind in (
        b"text/plain",
        b"application/x-www-form-urlencoded",
        b"multipart/form-data; boundary=x",
        b"application/json; charset=utf-16",
        b"application/json; charset=utf-7",
        b"application/json;;;",
        b"application/json, text/html",
        b"APPLICATION/JSON",
        b"application/cloudevents+json; charset=UTF-8",
        b"json",
        b"*/*",
        b"",
        b"\xff/\xff",
        b";" * 20_000,
    ):
        head = HEAD.replace(_TYPE, b"Content-Type: " + kind + b"\r\n")
        yield Case(f"type {kind[:40]!r}", (request(event(), head=head),), 2)
    bomb = gzip.compress(bytes(50 * MAX_BODY))
    for coding in (b"gzip", b"deflate", b"br", b"zstd", b"gzip, gzip", b"identity, gzip", b"IDENTITY", b"x"):
        yield Case(f"Content-Encoding {coding!r}", (request(bomb, b"Content-Encoding: " + coding + b"\r\n"),), 2)
    yield Case("compressed chunks", (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n4\r\nnull\r\n0\r\n\r\n",))
    yield Case("a type twice", (request(event(), b"Content-Type: text/plain\r\n"),))


def _streams() -> Iterator[Case]:
    yield Case("100 requests at once", (request(event()) * 100,), 100)
    yield Case("5000 requests at once", (b"GET /healthz HTTP/1.1\r\n\r\n" * 5_000,), 5_000)
    yield Case(
        "5000 wishes for another protocol",
        (b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n" * 5_000,),
        5_000,
    )
    yield Case("an event and no HTTP", (request(event()) + b"\x00\x01\r\n\r\n",), 2)
    yield Case("an event, then no HTTP", (request(event()), b"\x00\x01\r\n\r\n"), 2)
    yield Case("two events, the second one broken", (request(event()) + HEAD + b"Content-Length: x\r\n\r\n",), 2)
    yield Case("an event behind the last one", (request(event(), b"Connection: close\r\n") + SECRET_REQUEST,))
    yield Case("a wish to go on", (HEAD + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n", b"null"))
    yield Case("another wish", (request(event(), b"Expect: 200-maybe\r\n"),))
    yield Case("a refused body, and an event", (request(b"y" * 2 * MAX_BODY), request(event())), 2)
