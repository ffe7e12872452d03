"""Where to look, without a single value."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.stack import Inputs, outline

STACK = """\
version: 1
stack: real
variables:
  url: {type: string}
environments:
  dev: {genesys: {organization: Example Dev}}
  prod: {genesys: {region: eu-west-1, organization: Example Ltd}, credentials: PROD}
streams:
  conversations:
    destinations: [{protocol: https, url: '${var.url}'}]
"""


def written(folder: Path, text: str = STACK) -> Path:
    (folder / "real.yaml").write_text(text, encoding="utf-8")
    return folder


def test_whom_a_stack_speaks_to_and_what_it_declares(tmp_path: Path) -> None:
    (stack,) = outline([], Inputs("prod"), folder=written(tmp_path))
    assert (stack.owner, stack.region, stack.organization, stack.credentials) == (
        "real@prod",
        "eu-west-1",
        "Example Ltd",
        "PROD",
    )
    assert list(map(str, stack.resources)) == ["stream.conversations"]


@pytest.mark.parametrize(
    ("text", "environment", "code"),
    [(STACK, None, "GC220"), (STACK.replace("protocol: https", "protocol: http"), "dev", "GC108")],
)
def test_any_other_mistake_is_one(tmp_path: Path, text: str, environment: str | None, code: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        outline([], Inputs(environment), folder=written(tmp_path, text))
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [code]
