"""Threads whose end does not hang on a call that never comes back."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading

import pytest

from gcsync.receiver.sinks.threads import Threads

LONGEST_SECONDS = 180


def test_as_many_calls_as_may_be_run_beside_each_other() -> None:
    threads = Threads(3, "test")
    together = threading.Barrier(3)
    calls = [threads.submit(together.wait, LONGEST_SECONDS) for _ in range(3)]
    assert sorted(call.result(LONGEST_SECONDS) for call in calls) == [0, 1, 2]
    assert threads.submit(threading.active_count).result(LONGEST_SECONDS) >= 3
    threads.end()


def test_a_call_that_raises_tells_its_caller_and_the_thread_goes_on() -> None:
    threads = Threads(1, "test")
    with pytest.raises(ZeroDivisionError):
        threads.submit(divmod, 1, 0).result(LONGEST_SECONDS)
    assert threads.submit(divmod, 7, 2).result(LONGEST_SECONDS) == (3, 1)
    threads.end()


def test_a_call_that_is_cancelled_before_its_turn_is_not_made() -> None:
    threads, gate, called = Threads(1, "test"), threading.Event(), threading.Event()
    first = threads.submit(gate.wait, LONGEST_SECONDS)
    second = threads.submit(called.set)
    assert second.cancel()
    gate.set()
    assert first.result(LONGEST_SECONDS)
    threads.end()
    assert not called.is_set()


def test_what_is_under_way_may_end(caplog: pytest.LogCaptureFixture) -> None:
    threads, gate = Threads(1, "test", close_seconds=600), threading.Event()
    under_way = threads.submit(gate.wait)
    opening = threading.Timer(0.05, gate.set)
    opening.start()
    with caplog.at_level(logging.ERROR):
        threads.end()
    opening.join()
    assert (under_way.result(0), caplog.messages) == (True, [])


def test_what_hangs_is_left(caplog: pytest.LogCaptureFixture) -> None:
    threads, gate = Threads(1, "test", close_seconds=0.05), threading.Event()
    hanging = threads.submit(gate.wait)
    with caplog.at_level(logging.ERROR):
        threads.end()
    assert caplog.messages == ["1 calls of the sink have not come back, and are left alone"]
    threads.end()
    gate.set()
    assert hanging.result(LONGEST_SECONDS)


def test_a_process_ends_though_a_call_hangs() -> None:
    program = (
        "import threading; from gcsync.receiver.sinks.threads import Threads; begun = threading.Event()\n"
        "def hang():\n    begun.set()\n    threading.Event().wait()\n"
        "threads = Threads(1, 'test', close_seconds=0.01); threads.submit(hang); begun.wait(); threads.end()\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=LONGEST_SECONDS, check=False).returncode == 0
