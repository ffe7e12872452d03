from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.views.markdown_escape import LONGEST_NAME, cell_code, code, fence, html_code, prose, shortened
from gcsync.views.style import clean
from tests.views.markdown_reading import read, read_by_another

READERS = (read, read_by_another)

ALIVE = (
    "@octocat",
    'see #12 and GH-12, !12, $12, %12, &12, ^alert#1, ~label, ~"two words"',
    "owner/repo#7, owner@0123456789abcdef0123456789abcdef01234567",
    "https://evil.example/x www.evil.example mailto:a@evil.example a@evil.example",
    "[a](https://evil.example) ![b](https://evil.example/b.png) <https://evil.example>",
    "<script>alert(1)</script><img src=x onerror=alert(1)></details>",
    "`code` ``two`` ```three```",
    "a | b \\| c \\\\| d \\\\\\| e",
    "# heading\n---\n- item\n> quote\n\n| a |\n|---|",
    "**bold** *it* __u__ ~~gone~~ :tada: $x^2$ [issue:12] *iteration:12",
    "&lt;b&gt; &#64;octocat &commat;octocat",
    "\\@octocat \\# \\",
    " leading and trailing ",
    "`",
    " ",
)
marked = st.text(st.sampled_from('`|\\@#!<>&*_[]()~:/ a1-.\n\t"w'), max_size=40)
anything = st.one_of(st.text(max_size=60), marked, st.sampled_from(ALIVE))


@given(anything)
def test_a_code_span_shows_the_text_and_nothing_else(text: str) -> None:
    for reader in READERS:
        found = reader(f"before {code(text)} after")
        assert (found.wrong, found.live) == ([], [])
        assert found.code == ([shortened(clean(text), LONGEST_NAME)] if text else [])


@given(anything, anything)
def test_a_code_span_keeps_to_its_cell(text: str, other: str) -> None:
    document = f"| a | b | c |\n| --- | --- | --- |\n| {cell_code(text)} | {cell_code(other)} | z |\n"
    for reader in READERS:
        found = reader(document)
        assert (found.wrong, found.live) == ([], [])
        assert [len(row) for row in found.rows] == [3, 3]
        assert found.rows[1][2] == "z"


@pytest.mark.parametrize("text", ["a | b", "a \\\\| b", "`|`", "||"])
def test_a_pipe_in_a_cell_is_shown_as_it_is(text: str) -> None:
    assert read(f"| a |\n| --- |\n| {cell_code(text)} |\n").code == [text]


def test_a_backslash_before_a_pipe_may_be_shown_twice_but_never_ends_the_cell() -> None:
    cell = cell_code("x \\| y")
    assert read(f"| a | b |\n| --- | --- |\n| {cell} | z |\n").rows[1] == ["x \\\\| y", "z"]


@given(anything)
def test_a_sentence_is_read_as_it_is_and_nothing_in_it_comes_to_life(text: str) -> None:
    for reader in READERS:
        found = reader(f"before {prose(text)} after")
        assert (found.wrong, found.live, found.code, found.headings) == ([], [], [], [])
        assert "".join(found.text).rstrip("\n") == f"before {clean(text)} after"


@given(anything)
def test_a_sentence_that_begins_a_line_is_a_sentence(text: str) -> None:
    for reader in READERS:
        found = reader(f"{prose(text)} after")
        assert (found.wrong, found.live, found.code, found.headings) == ([], [], [], [])
        assert "".join(found.text).strip() == f"{clean(text)} after".strip()


@given(anything)
def test_a_sentence_keeps_to_its_cell(text: str) -> None:
    for reader in READERS:
        assert reader(f"| a | b |\n| --- | --- |\n| {prose(text)} | z |\n").rows[1][1:] == ["z"]


@given(anything)
def test_code_in_html_shows_the_text(text: str) -> None:
    for reader in READERS:
        found = reader(f"<details><summary>{html_code(text)}</summary>\n\n</details>")
        assert (found.wrong, found.live, found.code) == ([], [], [shortened(clean(text), LONGEST_NAME)])


@given(st.lists(anything, max_size=4))
def test_nothing_ends_a_fence_but_its_end(texts: list[str]) -> None:
    lines = [f"+ {clean(text)}" for text in texts]
    for reader in READERS:
        found = reader("\n".join([*fence("diff", lines), "", "after"]))
        assert found.wrong == []
        assert found.code == ["".join(f"{line}\n" for line in lines)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("short", "short"), ("x" * 20, "xxx...xxx"), ("a" * 5 + "b" * 5, "aaa...bbb")],
)
def test_the_middle_of_a_long_text_is_left_out(text: str, shown: str) -> None:
    assert shortened(text, 9) == shown


def test_a_long_name_is_short_in_a_code_span() -> None:
    assert len(code("x" * 3_000)) < 130


@pytest.mark.parametrize("show", [code, cell_code, html_code, prose])
def test_what_a_terminal_would_act_on_stands_as_its_escape(show: Callable[[str], str]) -> None:
    shown = show("a\x1b[2J\u202eb")
    found = read(f"{shown} after")
    assert "a\\x1b[2J\\u202eb" in "".join([*found.code, *found.text])
