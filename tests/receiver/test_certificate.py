"""A certificate that is renewed while it is served."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import ssl
from pathlib import Path

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.certificate import Certificate
from tests.doctor.certificates import Certificate as Made
from tests.doctor.certificates import make_certificate


@pytest.fixture
def first(tmp_path: Path) -> Made:
    return make_certificate(tmp_path)


@pytest.fixture
def second(tmp_path: Path) -> Made:
    (tmp_path / "second").mkdir()
    return make_certificate(tmp_path / "second")


def put(new: Path, there: Path) -> None:
    """In its place, a second later than it: a quick machine writes both in one tick of the file system's clock."""
    before = there.stat().st_mtime_ns
    shutil.copy(new, there)
    os.utime(there, ns=(before, before + 1_000_000_000))


def trusts(made: Made, served: Certificate) -> bool:
    """Whether a client who trusts that authority alone takes what is served now."""
    ours, theirs = (ssl.MemoryBIO(), ssl.MemoryBIO()), (ssl.MemoryBIO(), ssl.MemoryBIO())
    client = ssl.create_default_context(cafile=str(made.trusted)).wrap_bio(*ours, server_hostname="localhost")
    server = served.context.wrap_bio(*theirs, server_side=True)
    try:
        for _ in range(4):
            for side in (client, server):
                with contextlib.suppress(ssl.SSLWantReadError):
                    side.do_handshake()
                theirs[0].write(ours[1].read())
                ours[0].write(theirs[1].read())
    except ssl.SSLCertVerificationError:
        return False
    return client.version() is not None


def test_new_connections_get_what_a_renewal_has_put_there(first: Made, second: Made) -> None:
    served = Certificate(first.certificate, first.key)
    assert (served.renew(), trusts(first, served)) == (False, True)
    put(second.key, first.key)
    put(second.certificate, first.certificate)
    assert (served.renew(), trusts(first, served), trusts(second, served)) == (True, False, True)
    assert not served.renew()


def test_half_a_renewal_is_told_once_and_not_served(
    first: Made, second: Made, caplog: pytest.LogCaptureFixture
) -> None:
    served = Certificate(first.certificate, first.key)
    put(second.certificate, first.certificate)
    with caplog.at_level(logging.ERROR):
        assert [served.renew(), served.renew(), trusts(first, served)] == [False, False, True]
    assert len(caplog.messages) == 1
    assert "the one before is served" in caplog.messages[0]
    put(second.key, first.key)
    assert (served.renew(), trusts(second, served)) == (True, True)


def test_files_that_are_gone_are_no_reason_to_serve_nothing(first: Made) -> None:
    served = Certificate(first.certificate, first.key)
    first.key.unlink()
    assert (served.renew(), trusts(first, served)) == (False, True)


def test_the_files_are_looked_at_now_and_then(first: Made, second: Made) -> None:
    async def act() -> None:
        served = Certificate(first.certificate, first.key)
        keeping = asyncio.create_task(served.keep(0.01))
        put(second.key, first.key)
        put(second.certificate, first.certificate)
        async with asyncio.timeout(60):
            while not trusts(second, served):
                await asyncio.sleep(0.01)
        keeping.cancel()

    asyncio.run(act())


def test_what_cannot_be_served_at_the_start_is_told(first: Made, second: Made) -> None:
    with pytest.raises(DiagnosticError):
        Certificate(first.certificate, second.key)
