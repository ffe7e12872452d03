"""The emulator's own requests about events: no token, no faults, no limit, as with the others under `/emulator`.

POST   /emulator/events      an event, or a list of them, to every stream that selects it; answered at once
GET    /emulator/deliveries  what became of each delivery, oldest first; DELETE forgets them and every handshake
"""

from __future__ import annotations

from typing import Any

from gcsync.emulator.courier import Courier
from gcsync.emulator.exchange import Answer, Call, Refusal, read_json
from gcsync.emulator.selection import type_of
from gcsync.emulator.store import Store


class Emission:
    """Takes events for the courier."""

    def __init__(self, store: Store, courier: Courier) -> None:
        self._store = store
        self._courier = courier

    def emit(self, call: Call) -> Answer:
        body = read_json(call)
        events = body if isinstance(body, list) else [body]
        types = [_type(event) for event in events]
        streams = [{**stream.body, "id": stream.id} for stream in self._store.streams(0, _ALL)[0]]
        found = [
            delivery
            for event, event_type in zip(events, types, strict=True)
            for delivery in self._courier.emit(event, event_type, streams)
        ]
        return Answer(200, {"deliveries": [self._courier.describe(delivery) for delivery in found]})

    def deliveries(self, _: Call) -> Answer:
        return Answer(200, {"deliveries": self._courier.log()})

    def forget(self, _: Call) -> Answer:
        self._courier.forget()
        return Answer(204)


_ALL = 2**31


def _type(event: Any) -> str:
    found = type_of(event) if isinstance(event, dict) else None
    if found is None:
        raise Refusal(400, "bad.event", "An event is an object with the text `eventType` or `detail-type`.")
    return found
