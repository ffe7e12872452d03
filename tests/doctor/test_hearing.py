from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import requests

from gcsync.doctor.hearing import Heard, Hearing
from tests.remote.answering import Answer, Answering

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def seconds() -> Iterator[datetime]:
    moment = NOON
    while True:
        yield moment
        moment += timedelta(seconds=1)


def heard(*headers: dict[str, str]) -> Hearing:
    answers, times = iter(headers), seconds()
    hearing = Hearing(lambda: next(times), Answering(lambda _: Answer(200, {}, next(answers))))
    for _ in headers:
        assert hearing.send(requests.Request("GET", "http://127.0.0.1/").prepare()).status_code == 200
    return hearing


def test_the_latest_answer_with_all_of_the_headers_counts_whatever_their_case() -> None:
    found = heard({"Date": "a", "X-B": "1"}, {"date": "b", "x-b": "2"}, {"Date": "c"}).last("DATE", "X-b")
    assert isinstance(found, Heard)
    assert (found.headers["Date"], found.at) == ("b", NOON + timedelta(seconds=1))


def test_where_no_answer_has_them_there_is_none() -> None:
    assert heard({"Date": "a"}).last("X-B") is None
    assert heard().last("Date") is None
