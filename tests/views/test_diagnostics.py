from __future__ import annotations

from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.views.diagnostics import render_diagnostics, render_summary_of
from gcsync.views.style import Style

PLAIN = Style(width=80)
URL = Diagnostic(
    "GC104",
    'must be an https:// URL, got "http://x"',
    place=Place("stacks/prod.yaml", 14, 14, 22),
    path="streams.conversations.destinations[0].url",
    source_line="        url: http://x",
    hint="Genesys Cloud sends over https only",
)


def at(line: str, column: int, end: int | None = None) -> str:
    """The source line and the caret line of a finding at these columns."""
    found = Diagnostic("GC101", "wrong", place=Place("a.yaml", 3, column, end), source_line=line)
    return "\n".join(render_diagnostics([found], Style(width=40)).splitlines()[1:])


def test_a_diagnostic_says_what_where_and_what_to_do() -> None:
    assert render_diagnostics([URL], PLAIN) == (
        "error[GC104]: stacks/prod.yaml:14:14: streams.conversations.destinations[0].url: "
        'must be an https:// URL, got "http://x"\n'
        "  14 |         url: http://x\n"
        "     |              ^^^^^^^^\n"
        "  hint: Genesys Cloud sends over https only\n"
    )


def test_without_a_place_only_the_message_is_shown() -> None:
    found = [Diagnostic("GC301", "no credentials"), Diagnostic("GC203", "unused", Severity.WARNING, path="x")]
    assert render_diagnostics(found, PLAIN) == "error[GC301]: no credentials\n\nwarning[GC203]: x: unused\n"


def test_no_diagnostics_are_no_text() -> None:
    assert render_diagnostics([], PLAIN) == ""


def test_further_lines_of_a_message_and_a_hint_are_indented() -> None:
    found = Diagnostic("GC301", "first\nsecond", hint="one\ntwo")
    assert render_diagnostics([found], PLAIN) == "error[GC301]: first\n  second\n  hint: one\n        two\n"


def test_the_caret_stands_below_wide_characters() -> None:
    assert at("日本: x", 5) == "  3 | 日本: x\n    |       ^"
    assert at("a: 日本", 4, 6) == "  3 | a: 日本\n    |    ^^^^"


def test_the_caret_stands_below_a_tab_as_it_is_shown() -> None:
    assert at("\tx: 1", 2) == "  3 |     x: 1\n    |     ^"
    assert at("\tx: 1", 1) == "  3 |     x: 1\n    | ^^^^"


def test_the_caret_stands_below_an_escape_as_it_is_shown() -> None:
    assert at("a\x1bb: 1", 2, 3) == "  3 | a\\x1bb: 1\n    |  ^^^^"


def test_a_long_line_is_cut_round_the_caret() -> None:
    assert at("a" * 60 + "XX" + "b" * 60, 61, 63) == (
        "  3 | ...aaaaaaaaaaaaaXXbbbbbbbbbbbbb...\n    |                 ^^"
    )


def test_a_long_marked_part_is_cut_itself() -> None:
    line, caret = at("k: " + "x" * 300, 4, 304).split("\n")
    assert line == "  3 | k: xxxxxxxxxxxxxxxxxxx..."
    assert caret == "    |    ^^^^^^^^^^^^^^^^^^^^^^"


def test_a_column_beyond_the_line_points_behind_it() -> None:
    assert at("ab", 9) == "  3 | ab\n    |   ^"
    assert at("", 1) == "  3 | \n    | ^"


def test_a_masked_value_is_underlined_as_it_is_shown() -> None:
    assert at('u: "(sensitive value)" # x', 4, 90) == ('  3 | u: "(sensitive value)" # x\n    |    ^^^^^^^^^^^^^^^^^^^')


def test_colours_paint_the_severity_the_margin_the_caret_and_the_hint() -> None:
    painted = render_diagnostics([URL], Style(color=True, width=80))
    assert "\x1b[1;31merror[GC104]\x1b[0m: stacks" in painted
    assert "\x1b[1;31m^^^^^^^^\x1b[0m" in painted
    assert "\x1b[36mhint: \x1b[0m" in painted


def test_the_summary_counts_errors_and_warnings() -> None:
    assert render_summary_of([URL, URL, URL.as_warning()]) == "2 errors, 1 warning"
    assert render_summary_of([URL.as_warning()]) == "1 warning"
    assert render_summary_of([]) == "no errors"
