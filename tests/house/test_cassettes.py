"""No recorded conversation holds a secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, name

CASSETTES = sorted(path for folder in ROOT.glob("tests/**/cassettes") for path in folder.rglob("*") if path.is_file())
PLACEHOLDERS = frozenset({"filtered", "token"})
VALUES = re.compile(
    r"(?:Bearer|Basic)\s+(?P<scheme>[\w.~+/=-]+)"
    r"|(?:access_token|refresh_token|client_secret|api_?key|password)[\\\\\"']*\s*[:=]\s*[\\\\\"']*(?P<key>[\w.~+/=-]+)"
    r"|://(?P<user>[^\s/@\"']+)@",
    re.IGNORECASE,
)
AUTHORIZATION = re.compile(r"^\s*(?:-\s*)?[\"']?(?:proxy-)?authorization[\"']?\s*:", re.IGNORECASE | re.MULTILINE)


def values_in(text: str) -> set[str]:
    """What stands where a secret would."""
    return {value for match in VALUES.finditer(text) for value in match.groups() if value}


def test_there_are_cassettes() -> None:
    assert CASSETTES != []


@pytest.mark.parametrize("path", CASSETTES, ids=name)
def test_a_cassette_holds_placeholders_only(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert values_in(text) - PLACEHOLDERS == set()
    assert AUTHORIZATION.search(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "- Bearer abc123",
        'string: \'{"access_token": "abc123", "expires_in": 1}\'',
        'string: "{\\"access_token\\":\\"abc123\\"}"',
        "body: client_secret=abc123&x=1",
        "uri: https://abc123@example.com",
    ],
)
def test_the_search_finds_a_secret(text: str) -> None:
    assert values_in(text) == {"abc123"}
