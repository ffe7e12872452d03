"""`gcsync receiver test` sends the credential that `gcsync receiver serve` asks for, and refuses what that refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.cli.receiver_test import _credentials
from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.authentication import SECRET, authentication
from gcsync.verify import SILENT_SECONDS, Trial
from tests.e2e.conftest import offline
from tests.e2e.workplace import Workplace
from tests.receiver.serving import served

__all__ = ["offline"]

SCHEMES = ("header:X-Api-Key", "basic", "bearer")
TEXTS = st.one_of(st.text(min_size=1), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))


@given(st.sampled_from(SCHEMES), st.one_of(TEXTS, TEXTS.map(lambda text: f"user:{text}")))
def test_what_is_sent_is_admitted_and_what_is_wrong_is_not(auth: str, secret: str) -> None:
    try:
        asked = authentication(auth, {SECRET: secret}, insecure=False)
    except DiagnosticError:
        with pytest.raises(DiagnosticError, match="GC836"):
            _credentials(auth, secret)
        return
    right, wrong = _credentials(auth, secret)
    headers = [[(name.lower().encode(), value.encode()) for name, value in some] for some in (right, wrong)]
    assert [asked.admits(some) for some in headers] == [True, False]


@pytest.mark.full
@pytest.mark.parametrize("auth", SCHEMES)
def test_the_one_is_tried_out_by_the_other(
    offline: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auth: str
) -> None:
    silent = {"silent_seconds": SILENT_SECONDS}
    monkeypatch.setattr("gcsync.verify.Trial", lambda *given, **how: Trial(*given, **how | silent))
    secret = {SECRET: "user:pass word:1"}
    with served(tmp_path, "--sink", "sqlite:", "--auth", auth, **secret) as running:
        arguments = ("receiver", "test", running.url, "--auth", auth, "--send-event", "--timeout", "180")
        ran = offline.gcsync(*arguments, "--format", "json", **secret)
    wrong = [check for check in ran.document["checks"] if check["status"] in ("warn", "fail")]
    statuses = {check["check"]: check["status"] for check in ran.document["checks"]}
    assert (ran.code, wrong) == (0, [])
    assert {statuses[name] for name in ("handshake", "credential_missing", "credential_wrong", "event")} == {"ok"}


@pytest.mark.parametrize(("secret", "said"), [("no-colon", "has the form user:password"), ("a b ", "cannot carry it")])
def test_a_secret_that_no_receiver_would_have_is_told(offline: Workplace, secret: str, said: str) -> None:
    ran = offline.gcsync("receiver", "test", "https://x", "--auth", "basic", GCSYNC_RECEIVER_SECRET=secret)
    assert (ran.code, "error[GC836]: --auth basic: GCSYNC_RECEIVER_SECRET: " in ran.err, said in ran.err) == (
        1,
        True,
        True,
    )
    assert secret not in ran.err
