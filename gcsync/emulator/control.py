"""The emulator's own requests under `/emulator`: for tests, and for a person with curl. No token, no faults, no limit.

    GET    /emulator            what it is and what it holds
    GET    /emulator/faults     the faults still to come; PUT {"faults": ["503:2"]} waits with these, DELETE with none
    GET    /emulator/scopes     what the next tokens are given; PUT {"scopes": ["event:stream:read"]} changes it
    GET    /emulator/requests   the latest requests answered, oldest first; DELETE forgets them
    POST   /emulator/tokens     {"person": "Jane Doe"} is answered with a token of hers: what she writes with it is
                                audited as hers, not as a client's; DELETE ends every token
    DELETE /emulator/audits     forgets every audit record
    DELETE /emulator/streams    deletes every event stream; as do /emulator/integrations and /emulator/triggers
    GET    /emulator/behaviour  what is open or goes wrong; PATCH {"withdrawn_topics": ["v2..."]} changes some of it

Faults, scopes, requests and behaviour are those of this process; tokens and objects those of the database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from gcsync.emulator.access import Access
from gcsync.emulator.behaviour import LiveBehaviour
from gcsync.emulator.exchange import Answer, Call, Refusal, read_json
from gcsync.emulator.faults import Faults
from gcsync.emulator.settings import SCOPES
from gcsync.emulator.store import Store

PREFIX = "/emulator"
_KEPT_REQUESTS = 10_000


class Objects(Protocol):
    """The objects of a kind, to be counted and cleared."""

    def count(self) -> int: ...

    def clear(self) -> None: ...


class Control:
    """Changes what the running emulator does."""

    def __init__(
        self,
        store: Store,
        faults: Faults,
        access: Access,
        organization: str,
        behaviour: LiveBehaviour,
        objects: Mapping[str, Objects],
    ) -> None:
        self._store = store
        self._behaviour = behaviour
        self._objects = objects
        self._faults = faults
        self._access = access
        self._organization = organization
        self._requests: deque[dict[str, Any]] = deque(maxlen=_KEPT_REQUESTS)

    def record(self, method: str, path: str, status: int | None) -> None:
        """Keep a request; status None stands for a connection that was dropped."""
        self._requests.append({"method": method, "path": path, "status": status})

    def describe(self, _: Call) -> Answer:
        organization = {"id": self._store.organization_id, "name": self._organization}
        counts = {name: objects.count() for name, objects in self._objects.items()}
        return Answer(200, {"emulator": "gcsync", "organization": organization, **counts})

    def faults(self, _: Call) -> Answer:
        return Answer(200, {"faults": self._faults.describe()})

    def replace_faults(self, call: Call) -> Answer:
        try:
            self._faults.replace(_texts(call, "faults"))
        except ValueError as error:
            raise Refusal(400, "bad.fault", str(error)) from None
        return self.faults(call)

    def clear_faults(self, _: Call) -> Answer:
        self._faults.replace(())
        return Answer(204)

    def scopes(self, _: Call) -> Answer:
        return Answer(200, {"scopes": list(self._access.scopes)})

    def replace_scopes(self, call: Call) -> Answer:
        scopes = _texts(call, "scopes")
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown:
            raise Refusal(400, "bad.scope", f"There is no scope {unknown[0]}; the scopes are {', '.join(SCOPES)}.")
        self._access.scopes = tuple(scopes)
        return self.scopes(call)

    def requests(self, _: Call) -> Answer:
        return Answer(200, {"requests": list(self._requests)})

    def clear_requests(self, _: Call) -> Answer:
        self._requests.clear()
        return Answer(204)

    def sign_in(self, call: Call) -> Answer:
        body = read_json(call)
        person = body.get("person") if isinstance(body, dict) and set(body) == {"person"} else None
        if not isinstance(person, str) or not person.strip():
            raise Refusal(400, "bad.request", 'The request body must be {"person": text}.')
        return Answer(200, {"access_token": self._access.issue_to(person).text, "token_type": "bearer"})

    def clear_tokens(self, _: Call) -> Answer:
        self._store.forget_tokens()
        return Answer(204)

    def clear_audits(self, _: Call) -> Answer:
        self._store.forget_audits()
        return Answer(204)

    def clear_objects(self, call: Call) -> Answer:
        self._objects[call.path.rpartition("/")[2]].clear()
        return Answer(204)

    def behaviour(self, _: Call) -> Answer:
        return Answer(200, self._behaviour.now.to_json())

    def change_behaviour(self, call: Call) -> Answer:
        body = read_json(call)
        if not isinstance(body, dict):
            raise Refusal(400, "bad.request", "The request body must be an object.")
        try:
            self._behaviour.change(body)
        except ValueError as error:
            raise Refusal(400, "bad.behaviour", str(error)) from None
        return self.behaviour(call)


def _texts(call: Call, name: str) -> Sequence[str]:
    body = read_json(call)
    texts = body.get(name) if isinstance(body, dict) and set(body) == {name} else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Refusal(400, "bad.request", f'The request body must be {{"{name}": [text, ...]}}.')
    return texts
