"""What `--connect-to` takes."""

from __future__ import annotations

import pytest

from gcsync.cli.verification import read_routes
from gcsync.model.diagnostic import DiagnosticError


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("events.example.com=10.0.0.7", ("events.example.com", 443), ("10.0.0.7", 443)),
        ("Events.Example.com:8443=10.0.0.7", ("events.example.com", 8443), ("10.0.0.7", 8443)),
        ("events.example.com=127.0.0.1:8080", ("events.example.com", 443), ("127.0.0.1", 8080)),
        ("MÜNCHEN.example=10.0.0.7", ("xn--mnchen-3ya.example", 443), ("10.0.0.7", 443)),
        ("events.example.com=[::1]:8080", ("events.example.com", 443), ("::1", 8080)),
    ],
)
def test_a_port_that_is_left_away_is_443_or_the_same(text: str, left: tuple[str, int], right: tuple[str, int]) -> None:
    assert read_routes([text]) == {left: right}


@pytest.mark.parametrize("text", ["", "a", "a=", "=b", "https://a=b", "a=b/c", "a=b:x", "a=b:99999", "u@a=b", "a=b c"])
def test_all_else_is_told(text: str) -> None:
    with pytest.raises(DiagnosticError, match="GC849"):
        read_routes([text])
