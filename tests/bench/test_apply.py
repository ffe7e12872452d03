"""What an apply of many creates asks of the organization, whatever the time it takes."""

from __future__ import annotations

from pathlib import Path

from bench.apply import apply_once
from bench.organization import stack_text
from bench.slow_organization import slow_server


def test_many_creates_take_one_write_each_and_are_read_back_by_pages(tmp_path: Path) -> None:
    file = tmp_path / "stack.yaml"
    file.write_text(stack_text(120), encoding="utf-8")
    with slow_server(0.001) as (url, pipe):
        run = apply_once(file, url, pipe)
    assert (run.writing[0], run.whole[0], run.reads) == (120, 120 + 2, 2)
