from __future__ import annotations

import pytest

from gcsync.remote.answers import BadAnswer, NotJson, page_title, read_object
from gcsync.remote.wire import Reply


def reply(body: bytes, content_type: str = "application/json") -> Reply:
    return Reply(200, {"Content-Type": content_type}, body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty body"),
        (b" \r\n", "an empty body"),
        (b'{"id": ', "malformed JSON (Expecting value, at character 8 of 7)"),
        (b'{"id": "a"} {}', "malformed JSON (Extra data, at character 13 of 14)"),
        (b'{"total": NaN}', "malformed JSON (NaN is no JSON number)"),
        (b'{"total": -Infinity}', "malformed JSON (-Infinity is no JSON number)"),
        (b'{"name": "\xff"}', "text that is not UTF-8"),
        (b'{"name": "\\ud800"}', "text that is not UTF-8"),
        (b"[" * 100_000, "JSON that is nested too deeply"),
        (b"<!DOCTYPE html><title>Sign&nbsp;in</title>", 'an HTML page titled "Sign\xa0in"'),
        (b"<html><body>busy</body></html>", "an HTML page without a title"),
    ],
)
def test_what_is_not_json_is_said_to_be_what_it_is(body: bytes, said: str) -> None:
    with pytest.raises(NotJson) as caught:
        read_object(reply(body))
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", "a list where an object should be"),
        (b"null", "null where an object should be"),
        (b'"text"', "a text where an object should be"),
        (b"true", "true or false where an object should be"),
    ],
)
def test_json_that_is_no_object_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        read_object(reply(body))
    assert str(caught.value) == said


@pytest.mark.parametrize("body", [b'{"a": "\\ud83d\\ude00"}', b'\xef\xbb\xbf{"a": "\xf0\x9f\x98\x80"}'])
def test_any_character_and_a_byte_order_mark_are_fine(body: bytes) -> None:
    assert read_object(reply(body)) == {"a": "😀"}


def test_an_html_page_is_known_by_its_content_type_too() -> None:
    with pytest.raises(NotJson, match="an HTML page without a title"):
        read_object(reply(b"busy", "text/html; charset=utf-8"))


def test_a_page_without_a_title_has_none() -> None:
    assert page_title(b"<title>" + b"x" * 1000) == ""
