from __future__ import annotations

import asyncio

from gcsync.receiver.protocol import JoinedWrites


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def test_head_and_body_are_one_write_and_nothing_waits_beyond_the_turn() -> None:
    async def act() -> None:
        wire = Wire()
        joined = JoinedWrites(wire, asyncio.get_running_loop())
        joined.write(b"head ")
        joined.write(b"body")
        assert wire.written == []
        joined.flush()
        assert wire.written == [b"head body"]
        joined.write(b"100 Continue")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert wire.written == [b"head body", b"100 Continue"]

    asyncio.run(act())


def test_what_waits_is_written_before_the_connection_closes() -> None:
    async def act() -> None:
        wire = Wire()
        joined = JoinedWrites(wire, asyncio.get_running_loop())
        joined.write(b"the last")
        joined.close()
        assert (wire.written, joined.is_closing()) == ([b"the last"], True)

    asyncio.run(act())
