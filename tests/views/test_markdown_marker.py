from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.views.markdown_marker import MarkdownMarker, digest, read_marker, render_marker

MARKER = MarkdownMarker("plan", ("contact-center@prod", "other"), "4b1c0d7e", True, "0123456789ab")
LINE = (
    '<!-- gcsync {"kind": "plan", "stacks": ["contact-center@prod", "other"], "organization": "4b1c0d7e", '
    '"found": true, "digest": "0123456789ab"} -->'
)


def test_the_marker_is_one_hidden_line() -> None:
    assert render_marker(MARKER) == LINE
    assert read_marker(f"{LINE}\n### More") == MARKER


@given(
    st.builds(
        MarkdownMarker,
        st.sampled_from(["plan", "drift"]),
        st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp", "Zs"]))).map(
            tuple
        ),
        st.text('ab->!<"\\&', max_size=20),
        st.booleans(),
        st.just("0123456789ab"),
    )
)
def test_what_is_written_is_read_and_nothing_in_it_ends_the_comment(marker: MarkdownMarker) -> None:
    line = render_marker(marker)
    assert read_marker(line + "\nmore") == marker
    inside = line.removeprefix("<!-- gcsync ").removesuffix(" -->")
    assert not set("<>\n") & set(inside)
    assert "--" not in inside


@pytest.mark.parametrize("text", ["--><script>", "a\n-->", "\u202e", "\ud800", "x" * 3_000])
def test_a_hostile_organization_stays_inside(text: str) -> None:
    line = render_marker(replace(MARKER, organization=text, stacks=(text,)))
    assert line.isascii()
    assert line.isprintable()
    assert line.index("-->") == len(line) - 3
    assert read_marker(line) is not None


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", " \r\n"])
def test_a_platform_may_change_the_line_s_end(ending: str) -> None:
    assert read_marker(LINE + ending) == MARKER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "### A report",
        f"> {LINE}",
        f"text\n{LINE}",
        "<!-- gcsync {} -->",
        "<!-- gcsync [] -->",
        "<!-- gcsync {broken} -->",
        LINE.replace('"plan"', '"apply"'),
        LINE.replace("true", '"true"'),
        LINE.replace('["contact-center@prod", "other"]', '"contact-center"'),
        LINE.replace('"other"', "7"),
        LINE.replace('"4b1c0d7e"', "null"),
        LINE.replace("0123456789ab", "0123456789AB"),
        LINE.replace("0123456789ab", "0123456789abc"),
        LINE.replace(" -->", "-->"),
        LINE.replace("other", "o --> <!-- gcsync {} "),
        '<!-- gcsync {"a": ' + "[" * 50_000 + " -->",
        '<!-- gcsync {"a": ' + "[" * 20_000 + "]" * 20_000 + "} -->",
        '<!-- gcsync {"a": ' + "9" * 9_000 + "} -->",
        LINE.replace("other", "o" * 70_000),
    ],
    ids=range(20),
)
def test_what_is_no_marker_is_read_as_none(text: str) -> None:
    assert read_marker(text) is None


@given(st.text(max_size=200), st.text('{}[]",:-><! gcsynctrue0', max_size=60))
def test_no_text_breaks_the_reading(text: str, inside: str) -> None:
    read_marker(text)
    read_marker(f"<!-- gcsync {{{inside}}} -->")
    read_marker(f"<!-- gcsync {json.dumps({'kind': text})} -->")


def test_a_digest_tells_texts_apart() -> None:
    assert digest("a") != digest("b")
    assert len(digest("\ud800")) == 12
