"""The pages about pipelines lead somewhere, and every file to copy is on one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT

PAGES = ("docs/pull-requests.md", "docs/scheduled-drift.md", "docs/installing.md")
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def links(page: str) -> set[Path]:
    path = ROOT / page
    found = LINK.findall(path.read_text(encoding="utf-8"))
    return {(path.parent / link).resolve() for link in found if "://" not in link}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    assert links(page)
    assert [str(path) for path in links(page) if not path.exists()] == []


def test_every_file_to_copy_is_on_a_page() -> None:
    linked = {path for page in PAGES for path in links(page)}
    files = {path for path in (ROOT / "docs/ci").rglob("*") if path.is_file()} | {ROOT / "templates/gcsync.yml"}
    assert {path.relative_to(ROOT) for path in files - linked} == set()


def test_every_environment_variable_of_the_files_that_is_a_secret_is_named_where_it_is_set_up() -> None:
    page = (ROOT / "docs/pull-requests.md").read_text(encoding="utf-8")
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs/ci/github").glob("*.yml"))
    used = set(re.findall(r"\b(?:secrets|vars)\.(GENESYS\w+)", text))
    assert used
    assert {name for name in used if f"`{name}`" not in page} == set()
