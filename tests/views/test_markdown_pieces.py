from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.views.markdown_drift import render_markdown_drift
from gcsync.views.markdown_pieces import Kind, take_apart
from gcsync.views.markdown_plan import render_markdown_plan
from tests.views.scenes import drift_report, full_plan
from tests.views.test_markdown_fit import lines


@given(st.lists(lines, max_size=40))
def test_the_pieces_together_are_the_text(found: list[str]) -> None:
    text = "\n".join(found)
    pieces = take_apart(text)
    assert "\n".join(line for piece in pieces for line in piece.lines) == text.removesuffix("\n")
    assert sum(piece.size for piece in pieces) == len((text.removesuffix("\n") + "\n").encode("utf-8", "surrogatepass"))
    assert all(needed < index for index, piece in enumerate(pieces) for needed in piece.needs)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            render_markdown_plan([full_plan()]),
            "DELETE REPLACE create adopt move release update update update update",
        ),
        (render_markdown_drift([drift_report()]), "DRIFTED MISSING NOT-ADOPTED pending pending"),
    ],
    ids=["plan", "drift"],
)
def test_rows_and_details_have_the_word_of_their_change(text: str, words: str) -> None:
    pieces = take_apart(text)
    expected = [word.replace("-", " ") for word in words.split()]
    assert [piece.word for piece in pieces if piece.kind is Kind.ROW] == expected
    details = [piece.word for piece in pieces if piece.kind is Kind.DETAILS]
    assert details == [word for word in expected if word != "pending"]


def test_each_part_of_a_plan_is_a_piece() -> None:
    kinds = [piece.kind.name for piece in take_apart(render_markdown_plan([full_plan(), full_plan()]))]
    section = [
        "FRAME",
        "TEXT",
        "FRAME",
        "ITEM",
        "FRAME",
        *["ROW"] * 10,
        "TEXT",
        "FRAME",
        "ITEM",
        "ITEM",
        "FRAME",
        "ITEM",
    ]
    assert kinds == ["MARKER", "SUMMARY", "ALERT", "ALERT", *[*section, *["DETAILS"] * 10] * 2]


def test_a_row_needs_its_heading_and_the_head_of_its_table() -> None:
    pieces = take_apart("summary\n\n## a\n\n| x |\n| --- |\n| 1 |\n\n## b\n\ntext\n\n**title**\n\n- item\n  more\n")
    (row,) = (piece for piece in pieces if piece.kind is Kind.ROW)
    assert [pieces[needed].lines for needed in row.needs] == [("", "## a"), ("", "| x |", "| --- |")]
    assert pieces[-1].lines == ("- item", "  more")
    assert [pieces[needed].lines for needed in pieces[-1].needs] == [("", "## b"), ("", "**title**", "")]


def test_what_nothing_closes_is_one_piece_to_the_end() -> None:
    for opened in ("```", "~~~~", "<details>"):
        (*_, last) = take_apart(f"summary\n\n{opened}\n- a\n\n# b\n")
        assert (last.kind, last.lines) == (Kind.FRAME, ("", opened, "- a", "", "# b"))


def test_details_hold_those_inside_them_and_code_that_looks_like_their_end() -> None:
    text = "summary\n<details>\n<details>\n</details>\n```\n</details>\n```\n</details>\nafter"
    assert [piece.kind for piece in take_apart(text)] == [Kind.SUMMARY, Kind.DETAILS, Kind.TEXT]
