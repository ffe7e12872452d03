"""`/api/v2/processautomation/triggers` (SDK 269 apis/process_automation_api.py), as the OpenAPI document has it.

Limits of names, topics, times and descriptions: CX as Code, process_automation_trigger, schema lines 95-143. Where the
sources are silent: what is not sent is not returned; of `value` and `values` exactly one is needed, whatever the
operator; a workflow id is taken as it is, unless `Behaviour.unpublished_workflows` names it; a version that is not the
current one is 409.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gcsync.emulator.audits import TRIGGER, Audits, Written
from gcsync.emulator.behaviour import LiveBehaviour
from gcsync.emulator.documents import Document, Documents
from gcsync.emulator.exchange import Answer, Refusal
from gcsync.emulator.operations import Order, Work
from gcsync.emulator.pages import by_cursor
from gcsync.emulator.store import Store
from gcsync.emulator.topics import trigger_topics

PATH = "/api/v2/processautomation/triggers"
_LONGEST_TOPIC = 256


class Triggers:
    """The operations on triggers, and the topics a trigger may have."""

    def __init__(self, store: Store, audits: Audits, behaviour: LiveBehaviour, new_id: Callable[[], str]) -> None:
        self._audits = audits
        self._documents = Documents(store, "trigger")
        self._behaviour = behaviour
        self._new_id = new_id

    def works(self) -> dict[str, Work]:
        """By `operationId`."""
        return {
            "getProcessautomationTriggers": self.list,
            "postProcessautomationTriggers": self.create,
            "getProcessautomationTrigger": self.read,
            "putProcessautomationTrigger": self.replace,
            "deleteProcessautomationTrigger": self.delete,
            "getProcessautomationTriggersTopics": self.topics,
        }

    def count(self) -> int:
        return self._documents.count()

    def clear(self) -> None:
        gone = self._documents.all()
        self._documents.clear()
        for document in gone:
            self._audits.record(None, TRIGGER, _written(document), _audited(document.body), None)

    def list(self, order: Order) -> Answer:
        found = [(document.sequence, _entity(document)) for document in self._documents.all()]
        selected = [(sequence, entity) for sequence, entity in found if _fits(entity, order.query)]
        return Answer(200, by_cursor(PATH, selected, order.query, repeat=self._behaviour.now.repeat_pages))

    def topics(self, order: Order) -> Answer:
        names = list(enumerate(trigger_topics(self._behaviour.now.withdrawn_topics)))
        return Answer(200, by_cursor(f"{PATH}/topics", names, order.query, repeat=self._behaviour.now.repeat_pages))

    def create(self, order: Order) -> Answer:
        self._check(order.body)
        document = self._documents.add(self._new_id(), _kept(order.body, 1))
        self._audits.record(order.token, TRIGGER, _written(document), None, _audited(document.body))
        return Answer(200, _entity(document))

    def read(self, order: Order) -> Answer:
        document = self._documents.find(order.parameters["triggerId"])
        if document is None:
            raise _not_found(order)
        return Answer(200, _entity(document))

    def replace(self, order: Order) -> Answer:
        """The topic cannot change: "Must match existing" (SDK 269 process_automation_api.py:1036)."""
        sent = order.body
        before: dict[str, Any] = {}

        def edit(document: Document, _: Sequence[Document]) -> Mapping[str, Any]:
            before.update(document.body)
            current = document.body["version"]
            if sent["version"] != current:
                message = f"The version {sent['version']} does not match the current version {current}."
                raise Refusal(409, "general.conflict", message)
            if sent["topicName"] != document.body["topicName"]:
                raise _refuse([("topicName", "cannot be changed; a new trigger is needed for another topic")])
            self._check(sent)
            return _kept(sent, current + 1)

        document = self._documents.change(order.parameters["triggerId"], edit)
        if document is None:
            raise _not_found(order)
        self._audits.record(order.token, TRIGGER, _written(document), _audited(before), _audited(document.body))
        return Answer(200, _entity(document))

    def delete(self, order: Order) -> Answer:
        document = self._documents.delete(order.parameters["triggerId"])
        if document is None:
            raise _not_found(order)
        self._audits.record(order.token, TRIGGER, _written(document), _audited(document.body), None)
        return Answer(204)

    def _check(self, sent: Mapping[str, Any]) -> None:
        problems = [*_problems(sent)]
        if sent["topicName"] in self._behaviour.now.withdrawn_topics:
            problems.append(("topicName", f"is {sent['topicName']}, which is not available"))
        if problems:
            raise _refuse(problems)
        workflow = sent["target"]["id"]
        if self._behaviour.meets_unpublished(workflow):
            raise Refusal(400, "bad.request", f"The workflow {workflow} is not published yet.")


def _problems(sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Field and what is wrong with it, where the OpenAPI document does not say so."""
    if not 1 <= len(sent["topicName"]) <= _LONGEST_TOPIC:
        yield "topicName", f"must have 1 to {_LONGEST_TOPIC} characters"
    for name in ("type", "id"):
        if not sent["target"].get(name):
            yield f"target.{name}", "is missing"
    if "eventTTLSeconds" in sent and "delayBySeconds" in sent:
        yield "delayBySeconds", "cannot stand beside eventTTLSeconds"
    for index, criterion in enumerate(sent.get("matchCriteria", ())):
        for name in ("jsonPath", "operator"):
            if not criterion.get(name):
                yield f"matchCriteria[{index}].{name}", "is missing"
        if (criterion.get("value") is None) == (criterion.get("values") is None):
            yield f"matchCriteria[{index}]", "needs either value or values"


def _kept(sent: Mapping[str, Any], version: int) -> dict[str, Any]:
    """What was sent, with the nulls of match criteria left out."""
    criteria = [
        {name: value for name, value in item.items() if value is not None} for item in sent.get("matchCriteria", ())
    ]
    return {**sent, **({"matchCriteria": criteria} if "matchCriteria" in sent else {}), "version": version}


def _entity(document: Document) -> dict[str, Any]:
    return {"id": document.id, **document.body, "selfUri": f"{PATH}/{document.id}"}


def _written(document: Document) -> Written:
    return Written(document.id, document.body["name"], f"{PATH}/{document.id}")


def _audited(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "version"}


def _fits(entity: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    topics = query["topicName"].split(",") if "topicName" in query else [entity["topicName"]]
    delayed = "delayBySeconds" in entity
    return (
        entity["topicName"] in topics
        and entity["enabled"] == query.get("enabled", entity["enabled"])
        and delayed == query.get("hasDelayBy", delayed)
    )


def _refuse(problems: Sequence[tuple[str, str]]) -> Refusal:
    details = [{"errorCode": "bad.request", "fieldName": field} for field, _ in problems]
    sentences = "; ".join(f"{field} {problem}" for field, problem in problems)
    return Refusal(400, "bad.request", f"The trigger is not valid: {sentences}.", details=details)


def _not_found(order: Order) -> Refusal:
    return Refusal(404, "not.found", f"There is no trigger with the id {order.parameters['triggerId']}.")
