"""schemathesis finds nothing that the document does not say, and would find it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.hostile.described import described
from tests.hostile.judge import DOCUMENT
from tests.receiver.serving import body_of, deliver, halting

pytestmark = pytest.mark.full


def test_the_receiver_keeps_to_its_document(tmp_path: Path) -> None:
    with halting(tmp_path, "sqlite:") as one:
        sent, said = described(one, 300, 1)
        assert said == []
        assert sent >= 500
        assert deliver(one, body_of("honest"))[0] == 200
        assert one.end() == (0, "")


def test_an_answer_that_the_document_leaves_out_is_noticed(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    del document["paths"]["/genesys-events"]["post"]["responses"]["400"]
    with halting(tmp_path, "sqlite:") as one:
        assert "UndefinedStatusCode" in str(described(one, 20, 1, document)[1])


def test_a_receiver_that_lets_everybody_in_is_noticed(tmp_path: Path) -> None:
    with halting(tmp_path, "sqlite:", insecure=True) as one:
        assert "IgnoredAuth" in str(described(one, 20, 1)[1])
