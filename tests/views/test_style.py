from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.views.style import Style, Tone, cells, clean, fold, paragraph, plural, quote


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain | < `text`", "plain | < `text`"),
        ("two\nlines\r\tand a tab", r"two\nlines\r\tand a tab"),
        ("\x1b[31mred\x1b[0m\x07", r"\x1b[31mred\x1b[0m\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("user\u202egpj.exe", r"user\u202egpj.exe"),
        ("a\u200bb\ufeff\u2028", r"a\u200bb\ufeff\u2028"),
        ("\ud800 \U000e0001", r"\ud800 \U000e0001"),
        ("日本語 é", "日本語 é"),
    ],
)
def test_text_from_outside_shows_what_a_terminal_would_act_on(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_cleaned_text_is_printable(text: str) -> None:
    assert clean(text).isprintable()


def test_a_quoted_text_is_told_apart_from_its_escapes() -> None:
    assert quote('a\\n"b"\n') == r'"a\\n\"b\"\n"'


def test_without_colours_nothing_is_painted() -> None:
    assert Style().paint("text", Tone.ADDED) == "text"
    assert Style(color=True).paint("text", Tone.ADDED) == "\x1b[32mtext\x1b[0m"
    assert Style(color=True).paint("", Tone.ADDED) == ""


@given(st.text(), st.integers(min_value=2, max_value=100))
def test_folding_loses_nothing_and_keeps_to_the_width(text: str, width: int) -> None:
    pieces = fold(clean(text), width)
    assert "".join(pieces) == clean(text)
    assert all(cells(piece) <= width for piece in pieces)


def test_folding_cuts_after_a_space_near_the_end() -> None:
    assert fold("the quick brown fox", 12) == ["the quick ", "brown fox"]
    assert fold("日本語日本語", 6) == ["日本語", "日本語"]
    assert fold("", 6) == [""]


def test_a_paragraph_hangs_below_its_first_line() -> None:
    text = "the quick brown fox jumps over the lazy dog"
    assert paragraph(text, Style(width=40), first="  ? ", indent="      ") == [
        "  ? the quick brown fox jumps over the",
        "      lazy dog",
    ]


def test_a_number_goes_with_its_noun() -> None:
    assert (plural(1, "error"), plural(0, "error"), plural(2, "error")) == ("1 error", "0 errors", "2 errors")
