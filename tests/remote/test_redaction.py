from __future__ import annotations

import base64
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gcsync.model.value import Secret
from gcsync.remote.redaction import LONGEST, Redactor, masked, secrets_in

HIDDEN = "(sensitive value)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the header key-123 is refused", f"the header {HIDDEN} is refused"),
        ("the header key\x00-123 is refused", f"the header {HIDDEN} is refused"),
        ("the header \x1b[31mkey\x1b[0m-123 is refused", f"the header {HIDDEN} is refused"),
        ("Authorization: Bearer abc.def-1 refused", f"Authorization: Bearer {HIDDEN} refused"),
        ("https://user:word@example.com/in is not reachable", f"https://{HIDDEN}@example.com/in is not reachable"),
        ("https://example.com/in?code=word is not reachable", f"https://example.com/in?{HIDDEN} is not reachable"),
        ("see https://example.com/help", "see https://example.com/help"),
        ("two\r\nlines\tand \x07a bell", "two lines and a bell"),
        ("\x1b]0;title\x07text \u202eright to left\u2066", "text right to left"),
        ("", ""),
    ],
)
def test_text_of_a_server_is_made_fit_to_be_shown(text: str, shown: str) -> None:
    assert Redactor(Secret("key-123")).clean(text) == shown


def test_a_secret_is_found_in_its_json_and_percent_encoded_forms() -> None:
    redactor = Redactor(Secret('a"b/c é'))
    assert redactor.clean('"a\\"b/c \\u00e9" and a%22b%2Fc%20%C3%A9') == f'"{HIDDEN}" and {HIDDEN}'


SESAME = "open-sesame/42"


@pytest.mark.parametrize(
    "said",
    [
        "open-ses\name/42",
        "o p e n - s e s a m e / 4 2",
        "open-sesame",
        "sesame/42",
        "open-sesame\\/42",
        "open-sesame%2f42",
        "b3Blbi1zZXNhbWUvNDI=",
        base64.b64encode(b"x:open-sesame/42").decode(),
        base64.b64encode(b"ab:open-sesame/42").decode(),
        base64.urlsafe_b64encode(b"abc open-sesame/42??>").decode(),
    ],
)
def test_a_secret_is_found_cut_broken_into_lines_and_encoded(said: str) -> None:
    shown = Redactor(Secret(SESAME)).clean(f"the value {said} is refused")
    assert shown.startswith("the value ")
    assert HIDDEN in shown
    assert all(said[start : start + 8] not in shown for start in range(len(said) - 7))


def test_a_secret_that_is_a_url_takes_no_other_url_along() -> None:
    redactor = Redactor(Secret("https://example.com/in"))
    assert redactor.clean("https://example.com/in, see https://help.org") == f"{HIDDEN}, see https://help.org"


def test_secrets_that_take_time_to_collect_are_collected_once_there_is_a_text() -> None:
    asked: list[str] = []
    redactor = Redactor()
    redactor.learn_later(lambda: asked.append("asked") or ["later-word"])
    assert asked == []
    assert [redactor.clean("a later-word"), redactor.clean("later-word")] == [f"a {HIDDEN}", HIDDEN]
    assert asked == ["asked"]


def test_a_masked_body_shows_what_is_neither_secret_nor_looks_like_it() -> None:
    body = {
        "name": "calls",
        "description": Secret("word"),
        "authToken": {"a": ["word", None]},
        "destinations": [
            {"url": "https://u:word@example.com", "headers": {"X-Key": "word"}},
            {"url": "https://example.com/in"},
        ],
    }
    assert masked(body) == {
        "name": "calls",
        "description": HIDDEN,
        "authToken": {"a": [HIDDEN, None]},
        "destinations": [{"url": HIDDEN, "headers": {"X-Key": HIDDEN}}, {"url": "https://example.com/in"}],
    }


def test_a_secret_of_several_lines_is_found() -> None:
    assert Redactor(Secret("one\ntwo")).clean("one\ntwo is refused") == f"{HIDDEN} is refused"


def test_a_short_secret_is_hidden_where_it_stands_alone() -> None:
    assert Redactor(Secret("ab")).clean("ab, cabs and (ab)") == f"{HIDDEN}, cabs and ({HIDDEN})"


def test_long_text_is_cut_after_secrets_are_out() -> None:
    text = Redactor(Secret("s" * 40)).clean("x" * (LONGEST - 10) + "s" * 40)
    assert text == "x" * (LONGEST - 10) + HIDDEN[:9] + "…"


def test_what_is_learnt_later_is_hidden_too() -> None:
    redactor = Redactor(None)
    redactor.learn("token-9", "")
    assert redactor.clean("token-9 and own-1", "own-1") == f"{HIDDEN} and {HIDDEN}"


def test_the_secrets_of_a_body_are_secrets_header_values_and_credentials_in_urls() -> None:
    body = {
        "name": "calls",
        "description": Secret("hidden"),
        "enabled": Secret(True),
        "destinations": [
            {
                "url": "https://u:word@example.com/in?code=c0de&x=1",
                "headers": {"X-Api-Key": "key-123", "X-Other": None},
            },
            {"url": Secret("https://example.com/in")},
        ],
    }
    assert list(secrets_in(body)) == [
        "hidden",
        "code=c0de&x=1",
        "c0de",
        "u:word",
        "word",
        "key-123",
        "https://example.com/in",
    ]


@settings(deadline=None)
@given(st.text(), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=4))
def test_no_text_shows_a_secret_or_what_a_terminal_obeys(text: str, secret: str) -> None:
    shown = Redactor(Secret(secret)).clean(f"{text}{secret}{text}")
    assert secret not in shown.replace(HIDDEN, "")
    assert [c for c in shown if unicodedata.category(c) == "Cc"] == []
