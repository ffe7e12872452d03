"""What the options of `drift` mean, and what is wrong with those that mean nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from gcsync.cli.drift_report import Request, read_request, words_again
from gcsync.cli.options import Common
from gcsync.engine.dating import Ages
from gcsync.model.address import Address
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.drift import Accepted

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def request(since: str | None = None, max_age: str | None = None, baseline: str | None = None) -> Request:
    return read_request(baseline, since, max_age, blame=False, now=NOW)


def test_nothing_asked_is_nothing() -> None:
    assert request() == Request(Ages(NOW))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("12h", NOW - timedelta(hours=12)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T08:00:00Z", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("2026-11-01T08:00:00+02:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("999999w", datetime.min.replace(tzinfo=UTC)),
        ("999999h", NOW - timedelta(hours=999_999)),
    ],
)
def test_since_is_an_age_a_day_or_a_time(text: str, moment: datetime) -> None:
    assert request(since=text).ages.since == moment


def test_max_age_is_a_duration() -> None:
    assert request(max_age="7d").ages == Ages(NOW, None, timedelta(days=7))


@pytest.mark.parametrize("since", ["yesterday", "7", "", "2026-11-31", "2027-01-01", "2026-11-25T12:00:01Z", "0d"])
def test_a_moment_that_is_none_or_has_not_come(since: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        request(since=since)
    assert [(found.code, found.path) for found in caught.value.diagnostics] == [("GC728", "--since")]


@pytest.mark.parametrize("max_age", ["7", "a week", "", "2026-11-01"])
def test_an_age_that_is_none(max_age: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        request(max_age=max_age)
    assert [(found.code, found.path) for found in caught.value.diagnostics] == [("GC728", "--max-age")]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DiagnosticError) as caught:
        request("yesterday", "7", "nowhere.yaml")
    assert [found.code for found in caught.value.diagnostics] == ["GC728", "GC728", "GC101"]


def test_the_entries_of_the_baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    entry = "{address: stream.a, attribute: enabled, reason: why, expires: 2026-12-31}"
    (tmp_path / "known.yaml").write_text(f"version: 1\nknown:\n  - {entry}\n", encoding="utf-8")
    expected = Accepted(Address("stream", "a"), "enabled", "why", date(2026, 12, 31))
    assert request(baseline="known.yaml").accepted == (expected,)


def test_the_commands_that_settle_repeat_what_the_run_was_given_and_no_value() -> None:
    common = Common(emulator_db=Path("my emulator.db"))
    words = words_again(common, ["api-key=s3cret", "text=a", "text=b", "$(x)=y"], ["my values.yaml"])
    told = " ".join(words)
    assert told == (
        "--emulator-db 'my emulator.db' --var-file 'my values.yaml' "
        """--var api-key="${api_key:?}" --var text="${text:?}\""""
    )
    assert words_again(Common(), None, None) == ()
    assert words_again(Common(emulator=True), None, None) == ("--emulator",)
