"""The pages about stack files: what they show works, and what is generated is not stale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gcsync.cli.schema_reference import render_schema_reference
from gcsync.schema.compose import kind_names, kind_schema
from gcsync.stack import Inputs, load, validate
from tests.house.source import ROOT

PAGE = (ROOT / "docs/stack-files.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "docs/reference.md"
EXAMPLES = re.findall(r"^## (.+?)$.*?^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_reference_is_not_stale() -> None:
    hint = "write it anew: python -m gcsync.cli.schema_reference > docs/reference.md"
    assert REFERENCE.read_text(encoding="utf-8") == render_schema_reference(), hint


@pytest.mark.parametrize("kind", kind_names())
def test_the_reference_names_every_attribute_of_every_kind(kind: str) -> None:
    section = render_schema_reference().partition(f"(`{kind}`)")[2].partition("\n## ")[0]
    own = set(kind_schema(kind)["properties"]) - {"lifecycle", "for_each"}
    assert own <= set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE))


@pytest.mark.parametrize(("title", "text"), EXAMPLES, ids=[title for title, _ in EXAMPLES])
def test_every_example_works(tmp_path: Path, title: str, text: str) -> None:
    (tmp_path / "stack.yaml").write_text(text, encoding="utf-8")
    assert validate(["stack.yaml"], Inputs(), folder=tmp_path) == ()
    environment = "dev" if "environments:" in text else None
    variables = ("api_key=abc",) if "api_key:" in text else ()
    (stack,) = load(["stack.yaml"], Inputs(environment, variables), folder=tmp_path)
    assert stack.resources, title


def test_every_section_has_its_example() -> None:
    assert len(EXAMPLES) == len(re.findall("^## ", PAGE, re.MULTILINE))
