"""How well the limit is kept and used, on a clock that is only a number; at the end by real threads at the emulator."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.figures import Figure
from bench.limiters import Fixed, FromFirst, Limiter, Sliding
from bench.pacing import CONDITIONS, LATENCIES, LIMITERS, WINDOW, WORKERS, Condition, applies, scene
from bench.simulation import Result, Scene, simulate
from gcsync.emulator import EmulatorSettings, start
from gcsync.model.failure import RemoteError
from gcsync.model.value import Secret
from gcsync.remote.session import GenesysSession
from gcsync.remote.settings import Credentials, Endpoint
from gcsync.remote.wait import Wait
from tests.remote.answering import Answer, converse

PATH = "/api/v2/eventstreams"
LONGEST_SECONDS = 180
FULL = {"inin-ratelimit-count": "300", "inin-ratelimit-allowed": "300", "inin-ratelimit-reset": "42"}

CASES = [
    pytest.param(condition, name, workers, id=f"{condition.name}-{name}-{workers}")
    for condition in CONDITIONS
    for name in LIMITERS
    for workers in WORKERS
    if applies(condition, name)
]


@pytest.mark.parametrize("latency", LATENCIES, ids=str)
@pytest.mark.parametrize(("condition", "name", "workers"), CASES)
def test_few_requests_are_refused_and_the_rate_is_used(
    condition: Condition, name: str, workers: int, latency: tuple[float, float]
) -> None:
    result = simulate(scene(condition, name, workers, latency))
    assert result.refused_share() <= condition.most_refused
    assert result.used_share(WINDOW) >= condition.least_used


KINDS: dict[str, Callable[[int, float], Limiter]] = {
    "fixed": lambda allowed, window: Fixed(allowed, window, phase=window * 0.6),
    "from first": FromFirst,
    "sliding": Sliding,
}
any_kind = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


@any_kind
def test_a_server_that_rounds_down_costs_a_refusal_or_two(make: Callable[[int, float], Limiter]) -> None:
    result = simulate(Scene(make(100, 10.0), rounding=math.floor, seconds=200.0))
    assert len(result.refused) <= 5
    assert result.used_share(10.0) >= 0.95


@pytest.mark.parametrize("headers", [1.0, 0.0])
@any_kind
def test_a_limit_that_is_lowered_is_found_out(make: Callable[[int, float], Limiter], headers: float) -> None:
    result = simulate(Scene(make(300, 60.0), headers=headers, changes=((200.0, 150),), seconds=800.0))
    assert result.refused_share(since=300.0) <= 0.02
    assert sum(time >= 400.0 for time in result.admitted) >= 150 / 60 * 400 * 0.85


@any_kind
def test_a_limit_that_is_raised_is_used_without_a_header_telling_it(make: Callable[[int, float], Limiter]) -> None:
    result = simulate(Scene(make(100, 60.0), headers=0.0, changes=((300.0, 200),), seconds=1500.0))
    assert sum(time >= 1200.0 for time in result.admitted) >= 200 / 60 * 300 * 0.85


@pytest.mark.parametrize("used", [200, 300])
@pytest.mark.parametrize("headers", [1.0, 0.0])
@any_kind
def test_a_window_that_was_used_before_is_no_measure(
    make: Callable[[int, float], Limiter], headers: float, used: int
) -> None:
    limiter = make(300, 60.0)
    for _ in range(used):
        limiter.take(0.0)
    result = simulate(Scene(limiter, headers=headers))
    assert result.refused_share() <= 0.02
    assert result.used_share(180.0) >= 0.85


limiters = st.builds(
    lambda make, allowed, window: make(allowed, float(window)),
    st.sampled_from(list(KINDS.values())),
    st.integers(100, 1500),
    st.integers(10, 120),
)
latencies = st.tuples(st.floats(0.005, 0.2), st.floats(0.005, 0.2)).map(lambda pair: (min(pair), max(pair)))
crowds = st.integers(1, 16)
quietly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quietly
@given(limiters, latencies, crowds, st.integers(0, 9))
def test_with_headers_the_bounds_hold_for_any_limit(
    limiter: Limiter, latency: tuple[float, float], workers: int, seed: int
) -> None:
    result = simulate(Scene(limiter, workers, latency, seconds=limiter.window * 6, seed=seed))
    assert result.refused_share() <= 0.01
    assert result.used_share(limiter.window) >= 0.95


@quietly
@given(
    limiters,
    latencies,
    st.integers(1, 16),
    st.integers(0, 9),
    st.sampled_from([0.0, 0.5]),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_whatever_the_server_tells_there_is_progress_and_no_one_starves(
    limiter: Limiter, latency: tuple[float, float], workers: int, seed: int, headers: float, asks: float
) -> None:
    result = simulate(Scene(limiter, workers, latency, headers, asks, seconds=limiter.window * 6, seed=seed))
    assert result.used_share() >= 0.05
    assert min(result.per_worker) >= max(result.per_worker) / 4 - 2
    assert result.most_refusals < 6 or asks < 1.0


def test_the_clock_is_looked_at_a_few_times_per_request_only() -> None:
    result = simulate(Scene(FromFirst(300, 60.0), 16))
    assert result.waits <= 50


def test_many_threads_announce_a_wait_once() -> None:
    talk = converse(lambda _request: Answer(200, {"id": "a"}))
    talk.server.handler = _first_full(talk.server.handler)
    talk.session.get(PATH)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: talk.session.get(PATH), range(16)))
    assert [str(wait) for wait in talk.waits] == ["waiting 42 s (rate limit used up)"]


def _first_full(handler: Callable[[requests.PreparedRequest], Answer]) -> Callable[[requests.PreparedRequest], Answer]:
    full = iter([Answer(200, {"id": "a"}, FULL)])

    def answer(request: requests.PreparedRequest) -> Answer:
        return next(full, None) or handler(request) if PATH in str(request.url) else handler(request)

    return answer


def test_everyone_who_waits_ends_when_it_is_to_stop() -> None:
    stop, waiting = threading.Event(), threading.Event()
    url = "https://api.mypurecloud.com"
    talk = converse(lambda _request: Answer(200, {"id": "a"}, FULL))
    session = GenesysSession(
        Endpoint("us-east-1", url, url),
        Credentials(access_token=Secret("given")),
        read_only=True,
        adapter=talk.server,
        notify=lambda _wait: waiting.set(),
        stop=stop,
    )
    session.get(PATH)

    def blocked() -> str:
        with pytest.raises(RemoteError) as caught:
            session.get(PATH)
        return caught.value.diagnostic.code

    with ThreadPoolExecutor(4) as pool:
        pending = [pool.submit(blocked) for _ in range(4)]
        assert waiting.wait(LONGEST_SECONDS)
        stop.set()
        assert [future.result(LONGEST_SECONDS) for future in pending] == ["GC328"] * 4
    assert len(talk.server.asked) == 1


class Clock:
    """One for all threads and for the emulator; only who waits moves it on, so that a slow machine is none."""

    def __init__(self) -> None:
        self._seconds = 1_000_000.0
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            return self._seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self._seconds += seconds


@pytest.mark.parametrize("limiter", ["fixed", "sliding"])
@pytest.mark.parametrize(("headers", "workers", "most_refused"), [(True, 8, 2), (True, 16, 2), (False, 8, 14)])
def test_real_threads_keep_the_limit_of_the_emulator(
    headers: bool, workers: int, most_refused: int, limiter: str, tmp_path: Path
) -> None:
    waits: list[Wait] = []
    clock = Clock()
    settings = EmulatorSettings(
        tmp_path / "emulator.db", rate_limit=40, rate_window=60.0, rate_limiter=limiter, rate_headers=headers
    )
    how: dict[str, Any] = {"notify": waits.append, "sleep": clock.sleep, "clock": clock.now}
    with start(settings, clock=clock.now) as emulator:
        endpoint = Endpoint("us-east-1", emulator.url, emulator.url)
        with GenesysSession(endpoint, Credentials("a", Secret("b")), read_only=True, **how) as session:
            codes = _count_statuses(session)
            with ThreadPoolExecutor(workers) as pool:
                list(pool.map(lambda _: session.get(PATH), range(100)))
    assert (codes.count(200), codes.count(429) <= most_refused) == (100, True)
    assert 1 <= len(waits) <= 6


def _count_statuses(session: GenesysSession) -> list[int]:
    """The status of every answer from the API, as it comes from the wire."""
    codes: list[int] = []
    send = session._transport._adapter.send

    def counted(request: requests.PreparedRequest, **options: object) -> requests.Response:
        response = send(request, **options)  # type: ignore[arg-type]
        if PATH in str(request.url):
            codes.append(response.status_code)
        return response

    session._transport._adapter.send = counted  # type: ignore[method-assign, assignment]
    return codes


def test_a_figure_may_have_a_lower_bound() -> None:
    figures = [Figure("x", value, 95.0, "", "%", least=True) for value in (94.9, 95.0)]
    assert [(figure.holds, str(figure)[:26]) for figure in figures] == [
        (False, "LOW      94.90 %   >=  95."),
        (True, "ok       95.00 %   >=  95."),
    ]


def test_the_simulation_is_the_same_each_time() -> None:
    def run() -> Result:
        return simulate(Scene(FromFirst(300, 60.0), others=1.0, seconds=100.0))

    assert run().admitted == run().admitted
