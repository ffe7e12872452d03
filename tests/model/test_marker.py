"""The marker survives what servers do to text, and what it cannot survive is noticed."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.address import Address
from gcsync.model.marker import Marker, UnusableMarker, join, split

SLOTS = st.lists(st.from_regex(r"[A-Za-z0-9_-]{3}|\.\.\.|[A-Za-z0-9_-]{2}\.", fullmatch=True), max_size=8)
MARKERS = st.builds(
    Marker,
    owner=st.from_regex(r"[a-z0-9][a-z0-9-]{0,40}(@[a-z0-9][a-z0-9-]{0,15})?", fullmatch=True),
    address=st.builds(
        Address,
        st.just("stream"),
        st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,30}", fullmatch=True),
        st.none() | st.from_regex(r"[A-Za-z0-9._:-]{1,40}", fullmatch=True),
    ),
    slots=SLOTS.map(tuple),
    protected=st.booleans(),
)
TEXTS = st.text().filter(lambda text: "[gcsync" not in text)
MARKER = Marker("team@dev", Address("stream", "calls", "emea"), ("abc", "...", "x_."), protected=True)


@given(TEXTS, MARKERS)
def test_text_and_marker_come_back(text: str, marker: Marker) -> None:
    assert split(join(text, marker)) == (text.rstrip(), marker)


@given(MARKERS)
def test_ascii_without_anything_that_servers_touch(marker: Marker) -> None:
    rendered = marker.render()
    assert len(rendered) <= 200
    assert rendered.isascii()
    assert not set(rendered) & set(" \t\r\n\"'<>&/\\")


@pytest.mark.parametrize(
    "change",
    [
        str.strip,
        html.escape,
        lambda text: json.dumps(text)[1:-1],
        lambda text: text.replace("\n", "\r\n"),
        lambda text: " ".join(text.split()),
        lambda text: text.replace("\n", ""),
        lambda text: f"  {text}  \n",
        lambda text: f"<p>{text}</p>",
    ],
    ids=["trim", "html", "json", "crlf", "one line", "no newline", "padding", "paragraph"],
)
@given(marker=MARKERS)
def test_survives_trimming_escaping_and_newlines(change, marker: Marker) -> None:  # type: ignore[no-untyped-def]
    assert split(change(join("Calls & chats", marker)))[1] == marker


def test_text_added_behind_it_by_hand_is_the_objects_text() -> None:
    assert split(join("Calls", MARKER) + "\nedited by Ann") == ("Calls\nedited by Ann", MARKER)


def test_the_last_of_two_counts() -> None:
    other = Marker("team", Address("stream", "other"))
    assert split(join(join("Calls", other), MARKER))[1] == MARKER


@given(st.data())
def test_any_edited_character_is_noticed(data: st.DataObject) -> None:
    rendered = MARKER.render()
    position = data.draw(st.integers(len("[gcsync1"), len(rendered) - 2))
    letter = data.draw(st.sampled_from("abcXYZ019-_.:@~"))
    edited = rendered[:position] + letter + rendered[position + 1 :]
    if edited != rendered:
        assert isinstance(split(edited)[1], UnusableMarker)


@given(st.integers(len("[gcsync1"), len(MARKER.render()) - 1))
def test_a_cut_marker_is_noticed(length: int) -> None:
    assert isinstance(split(join("Calls", MARKER)[: len("Calls\n\n") + length])[1], UnusableMarker)


def test_a_marker_of_a_later_grammar_is_not_acted_on() -> None:
    text, marker = split("Calls\n\n[gcsync2:who:knows:what]")
    assert text == "Calls"
    assert isinstance(marker, UnusableMarker)
    assert "grammar version 2" in marker.reason


def test_an_edited_marker_still_says_whose_it_was() -> None:
    edited = MARKER.render().replace("abc", "abd")
    assert split(edited)[1] == UnusableMarker(
        "the check digits of its marker do not match: its description was edited",
        owner="team@dev",
        address='stream.calls["emea"]',
    )


@pytest.mark.parametrize("text", ["", "Calls", "see [gcsync] in Git", "[gcsyncs rule]"])
def test_plain_text_has_no_marker(text: str) -> None:
    assert split(text) == (text, None)
