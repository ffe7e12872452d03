"""Emulator and destination over real HTTP: handshake first, the same id until it is taken, nothing lost."""

from __future__ import annotations

import json
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stand_ins.destination import EVENT_MOODS, HANDSHAKE_MOODS, destination

ORIGIN = "https://events.example.com"
A_DAY_OF_MANY_SECONDS = 5_000.0
"""Waits are short, and nothing is given up while a slow machine tries."""
LONGEST_SECONDS = 180


def at(path="/in", **more):
    return [{"protocol": "https", "url": f"{ORIGIN}{path}", **more}]


@pytest.fixture
def there():
    with destination() as found:
        yield found


@pytest.fixture
def emulator(run, there):
    return run(deliver_map=(("https://events.example.com:443", there.url),), time_scale=A_DAY_OF_MANY_SECONDS)


def emit(client, event):
    answer = client.send("POST", "/emulator/events", json=event)
    assert answer.status_code == 200, answer.text
    return answer.json()["deliveries"]


def log(client):
    return client.send("GET", "/emulator/deliveries").json()["deliveries"]


def settled(client):
    """The log once nothing is pending."""
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        found = log(client)
        if all(one["state"] != "pending" for one in found):
            return found
        time.sleep(0.005)
    raise AssertionError(found)


def test_an_event_goes_to_every_destination_of_every_stream_that_selects_it(emulator, there):
    emulator.create(name="one", eventTypes=["a"], destinations=at("/1") + at("/2"))
    emulator.create(name="two", eventTypes=["b"], destinations=at("/3"))
    emulator.create(name="three", destinations=at("/4"), enabled=False)
    emulator.create(name="four", destinations=at("/5"))
    assert [one["stream"] for one in emit(emulator, {"id": "e-1", "eventType": "a"})] == ["one", "one", "four"]
    assert [one["state"] for one in settled(emulator)] == ["delivered"] * 3
    assert there.ids == ["e-1"] * 3


def test_the_handshake_comes_first_and_once(emulator, there):
    emulator.create(destinations=at(headers={"X-Api-Key": "abc"}))
    emit(emulator, [{"id": f"e-{number}", "eventType": "a"} for number in range(5)])
    settled(emulator)
    assert len(there.asked) == 1
    assert sorted(there.ids) == [f"e-{number}" for number in range(5)]
    assert {headers["x-api-key"] for headers, _ in there.received} == {"abc"}


def test_nothing_is_delivered_until_the_handshake_is_echoed_exactly(emulator, there):
    there.handshakes = [mood for mood in HANDSHAKE_MOODS if mood != "echo"]
    emulator.create(destinations=at())
    emit(emulator, {"id": "e-1", "eventType": "a"})
    (found,) = settled(emulator)
    whats = [attempt["what"] for attempt in found["attempts"]]
    assert whats == ["handshake"] * len(HANDSHAKE_MOODS) + ["event"]
    assert (there.ids, found["state"]) == (["e-1"], "delivered")


def test_what_goes_wrong_is_tried_again_with_the_same_bytes(emulator, there):
    there.events = [mood for mood in EVENT_MOODS if mood != "ok"]
    emulator.create(destinations=at())
    emit(emulator, {"id": "e-1", "eventType": "a", "data": {"ä": [1, None]}})
    (found,) = settled(emulator)
    assert [attempt["status"] for attempt in found["attempts"]] == [200, 500, 404, 302, None, None, None, 200]
    assert len({body for _, body in there.received}) == 1
    assert there.ledger == ["e-1"]
    assert [json.loads(body)["data"] for _, body in there.received[:1]] == [{"ä": [1, None]}]


def test_an_event_without_an_id_is_given_one_that_it_keeps(emulator, there):
    there.events = ["500", "drop after"]
    emulator.create(destinations=at())
    (begun,) = emit(emulator, {"eventType": "a"})
    settled(emulator)
    assert there.ids == [begun["eventId"]] * 3
    assert len(begun["eventId"]) == 36


def test_what_is_never_taken_is_given_up_after_a_day(run, there):
    client = run(deliver_map=(("https://events.example.com:443", there.url),), time_scale=5_000_000)
    there.events = ["500"] * 1000
    client.create(destinations=at())
    emit(client, {"id": "e-1", "eventType": "a"})
    (found,) = settled(client)
    assert found["state"] == "given up"
    # Each but the last was to be followed by another within the day, however long the requests took.
    failed = [attempt["at"] for attempt in found["attempts"] if attempt["what"] == "event"]
    assert all(moment <= 86_400 for moment in failed[:-1])
    assert there.ledger == []


def test_nothing_is_sent_to_a_destination_that_the_emulator_was_not_told_of(emulator, there):
    emulator.create(destinations=[{"protocol": "https", "url": "https://elsewhere.example.com/in"}])
    (found,) = emit(emulator, {"id": "e-1", "eventType": "a"})
    assert (found["state"], found["attempts"]) == ("not sent", [])
    assert "--deliver-map https://elsewhere.example.com=" in found["note"]


@pytest.mark.parametrize("event", [5, {}, {"id": "e-1"}, {"eventType": ""}, [{"eventType": "a"}, None]])
def test_what_is_no_event_is_refused_as_a_whole(emulator, there, event):
    emulator.create(destinations=at())
    answer = emulator.send("POST", "/emulator/events", json=event)
    assert (answer.status_code, answer.json()["code"], log(emulator)) == (400, "bad.event", [])


def test_what_is_forgotten_is_tried_no_more_and_asked_for_its_handshake_anew(emulator, there):
    there.events = ["500"] * 100
    emulator.create(destinations=at())
    emit(emulator, {"id": "e-1", "eventType": "a"})
    assert emulator.send("DELETE", "/emulator/deliveries").status_code == 204
    assert log(emulator) == []
    before = len(there.ids)
    there.events = ["500"] * 8
    emit(emulator, {"id": "e-2", "eventType": "a"})
    assert [one["state"] for one in settled(emulator)] == ["delivered"]
    # The attempt that was under way just then may come to its end.
    assert there.ids[before:].count("e-1") <= 1
    assert "e-2" in there.ids


def test_an_emulator_ends_while_deliveries_wait(run, there):
    client = run(deliver_map=(("https://events.example.com:443", there.url),))
    there.events = ["500"] * 100
    client.create(destinations=at())
    emit(client, {"id": "e-1", "eventType": "a"})
    ending = threading.Thread(target=client.running.stop)
    ending.start()
    # And not for the day in which it would try again.
    ending.join(LONGEST_SECONDS)
    assert not ending.is_alive()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(st.sampled_from(EVENT_MOODS), max_size=12),
    st.lists(st.sampled_from(HANDSHAKE_MOODS), max_size=3),
    st.integers(1, 6),
)
def test_every_event_is_delivered_and_once_in_the_ledger_of_a_receiver_that_knows_its_ids(
    emulator, there, moods, handshakes, count
):
    emulator.send("DELETE", "/emulator/streams")
    emulator.send("DELETE", "/emulator/deliveries")
    there.events, there.handshakes = list(moods), list(handshakes)
    there.received, there.ledger = [], []
    emulator.create(destinations=at())
    emitted = [f"e-{number}" for number in range(count)]
    emit(emulator, [{"id": one, "eventType": "a"} for one in emitted])
    assert {one["state"] for one in settled(emulator)} == {"delivered"}
    assert sorted(there.ledger) == emitted
    assert set(there.ids) == set(emitted)
