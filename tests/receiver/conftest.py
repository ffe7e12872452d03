"""What holds for every test of the receiver."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the stand-in for AWS answers late, on a slow machine, is not given up, and not sent a second time."""
    monkeypatch.setattr("gcsync.receiver.aws.ANSWER_SECONDS", 180.0)
    monkeypatch.setattr("gcsync.receiver.stores.dynamodb.PATIENCE_SECONDS", 180.0)
