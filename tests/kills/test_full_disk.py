"""A disk that takes no more: no crash, nothing acknowledged that is not kept, and all is well when there is room."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kills.sinks import JSONL, SQLITE, sink_of
from tests.receiver.serving import body_of, deliver, halting

FILE_BYTES = 400_000
MOST = 500


@pytest.mark.full
@pytest.mark.parametrize(("name", "status"), [(SQLITE, 503), (JSONL, 500)])
def test_what_finds_no_room_is_refused_and_taken_later(tmp_path: Path, name: str, status: int) -> None:
    sent: list[str] = []
    with sink_of(name, tmp_path) as sink:
        with halting(tmp_path, sink.argument, file_bytes=FILE_BYTES) as one:
            while len(sent) < MOST and deliver(one, big(f"e-{len(sent)}"))[0] == 200:
                sent.append(f"e-{len(sent)}")
            assert 0 < len(sent) < MOST
            refused = [f"r-{number}" for number in range(3)]
            assert {deliver(one, big(event_id))[0] for event_id in refused} <= {status, 503}
            assert deliver(one, b'{"verification_token": 1}')[0] == 200
            code, said = one.end()
            assert code == 0
            assert "Traceback" not in said
            assert "failed" in said or "cannot be written" in said
        assert sink.ledger() == sent
        with halting(tmp_path, sink.argument) as one:
            assert [deliver(one, big(event_id))[0] for event_id in refused] == [200] * 3
        assert sink.ledger() == sent + refused


def big(event_id: str) -> bytes:
    """So large that the file of the events is full before any other."""
    return body_of(event_id).replace(b"y" * 200, b"y" * 50_000)
