"""`gcsync fmt` on files: which it writes, what it says, and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.e2e.workplace import Workplace, stack

UNTIDY = stack("calls").replace("stack: ", "stack:   ")
COMMENT_INSIDE = "version: 1\nstack: one\nstreams:\n  a: {event_types: [b,  # why\n    c]}\n"


def test_an_untidy_file_is_written_and_named(offline: Workplace) -> None:
    untidy, _ = offline.write("stacks/one.yaml", UNTIDY), offline.write("stacks/two.yaml", stack("calls", name="two"))
    first, second = offline.gcsync("fmt"), offline.gcsync("fmt")
    assert (first.code, first.out) == (0, "stacks/one.yaml\n")
    assert (second.code, second.out) == (0, "")
    assert untidy.read_text(encoding="utf-8") == stack("calls")


@pytest.mark.parametrize(("option", "code", "shown"), [("--check", 1, "stacks/one.yaml"), ("--diff", 0, "-stack:   ")])
def test_to_look_writes_nothing(offline: Workplace, option: str, code: int, shown: str) -> None:
    path = offline.write("stacks/one.yaml", UNTIDY)
    ran = offline.gcsync("fmt", option)
    assert ran.code == code
    assert shown in ran.out
    assert path.read_text(encoding="utf-8") == UNTIDY


def test_a_tidy_stack_passes_the_check(offline: Workplace) -> None:
    offline.stack("calls")
    assert offline.gcsync("fmt", "--check").code == 0


def test_parts_are_laid_out_too_and_other_files_are_not(offline: Workplace) -> None:
    offline.write("stacks/one.yaml", "version: 1\nstack: one\ninclude: [parts/*.yaml]\n")
    part = offline.write("stacks/parts/a.yaml", "streams:\n    a: {event_types: [b]}\n")
    other = offline.write("stacks/other.yaml", "key:    value\n")
    assert offline.gcsync("fmt").out == "stacks/parts/a.yaml\n"
    assert part.read_text(encoding="utf-8") == "streams:\n  a: {event_types: [b]}\n"
    assert other.read_text(encoding="utf-8") == "key:    value\n"


def test_line_ends_the_byte_order_mark_and_the_mode_stay(offline: Workplace) -> None:
    path = offline.write("stacks/one.yaml", "")
    path.write_bytes(b"\xef\xbb\xbf" + UNTIDY.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    assert offline.gcsync("fmt").code == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + stack("calls").replace("\n", "\r\n").encode()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_that_would_lose_a_comment_is_left_alone_and_the_others_are_not(offline: Workplace) -> None:
    kept, untidy = offline.write("stacks/a.yaml", COMMENT_INSIDE), offline.write("stacks/b.yaml", UNTIDY)
    ran = offline.gcsync("fmt")
    assert ran.code == 1
    assert "error[GC760]: stacks/a.yaml:4:1" in ran.err
    assert kept.read_text(encoding="utf-8") == COMMENT_INSIDE
    assert untidy.read_text(encoding="utf-8") == stack("calls")


def test_a_file_that_cannot_be_read_keeps_all_as_they_are(offline: Workplace) -> None:
    offline.write("stacks/a.yaml", "version: 1\nstack: 'one\n")
    untidy = offline.write("stacks/b.yaml", UNTIDY)
    assert offline.gcsync("fmt").code == 1
    assert untidy.read_text(encoding="utf-8") == UNTIDY


def test_an_upgrade_of_the_newest_version_changes_nothing_more(offline: Workplace) -> None:
    offline.stack("calls")
    ran = offline.gcsync("fmt", "--upgrade")
    assert (ran.code, ran.out) == (0, "")
    assert "version 1, the newest" in ran.err


def test_stdin_is_laid_out_on_stdout(offline: Workplace) -> None:
    offline.given = UNTIDY
    ran, checked, shown = (
        offline.gcsync("fmt", "-"),
        offline.gcsync("fmt", "--check", "-"),
        offline.gcsync("fmt", "--diff", "-"),
    )
    assert (ran.code, ran.out) == (0, stack("calls"))
    assert (checked.code, checked.out) == (1, "(stdin)\n")
    assert (shown.code, "-stack:   " in shown.out) == (0, True)


def test_tidy_stdin_passes_the_check(offline: Workplace) -> None:
    offline.given = stack("calls")
    ran = offline.gcsync("fmt", "--check", "-")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


@pytest.mark.parametrize(("given", "code"), [("a: [", "GC103"), ("a: b\udcff", "GC102")], ids=["no YAML", "no text"])
def test_stdin_that_cannot_be_read_is_told_and_nothing_comes_out(offline: Workplace, given: str, code: str) -> None:
    offline.given = given
    ran = offline.gcsync("fmt", "-")
    assert (ran.code, ran.out) == (1, "")
    assert f"error[{code}]: (stdin):1:" in ran.err
