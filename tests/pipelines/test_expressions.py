"""The evaluator of GitHub's expressions agrees with GitHub's documentation, where the files here need it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pipelines.expressions import evaluate, fill

CONTEXTS = {"github": {"event": {"number": 7}, "ref_name": "main"}, "matrix": {"name": "prod"}, "steps": {}}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("github.event.number", 7),
        ("github.event.pull_request.head.sha", None),
        ("steps.plan.outputs.plan != ''", False),
        ("github.ref_name == 'MAIN'", True),
        ("github.ref_name != 'main' || 'it''s'", "it's"),
        ("!(github.event.number == 7) && true", False),
        ("ok() && matrix.name", "prod"),
        ("-1.5", -1.5),
    ],
)
def test_values(expression: str, value: Any) -> None:
    assert evaluate(expression, CONTEXTS, {"ok": lambda: True}) == value


@pytest.mark.parametrize("expression", ["secrets.X", "hashFiles('a')", "github.ref_name main", "'open", "github[0]"])
def test_what_it_does_not_know_is_an_error(expression: str) -> None:
    with pytest.raises(ValueError, match=r"no|left over|could not"):
        evaluate(expression, CONTEXTS)


def test_one_that_is_the_whole_text_keeps_its_type_and_others_become_text() -> None:
    described = {"a": "${{ github.event.number }}", "b": ["${{ matrix.name }}-${{ github.event.number }}"]}
    assert fill(described, CONTEXTS) == {"a": 7, "b": ["prod-7"]}
