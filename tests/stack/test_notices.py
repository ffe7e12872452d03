"""What is allowed and yet worth a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.stack import Inputs, validate

HEAD = "version: 1\nstack: a\nvariables: {v: {}, key: {sensitive: true}}\nstreams:\n  a:\n"
TYPES = "    event_types: [x]\n"


def notices(folder: Path, body: str) -> list[str]:
    (folder / "a.yaml").write_text(HEAD + body, encoding="utf-8")
    found = validate(["a.yaml"], Inputs(), folder=folder)
    return [f"{diagnostic.severity.value} {diagnostic.code} {diagnostic.path}" for diagnostic in found]


def to(url: str = "https://example.com", headers: str = "{}") -> str:
    return f"    destinations: [{{protocol: https, url: '{url}', headers: {headers}}}]\n"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (TYPES, []),
        ("", ["warning GC150 streams.a"]),
        ("    event_types: []\n", ["warning GC150 streams.a.event_types"]),
        ("    event_types: [x, '*']\n", ["warning GC150 streams.a.event_types[1]"]),
        ("    for_each: [k, l]\n", ["warning GC150 streams.a"]),
    ],
)
def test_a_stream_of_every_event_is_warned_of_once(tmp_path: Path, body: str, found: list[str]) -> None:
    assert notices(tmp_path, body + to()) == found


@pytest.mark.parametrize(
    ("destination", "warns"),
    [
        (to(headers="{X-Api-Key: abc}"), True),
        (to(headers="{Authorization: Bearer abc}"), True),
        (to(headers="{Authorization: 'Bearer ${var.key}'}"), False),
        (to(headers="{X-Api-Key: '${var.key}'}"), False),
        (to(headers="{X-Team: abc}"), False),
        (to("https://user:abc@example.com"), True),
        (to("https://example.com?token=abc"), True),
        (to("https://example.com?team=abc"), False),
        (to("https://user:${var.key}@example.com"), False),
    ],
)
def test_a_plain_secret_is_warned_of(tmp_path: Path, destination: str, warns: bool) -> None:
    assert [line[:13] for line in notices(tmp_path, TYPES + destination)] == ["warning GC151"] * warns


@pytest.mark.parametrize(
    ("value", "warns"),
    [("{token: abc}", True), ("{token: '${var.key}'}", False), ("{team: abc}", False), ("abc", False)],
)
def test_so_is_one_in_the_value_of_an_instance(tmp_path: Path, value: str, warns: bool) -> None:
    found = notices(tmp_path, f"    for_each: {{k: {value}}}\n{TYPES}{to()}")
    assert found == ["warning GC151 streams.a.for_each.k.token"] * warns
