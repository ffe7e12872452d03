"""Plans given where a stack is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.cli.plan_file import refuse_plan_files
from gcsync.model.diagnostic import DiagnosticError


@pytest.mark.parametrize(
    "text", ['{"format_version": "1.2"}', '\n {"gcsync_plan": 1}', '\ufeff{"resource_changes": []}']
)
def test_a_plan_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan").write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticError, match="GC605"):
        refuse_plan_files([str(tmp_path / "plan")])


@pytest.mark.parametrize("text", ["", "version: 1\n", '{"version": 1, "stack": "one"}', "a: format_version\n"])
def test_a_stack_is_not(tmp_path: Path, text: str) -> None:
    (tmp_path / "stack.yaml").write_text(text, encoding="utf-8")
    refuse_plan_files([str(tmp_path / "stack.yaml"), str(tmp_path), str(tmp_path / "missing")])
    refuse_plan_files(None)
