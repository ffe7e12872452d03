"""Fixtures that more than one folder of tests needs."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import count

if TYPE_CHECKING:
    from gcsync.emulator import RunningEmulator

# No example has a deadline, nor have those that are drawn first: on a machine that does something else beside, it says
# nothing about the code. The examples are the same each time: luck finds nothing in a change that is not to blame.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("untimed", max_examples=count(100), derandomize=True, **PATIENT)
settings.load_profile("untimed")
# `make soak`: every property that does not set its own number of examples, for hours, and others each time.
settings.register_profile("soak", max_examples=100_000, derandomize=False, **PATIENT)


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where locks are kept: never in the home of whoever runs the tests, nor shared with another worker."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def no_step_of_actions() -> Iterator[None]:
    """What a test provokes must not be collected as annotations of the step that runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GITHUB_ACTIONS", raising=False)
        yield


@pytest.fixture(autouse=True)
def process_as_it_was() -> Iterator[None]:
    """A command line that ran in this process leaves neither its signal handlers nor its hooks to the next test."""
    hooks = threading.excepthook, sys.unraisablehook
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    threading.excepthook, sys.unraisablehook = hooks
    for number, handler in handlers.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)


@pytest.fixture(scope="session", autouse=True)
def quick_digests() -> Iterator[int]:
    """The digests of saved plans without the tenth of a second that makes them slow to guess; the cost they have."""
    from gcsync.engine import saved

    cost = saved._COST
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saved, "_COST", 2)
        yield cost


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """The URL of a stand-in for AWS with a bucket and a table for locks."""
    from tests.locks import cloud

    with cloud.running() as url:
        cloud.furnish(url)
        yield url


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[RunningEmulator]:
    """A Genesys Cloud of its own for one test."""
    from gcsync.emulator import EmulatorSettings, start

    with start(EmulatorSettings(database=tmp_path / "emulator.db")) as running:
        yield running
