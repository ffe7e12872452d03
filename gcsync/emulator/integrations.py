"""`/api/v2/integrations` (SDK 269 apis/integrations_api.py), as the OpenAPI document beside this file has it.

Where the sources are silent or differ, this is what the emulator does:

- a POST needs a name, as in the JavaScript SDK; CX as Code leaves it out and gets that of the type. Names are not
  unique. The configuration begins with version 1 and is empty;
- the configuration is only in an answer that was asked for it with `expand=config.current`;
- a PATCH changes the intended state and nothing else; ENABLED and DISABLED are the only ones it takes;
- `reportedState` follows after `Behaviour.activation_time`, and again after the configuration of an enabled
  integration was replaced; one that was never configured ends in ERROR;
- a type that the organization lacks is 400 in a POST and 404 where it is asked for;
- one more than `maxInstances` is 400.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gcsync.emulator.audits import INTEGRATION, Audits, Written
from gcsync.emulator.behaviour import LiveBehaviour
from gcsync.emulator.documents import Document, Documents
from gcsync.emulator.exchange import Answer, Refusal
from gcsync.emulator.integration_configuration import check_configuration
from gcsync.emulator.integration_state import reported_state
from gcsync.emulator.integration_types import EVENTBRIDGE, INTEGRATION_TYPES, described, reference
from gcsync.emulator.operations import Order, Work
from gcsync.emulator.pages import by_number
from gcsync.emulator.specification import refuse_parameter
from gcsync.emulator.store import Store

PATH = "/api/v2/integrations"
NOTES_SENTINEL = "node_dynamodb_empty_string"
"""What empty notes may read back as (CX as Code, resource_genesyscloud_integration_utils.go:40-45)."""
_CONFIGURED = ("name", "properties", "advanced", "notes", "credentials")
_STATES = ("ENABLED", "DISABLED")


class Integrations:
    """The operations on integrations, their configuration and their types."""

    def __init__(
        self,
        store: Store,
        audits: Audits,
        behaviour: LiveBehaviour,
        clock: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._audits = audits
        self._documents = Documents(store, "integration")
        self._behaviour = behaviour
        self._clock = clock
        self._new_id = new_id

    def works(self) -> dict[str, Work]:
        """By `operationId`."""
        return {
            "getIntegrations": self.list,
            "postIntegrations": self.create,
            "getIntegration": self.read,
            "patchIntegration": self.intend,
            "deleteIntegration": self.delete,
            "getIntegrationConfigCurrent": self.configuration,
            "putIntegrationConfigCurrent": self.configure,
            "getIntegrationsType": self.type,
        }

    def seed(self, types: Sequence[str]) -> None:
        """Make one integration of each type, unless there is one already."""
        held = {document.body["type"] for document in self._documents.all()}
        for type_id in types:
            if type_id not in held:
                self._documents.add(self._new_id(), self._begun(f"{INTEGRATION_TYPES[type_id]} 1", type_id))

    def count(self) -> int:
        return self._documents.count()

    def clear(self) -> None:
        gone = self._documents.all()
        self._documents.clear()
        for document in gone:
            self._audits.record(None, INTEGRATION, _written(document), _audited(document.body), None)

    def list(self, order: Order) -> Answer:
        expand = _expanded(order)
        found = list(_selected(self._documents.all(), order.query))
        entities = [entity for entity in map(self._reported, found) if _reports(entity, order.query)]
        if order.query.get("sortBy") == "name":
            entities.sort(key=lambda entity: str(entity["name"]))
        page = by_number(PATH, entities, order.query, repeat=self._behaviour.now.repeat_pages)
        configurations = {document.id: self._configuration(document) for document in found} if expand else {}
        page["entities"] = [_with_configuration(entity, configurations) for entity in page["entities"]]
        return Answer(200, page)

    def create(self, order: Order) -> Answer:
        type_id = order.body["integrationType"]["id"]
        if not self._has(type_id):
            raise Refusal(400, "bad.request", f"The integration type {type_id} does not exist.")
        body = self._begun(order.body["name"], type_id)
        document = self._documents.add(self._new_id(), body, lambda others: self._refuse_full(type_id, others))
        self._audits.record(order.token, INTEGRATION, _written(document), None, _audited(document.body))
        return Answer(200, self._reported(document))

    def read(self, order: Order) -> Answer:
        expand, document = _expanded(order), self._found(order)
        configurations = {document.id: self._configuration(document)} if expand else {}
        return Answer(200, _with_configuration(self._reported(document), configurations))

    def intend(self, order: Order) -> Answer:
        state = order.body["intendedState"]
        if state not in _STATES:
            raise Refusal(400, "bad.request", f"The intended state must be one of {', '.join(_STATES)}, got {state}.")

        def edit(document: Document, _: Sequence[Document]) -> Mapping[str, Any]:
            same = state == document.body["intended"]
            return document.body if same else {**document.body, "intended": state, "moved": self._clock()}

        return Answer(200, self._reported(self._changed(order, edit)))

    def delete(self, order: Order) -> Answer:
        document = self._documents.delete(order.parameters["integrationId"])
        if document is None:
            raise _not_found(order)
        self._audits.record(order.token, INTEGRATION, _written(document), _audited(document.body), None)
        return Answer(200, {**self._reported(document), "intendedState": "DELETED"})

    def configuration(self, order: Order) -> Answer:
        return Answer(200, self._configuration(self._found(order)))

    def configure(self, order: Order) -> Answer:
        """A full replacement of all six fields (JavaScript SDK IntegrationConfiguration)."""
        sent = order.body
        if not sent["name"]:
            raise Refusal(400, "bad.request", "The name of an integration must not be empty.")

        def edit(document: Document, others: Sequence[Document]) -> Mapping[str, Any]:
            body = document.body
            if sent.get("id", body["configuration"]) != body["configuration"]:
                raise Refusal(400, "bad.request", "The id in the request body is not that of this configuration.")
            if sent["version"] != body["version"]:
                raise self._mismatch(sent["version"], body["version"])
            check_configuration(body["type"], sent, others, self._behaviour.now.withdrawn_topics)
            moved = self._clock() if body["intended"] == "ENABLED" else body["moved"]
            kept = {name: sent[name] for name in _CONFIGURED}
            return {**body, **kept, "version": body["version"] + 1, "moved": moved}

        return Answer(200, self._configuration(self._changed(order, edit)))

    def type(self, order: Order) -> Answer:
        type_id = order.parameters["typeId"]
        if not self._has(type_id):
            raise Refusal(404, "not.found", f"There is no integration type with the id {type_id}.")
        return Answer(200, described(type_id, self._behaviour.now.max_instances))

    def _has(self, type_id: str) -> bool:
        return type_id in INTEGRATION_TYPES and type_id not in self._behaviour.now.lacking_types

    def _refuse_full(self, type_id: str, others: Sequence[Document]) -> None:
        limit = self._behaviour.now.max_instances
        held = sum(other.body["type"] == type_id for other in others)
        if type_id == EVENTBRIDGE and limit is not None and held >= limit:
            message = f"The organization has {held} integrations of the type {type_id}; {limit} are allowed."
            raise Refusal(400, "max.instances.exceeded", message)

    def _begun(self, name: str, type_id: str) -> dict[str, Any]:
        return {
            "type": type_id,
            "configuration": self._new_id(),
            "version": 1,
            "name": name,
            "properties": {},
            "advanced": {},
            "notes": "",
            "credentials": {},
            "intended": "DISABLED",
            "created": self._clock(),
            "moved": None,
        }

    def _found(self, order: Order) -> Document:
        document = self._documents.find(order.parameters["integrationId"])
        if document is None:
            raise _not_found(order)
        return document

    def _changed(self, order: Order, edit: Callable[[Document, Sequence[Document]], Mapping[str, Any]]) -> Document:
        before: dict[str, Any] = {}

        def remembering(document: Document, others: Sequence[Document]) -> Mapping[str, Any]:
            before.update(document.body)
            return edit(document, others)

        document = self._documents.change(order.parameters["integrationId"], remembering)
        if document is None:
            raise _not_found(order)
        self._audits.record(order.token, INTEGRATION, _written(document), _audited(before), _audited(document.body))
        return document

    def _mismatch(self, sent: int, current: int) -> Refusal:
        """409, or 400 told by its message alone: CX as Code takes either (util_retries.go:166-177)."""
        status = self._behaviour.now.mismatch_status
        message = f"The version {sent} does not match the current version {current}."
        return Refusal(status, "general.conflict" if status == 409 else "bad.request", message)

    def _reported(self, document: Document) -> dict[str, Any]:
        body = document.body
        return {
            "id": document.id,
            "name": body["name"],
            "integrationType": reference(body["type"]),
            "notes": self._notes(body),
            "intendedState": body["intended"],
            "reportedState": reported_state(body, self._clock(), self._behaviour.now),
            "attributes": {},
            "selfUri": f"{PATH}/{document.id}",
        }

    def _configuration(self, document: Document) -> dict[str, Any]:
        body = document.body
        return {
            "id": body["configuration"],
            "version": body["version"],
            **{name: body[name] for name in _CONFIGURED},
            "properties": self._properties(body),
            "notes": self._notes(body),
            "selfUri": f"{PATH}/{document.id}/config/current",
        }

    def _properties(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        topics = body["properties"].get("eventFilter")
        if not self._behaviour.now.reverse_topics or not isinstance(topics, list):
            return dict(body["properties"])
        return {**body["properties"], "eventFilter": topics[::-1]}

    def _notes(self, body: Mapping[str, Any]) -> str:
        return body["notes"] or (NOTES_SENTINEL if self._behaviour.now.notes_sentinel else "")


def _written(document: Document) -> Written:
    return Written(document.id, document.body["name"], f"{PATH}/{document.id}")


def _audited(body: Mapping[str, Any]) -> dict[str, Any]:
    """What can change of an integration, under the names of the API."""
    return {**{name: body[name] for name in _CONFIGURED}, "intendedState": body["intended"]}


def _selected(documents: Sequence[Document], query: Mapping[str, Any]) -> Iterator[Document]:
    if query.get("sortBy", "name") != "name":
        raise refuse_parameter("sortBy", "Integrations can be sorted by name only.")
    for name in ("nextPage", "previousPage"):
        if name in query:
            raise refuse_parameter(name, f"The token {name} is not one that this API gave.")
    for document in documents:
        used = {credential.get("id") for credential in document.body["credentials"].values()}
        fits = (
            document.id in query.get("ids", [document.id]),
            document.body["type"] == query.get("integrationType", document.body["type"]),
            "credentialId" not in query or query["credentialId"] in used,
        )
        if all(fits):
            yield document


def _reports(entity: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    code = entity["reportedState"]["code"]
    return bool(code == query.get("reportedState", code))


def _expanded(order: Order) -> bool:
    expand = order.query.get("expand", [])
    unknown = [name for name in expand if name != "config.current"]
    if unknown:
        raise refuse_parameter("expand", f"Integrations cannot be expanded by {unknown[0]}.")
    return bool(expand)


def _with_configuration(entity: dict[str, Any], configurations: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    configuration = configurations.get(entity["id"])
    return entity if configuration is None else {**entity, "config": {"current": configuration}}


def _not_found(order: Order) -> Refusal:
    return Refusal(404, "not.found", f"There is no integration with the id {order.parameters['integrationId']}.")
