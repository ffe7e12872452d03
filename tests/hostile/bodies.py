"""JSON, and what looks like it, that trips readers of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

MARK = b"@@@@@@@"
"""Stands for an id that no other request has."""


def hostile_bodies() -> Iterator[tuple[str, bytes]]:
    """Each with its name. Those that are an event have MARK as id."""
    yield from _deep()
    yield from _numbers()
    yield from _texts()
    yield from _members()
    yield from _large()


def event(**more: object) -> bytes:
    return json.dumps({"id": MARK.decode(), "eventType": "x"} | more).encode()


def _around(value: bytes) -> bytes:
    return b'{"id": "%s", "eventType": "x", "data": %s}' % (MARK, value)


def _deep() -> Iterator[tuple[str, bytes]]:
    for levels in (62, 63, 64, 65, 1_000, 100_000):
        yield f"lists, {levels} levels", _around(b"[" * levels + b"]" * levels)
        yield f"objects, {levels} levels", _around(b'{"a":' * levels + b"1" + b"}" * levels)
    yield "lists without end", b"[" * 500_000
    yield "objects without end", b'{"a":' * 200_000
    yield "a deep token", b'{"verification_token": %s}' % (b"[" * 100_000 + b"]" * 100_000)


def _numbers() -> Iterator[tuple[str, bytes]]:
    for name, number in {
        "1e999": b"1e999",
        "-1e999": b"-1e999",
        "1e-999": b"1e-999",
        "5000 digits": b"9" * 5_000,
        "900000 digits": b"9" * 900_000,
        "900000 decimals": b"0." + b"9" * 900_000,
        "NaN": b"NaN",
        "Infinity": b"Infinity",
        "-Infinity": b"-Infinity",
        "a leading zero": b"01",
        "a plus": b"+1",
        "a point": b".5",
        "hexadecimal": b"0x10",
        "-0": b"-0",
        "two to 64": b"18446744073709551616",
    }.items():
        yield f"{name} as value", _around(number)
        yield f"{name} as id", b'{"id": %s, "eventType": "x"}' % number
        yield f"{name} as token", b'{"verification_token": %s}' % number


def _texts() -> Iterator[tuple[str, bytes]]:
    for name, text in {
        "half a surrogate pair": b'"\\ud800"',
        "the other half": b'"\\udc00x"',
        "invalid UTF-8": b'"\xff\xfe"',
        "an overlong slash": b'"\xc0\xaf"',
        "an encoded surrogate": b'"\xed\xa0\x80"',
        "NUL": b'"\\u0000"',
        "a bare NUL": b'"\x00"',
        "a bare newline": b'"a\nb"',
        "ends of lines": b'"\\u2028\\u2029\\r\\n"',
        "a bad escape": b'"\\x41"',
        "no end": b'"abc',
        "quotes": b"'abc'",
    }.items():
        yield f"{name} as value", _around(text)
        yield f"{name} as type", b'{"id": "%s", "eventType": %s}' % (MARK, text)
        yield f"{name} as id", b'{"id": %s, "eventType": "x"}' % text
        yield f"{name} as token", b'{"verification_token": %s}' % text
    yield "a byte order mark", b"\xef\xbb\xbf" + event()
    for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"):
        yield coding, event(data="\u00e9").decode().encode(coding)


def _members() -> Iterator[tuple[str, bytes]]:
    for name in ("id", "eventType", "detail-type", "verification_token", "data"):
        yield (
            f"{name} twice",
            b'{"id": "%s", "eventType": "x", "%s": "a", "%s": "b"}'
            % (
                MARK,
                name.encode(),
                name.encode(),
            ),
        )
    yield "id twice, once escaped", b'{"\\u0069d": "other", "id": "%s", "eventType": "x"}' % MARK
    for value in (b"null", b"true", b"1.5", b"[]", b"{}", b'""', b'"a\\tb"'):
        yield f"id {value.decode()}", b'{"id": %s, "eventType": "x", "data": "%s"}' % (value, MARK)
        yield f"eventType {value.decode()}", b'{"id": "%s", "eventType": %s}' % (MARK, value)
    for text in (
        b"",
        b" ",
        b"{}",
        b"[]",
        b"null",
        b"[{}]",
        b"0",
        b'""',
        b"true",
        b"{},",
        b"{} {}",
        b"//x",
        b"{'a': 1}",
    ):
        yield f"body {text.decode()!r}", text
    for end in (b",", b"}", b"\x00", b"{}", b"/**/"):
        yield f"an event and {end!r}", event() + end
    for length in range(1, len(event()), 5):
        yield f"the first {length} bytes of an event", event()[:length]


def _large() -> Iterator[tuple[str, bytes]]:
    # What hash(-1), hash(-2) and multiples of 2**61 - 1 share, spelled as names: one bucket where names were numbers.
    colliding = {str(number * (2**61 - 1)): 0 for number in range(40_000)}
    yield "names that collide", _around(json.dumps(colliding).encode())
    yield "many names", json.dumps({str(number): 0 for number in range(80_000)}).encode()
    yield "one name many times", b'{"id": "%s", "eventType": "x"%s}' % (MARK, b',"a":1' * 150_000)
    yield "much space", b" " * 900_000 + event() + b"\n" * 100_000
    yield "a long id", b'{"id": "%s%s", "eventType": "x"}' % (MARK, b"i" * 900_000)
    yield "a long type", b'{"id": "%s", "eventType": "%s"}' % (MARK, b"t" * 900_000)
    yield "a long token", b'{"verification_token": "%s"}' % (b"t" * 1_000_000)
    yield "much escaped", _around(b'"' + b"\\u00e9" * 150_000 + b'"')
    yield "many backslashes", _around(b'"' + b"\\\\" * 400_000 + b'"')
