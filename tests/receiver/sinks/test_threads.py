"""Threads whose end does not hang on a call that never comes back."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading

import pytest

from gcsync.receiver.sinks.threads import Threads


def test_as_many_calls_as_may_be_run_beside_each_other() -> None:
    threads = Threads(3, "test")
    together = threading.Barrier(3)
    calls = [threads.submit(together.wait, 30) for _ in range(3)]
    assert sorted(call.result(30) for call in calls) == [0, 1, 2]
    assert threads.submit(threading.active_count).result(30) >= 3
    threads.end()


def test_a_call_that_raises_tells_its_caller_and_the_thread_goes_on() -> None:
    threads = Threads(1, "test")
    with pytest.raises(ZeroDivisionError):
        threads.submit(divmod, 1, 0).result(30)
    assert threads.submit(divmod, 7, 2).result(30) == (3, 1)
    threads.end()


def test_a_call_that_is_cancelled_before_its_turn_is_not_made() -> None:
    threads, gate, called = Threads(1, "test"), threading.Event(), threading.Event()
    first = threads.submit(gate.wait, 30)
    second = threads.submit(called.set)
    assert second.cancel()
    gate.set()
    assert first.result(30)
    threads.end()
    assert not called.is_set()


def test_what_is_under_way_may_end_and_what_hangs_is_left(caplog: pytest.LogCaptureFixture) -> None:
    threads, gate = Threads(2, "test", close_seconds=0.05), threading.Event()
    hanging = threads.submit(gate.wait)
    quick = threads.submit(divmod, 7, 2)
    with caplog.at_level(logging.ERROR):
        threads.end()
    assert quick.result(0) == (3, 1)
    assert caplog.messages == ["1 calls of the sink have not come back, and are left alone"]
    threads.end()
    gate.set()
    assert hanging.result(30)


def test_a_process_ends_though_a_call_hangs() -> None:
    program = (
        "import threading; from gcsync.receiver.sinks.threads import Threads; begun = threading.Event()\n"
        "def hang():\n    begun.set()\n    threading.Event().wait()\n"
        "threads = Threads(1, 'test', close_seconds=0.01); threads.submit(hang); begun.wait(); threads.end()\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
