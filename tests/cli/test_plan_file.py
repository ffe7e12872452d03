"""Plan files: whole or refused, and never taken for a stack."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.cli.plan_file import PlanFile, mark_applied, read_plan_file, refuse_plan_files, write_plan_file
from gcsync.model.diagnostic import DiagnosticError

CONTENT = {
    "version": "0.1.0",
    "created": "2026-11-25T20:00:00Z",
    "commit": None,
    "paths": [],
    "environment": None,
    "options": {},
    "stacks": [],
    "hidden": {"salt": "00", "digest": "00"},
}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"format_version": "1.2"}', "GC605"),
        ('\n {"gcsync_plan": 1}', "GC619"),
        ('\ufeff{"resource_changes": []}', "GC605"),
    ],
)
def test_a_plan_is_refused_where_a_stack_is_wanted(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "plan").write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticError, match=code):
        refuse_plan_files([str(tmp_path / "plan")])


@pytest.mark.parametrize("text", ["", "version: 1\n", '{"version": 1, "stack": "one"}', "a: format_version\n"])
def test_a_stack_is_not(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.yaml").write_text(text, encoding="utf-8")
    refuse_plan_files([str(tmp_path / "stack.yaml"), str(tmp_path), str(tmp_path / "missing")])
    refuse_plan_files(None)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.gcsync"
    write_plan_file(path, PlanFile(CONTENT))
    assert read_plan_file(path) == PlanFile(CONTENT)
    mark_applied(path, PlanFile(CONTENT), "2026-11-25T20:10:00Z")
    assert read_plan_file(path) == PlanFile(CONTENT, "2026-11-25T20:10:00Z")


WHOLE = PlanFile(CONTENT).render().rstrip().encode()


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=1))
def test_any_other_byte_is_noticed_or_means_the_same(
    tmp_path_factory: pytest.TempPathFactory, at: int, byte: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "edited.gcsync"
    path.write_bytes(WHOLE[:at] + byte + WHOLE[at + 1 :])
    try:
        found = read_plan_file(path)
    except DiagnosticError as error:
        said = {found.code for found in error.diagnostics}
    else:
        said = set() if found == PlanFile(CONTENT) else {"taken for another plan"}
    assert said <= {"GC612", "GC605"}


@given(st.integers(0, len(WHOLE) - 1))
def test_any_cut_is_noticed(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    path = tmp_path_factory.getbasetemp() / "cut.gcsync"
    path.write_bytes(WHOLE[:length])
    with pytest.raises(DiagnosticError, match="GC612"):
        read_plan_file(path)


@pytest.mark.parametrize("change", [{"stacks": [{}]}, {"stacks": None}, {"paths": [1]}, {"options": 3}, {"version": 1}])
def test_a_right_checksum_over_another_form_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "plan.gcsync"
    write_plan_file(path, PlanFile(CONTENT | change))
    with pytest.raises(DiagnosticError, match="GC612"):
        read_plan_file(path)


def test_nobody_can_say_that_an_applied_one_was_not(tmp_path: Path) -> None:
    path = tmp_path / "plan.gcsync"
    text = PlanFile(CONTENT, "2026-11-25T20:10:00Z").render()
    path.write_text(text.replace('"2026-11-25T20:10:00Z", "content"', 'null, "content"'), encoding="utf-8")
    with pytest.raises(DiagnosticError, match="GC612"):
        read_plan_file(path)


def test_a_key_twice_is_no_way_past_the_checksum(tmp_path: Path) -> None:
    path = tmp_path / "plan.gcsync"
    path.write_text('{"gcsync_plan": 1, "applied": "x", ' + PlanFile(CONTENT).render()[1:], encoding="utf-8")
    with pytest.raises(DiagnosticError, match="GC612"):
        read_plan_file(path)
