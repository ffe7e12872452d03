from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.adopt import declare, insert
from gcsync.stack.reader import read
from tests.adopt.objects import destination, stream

KINDS = ("stream", "trigger", "eventbridge_source")
PLAIN = declare("stream", "new", {"name": "new", "enabled": False, "destinations": [destination()]})
SECRET = declare("stream", "new", {"name": "new", "destinations": [destination(Key="s")], "event_types": ["a"]})

ADDED = """\
  # without `event_types`, every event of the organization is sent
  new:
    enabled: false
    destinations:
      - protocol: https
        url: https://events.example.com/genesys-events
"""

FILE = """\
# What we send to analytics
version: 1
stack:   shop     # odd spacing stays


streams:
  # the first
  a: { destinations: [ {protocol: https, url: 'https://a.example.com'} ] }  # behind it
  b:
    description: >-
      folded
      lines
    destinations: &d
      - {protocol: https, url: "https://b.example.com"}
{here}
# how much may change
safety: {max_delete_percent: 10}
"""


def test_the_resource_is_put_behind_the_last_of_its_section_and_nothing_else_moves() -> None:
    assert insert(FILE.replace("{here}\n", "\n"), PLAIN, KINDS).text == FILE.replace("{here}\n", ADDED + "\n")


def test_line_ends_and_the_indentation_of_the_section_are_kept() -> None:
    text = "stack: shop\r\nstreams:\r\n    a:\r\n        destinations: []"
    found = insert(text, PLAIN, KINDS).text
    assert found == text + "\r\n" + "".join(f"  {line}\r\n" for line in ADDED.splitlines())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stack: shop\n", "stack: shop\n\nstreams:\n{added}"),
        ("stack: shop\n\n", "stack: shop\n\nstreams:\n{added}"),
        ("stack: shop\nstreams: {}  # none yet\n", "stack: shop\nstreams:  # none yet\n{added}"),
        ("stack: shop\nstreams:\n\nsafety: {}\n", "stack: shop\nstreams:\n{added}\nsafety: {}\n"),
        ("stack: shop\nstreams:\n  a: |+\n    x\n\n\n", "stack: shop\nstreams:\n  a: |+\n    x\n\n\n{added}"),
        ("streams:\n  a: |\n    x\n\n\nstack: x\n", "streams:\n  a: |\n    x\n{added}\n\nstack: x\n"),
        ("streams:\n  a: {\n    b: 1\n  }\nstack: x\n", "streams:\n  a: {\n    b: 1\n  }\n{added}stack: x\n"),
    ],
)
def test_a_section_that_is_empty_lacks_or_ends_oddly(before: str, after: str) -> None:
    assert insert(before, PLAIN, KINDS).text == after.replace("{added}", ADDED)


@pytest.mark.parametrize(
    "text",
    [
        "stack: shop\nstreams: {a: {b: 1}}\n",
        "{stack: shop}\n",
        "x-a: &a {b: {}}\nstreams: *a\n",
        "stack: shop\n...\n",
        "- a\n",
        "a: [\n",
    ],
)
def test_where_there_is_no_place_the_lines_are_told(text: str) -> None:
    found = insert(text, PLAIN, KINDS)
    assert (found.text, found.added) == (None, f"streams:\n{ADDED}")


def test_variables_are_put_before_the_resources() -> None:
    text = "stack: shop\n\n# all of them\nstreams:\n  a: {}\n"
    found = insert(text, SECRET, KINDS).text
    assert found is not None
    assert found.index("variables:") < found.index("# all of them\nstreams:")
    assert read(found).value["variables"] == {"new_key": {"type": "string", "sensitive": True}}
    assert "GCSYNC_VAR_new_key" in found


def test_variables_join_those_that_are_there() -> None:
    text = "stack: shop\nvariables:\n  a: {type: string}\nstreams:\n  a: {}\n"
    found = insert(text, SECRET, KINDS).text
    assert list(read(found or "").value["variables"]) == ["a", "new_key"]


LINES = st.lists(
    st.sampled_from(
        ["streams:", "  a: {}", "  b:", "    c: 'x'", "    d: |", "      text", "", "# note", "  # in", "safety: {}"]
    ),
    max_size=10,
).map("\n".join)


@given(LINES)
def test_every_line_that_was_there_is_still_there_in_its_order(text: str) -> None:
    found = insert(f"stack: shop\n{text}", PLAIN, KINDS).text
    if found is not None:
        remaining = iter(found.splitlines())
        assert all(line in remaining for line in text.replace("streams: {}", "streams:").splitlines() if line.strip())
        assert read(found).value["streams"]["new"]["enabled"] is False


def test_the_block_of_a_resource_is_indented_as_a_whole() -> None:
    whole = declare("stream", "new", stream("x", description="one\n\ntwo").attributes)
    found = insert("stack: a\nstreams:\n      a: {}\n", whole, KINDS).text
    assert read(found or "").value["streams"]["new"]["description"] == "one\n\ntwo"
