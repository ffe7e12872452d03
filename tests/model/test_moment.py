from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcsync.model.moment import iso, read_date, read_duration, read_time


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-24T08:12:03.120Z", datetime(2026, 11, 24, 8, 12, 3, 120_000, UTC)),
        ("2026-11-24T10:12:03+02:00", datetime(2026, 11, 24, 8, 12, 3, tzinfo=UTC)),
        ("2026-11-24T08:12:03", datetime(2026, 11, 24, 8, 12, 3, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        (" 2026-11-24 ", datetime(2026, 11, 24, tzinfo=UTC)),
        ("yesterday", None),
        ("2026", None),
        ("", None),
        ("0001-01-01T00:00:00+10:00", None),
        (1_700_000_000, None),
        (None, None),
    ],
)
def test_times(text: object, found: datetime | None) -> None:
    assert read_time(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("2026-02-30", None),
        ("20261231", None),
        ("2026-W01-1", None),
        ("2026-12-31T00:00:00Z", None),
        ("٢٠٢٦-12-31", None),
    ],
)
def test_days(text: str, found: date | None) -> None:
    assert read_date(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("12h", timedelta(hours=12)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        ("0d", timedelta()),
        ("7", None),
        ("7 d", None),
        ("-7d", None),
        ("1.5h", None),
        ("1y", None),
        ("9999999d", None),
    ],
)
def test_durations(text: str, found: timedelta | None) -> None:
    assert read_duration(text) == found


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_reads_back_to_the_second(moment: datetime) -> None:
    if moment.year >= 1000:
        assert read_time(iso(moment)) == moment.replace(microsecond=0)


@given(st.text())
def test_no_text_is_too_odd(text: str) -> None:
    read_time(text)
    read_date(text)
    read_duration(text)
