"""`-v` and `-vv`."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from gcsync.cli.logs import configure


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    logger = logging.getLogger("gcsync")
    before = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.level, logger.propagate = before


def test_a_record_is_one_line_without_the_message_of_its_exception(capsys: pytest.CaptureFixture[str]) -> None:
    configure(2)
    try:
        raise ValueError("sesame")
    except ValueError:
        logging.getLogger("gcsync.engine").debug("it failed\x1b[2J", exc_info=True)
    said = capsys.readouterr().err
    assert said.startswith("D gcsync.engine: it failed\\x1b[2J\\nValueError at ")
    assert (said.count("\n"), "sesame" in said) == (1, False)


def test_what_libraries_log_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    configure(2)
    logging.getLogger("urllib3.connectionpool").debug("sesame")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("verbose", "shown"), [(0, ""), (1, "I gcsync: info\n"), (2, "I gcsync: info\nD gcsync: debug\n")]
)
def test_how_much_is_told(verbose: int, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(verbose)
    logging.getLogger("gcsync").info("info")
    logging.getLogger("gcsync").debug("debug")
    assert capsys.readouterr().err == shown
