"""The API of a simulated organization: a request in, an answer out, as the OpenAPI documents describe them.

Names of event streams are unique whatever the case; those of integrations and triggers are not, the place in AWS of an
integration is. PUT replaces; `version` is a lock, of an event stream only where its organization has them.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from tests.faults.organization import GCSYNC, KINDS, Content, Kind, Organization, Served, Thing, Wrote

EVENTBRIDGE = "amazon-eventbridge-source"
PATHS: dict[str, Kind] = {
    "/api/v2/eventstreams": "eventstreams",
    "/api/v2/integrations": "integrations",
    "/api/v2/processautomation/triggers": "triggers",
}
ROOTS = {kind: path for path, kind in PATHS.items()}
SETTLES_AFTER = 1.5
_COMPUTED = ("id", "selfUri", "dateCreated", "dateModified", "version")


@dataclass(frozen=True, slots=True)
class Request:
    """`query` and `body` as they came; `run`, `number` and `planning` say who asked and when."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    run: int = 0
    number: int = 0
    planning: bool = False


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = status, {"status": status, "code": code, "message": message, "contextId": "context-1"}


@dataclass(slots=True)
class Api:
    """Answers the requests of gcsync; `page_size` caps the pages of a listing."""

    organization: Organization
    page_size: int = 100

    def answer(self, request: Request) -> tuple[int, Any]:
        """Status and body. Whatever it does is done when it returns."""
        try:
            return 200, self._answer(request)
        except Refusal as refusal:
            return refusal.answer

    def _answer(self, request: Request) -> Any:
        path = request.path
        if path == "/api/v2/organizations/me":
            return {"id": "organization-1", "name": "Example Ltd"}
        if path == f"/api/v2/integrations/types/{EVENTBRIDGE}":
            return {"id": EVENTBRIDGE, "maxInstances": 1000}
        for root, kind in PATHS.items():
            if path == root:
                return self._create(request, kind) if request.method == "POST" else self._list(request, kind)
            if path.startswith(f"{root}/"):
                object_id, _, rest = path.removeprefix(f"{root}/").partition("/")
                return self._one(request, object_id, config=rest == "config/current")
        raise Refusal(404, "not.found", "There is no such path.")

    # Reading.

    def _list(self, request: Request, kind: Kind) -> Any:
        now, found = self.organization.clock.now, []
        for thing in [thing for thing in self.organization.things.values() if thing.kind == kind]:
            index = thing.seen_at(now, listed=True)
            if index is not None and thing.revisions[index].content is not None:
                found.append((thing, index))
        if kind == "triggers":
            return self._cursor_page(request, found)
        # Integrations stand on one page: where one vanishes and one appears between two pages, a numbered listing lacks
        # an object and its total does not tell. Names of event streams are unique, so that their API notices.
        cap = self.page_size
        size = max(min(int(request.query.get("pageSize", 25)), cap), (len(found) + 1) // 2 if cap < 100 else cap, 1)
        number = int(request.query.get("pageNumber", 1))
        shown = found[(number - 1) * size : number * size]
        count = -(-len(found) // size)
        page = {"pageSize": size, "pageNumber": number, "pageCount": count, "total": len(found)}
        return {"entities": [self._show(request, *one) for one in shown], **page}

    def _cursor_page(self, request: Request, found: list[tuple[Thing, int]]) -> Any:
        size = min(int(request.query.get("pageSize", 25)), self.page_size)
        after = request.query.get("after", "")
        start = next((n + 1 for n, (thing, _) in enumerate(found) if thing.id == after), 0)
        shown = found[start : start + size]
        page: Content = {"entities": [self._show(request, *one) for one in shown]}
        if start + size < len(found):
            page["nextUri"] = f"{request.path}?after={shown[-1][0].id}&pageSize={size}"
        return page

    def _show(self, request: Request, thing: Thing, index: int, *, expand: bool = True) -> Content:
        """An object as it goes over the wire, noted as shown."""
        now, organization = self.organization.clock.now, self.organization
        organization.stale += index != thing.latest
        listed = request.path in PATHS
        organization.history.append(Served(request.run, request.planning, listed, request.number, now, thing, index))
        content = thing.revisions[index].content or {}
        uri = f"{ROOTS[thing.kind]}/{thing.id}"
        if thing.kind != "integrations":
            return {"id": thing.id, **copy.deepcopy(content), "selfUri": uri, "dateModified": f"at {now:.0f}"}
        return {"id": thing.id, **_integration(content, now, expand=expand), "selfUri": uri}

    def _one(self, request: Request, object_id: str, *, config: bool) -> Any:
        thing = self.organization.things.get(object_id)
        index = thing.seen_at(self.organization.clock.now, listed=False) if thing is not None else None
        if request.method == "GET":
            if thing is None or index is None or thing.revisions[index].content is None:
                raise Refusal(404, "not.found", f"There is no {object_id}.")
            shown = self._show(request, thing, index)
            return shown["config"]["current"] if config else shown
        if thing is None or thing.content is None:
            raise Refusal(404, "not.found", f"There is no {object_id}.")
        return self._write(request, thing, thing.content)

    # Writing.

    def _create(self, request: Request, kind: Kind) -> Any:
        body = {name: value for name, value in request.body.items() if name not in _COMPUTED}
        if kind == "eventstreams":
            self._refuse_taken_name(body["name"], None)
            body = {"enabled": True, **body, **({"version": 1} if self.organization.versions else {})}
        elif kind == "triggers":
            body["version"] = 1
        else:
            body = new_integration(body["name"])
        thing = self.organization.add(kind, body, GCSYNC)
        return self._written(request, thing, -1, locked=False)

    def _write(self, request: Request, thing: Thing, content: Content) -> Any:
        before, body = thing.latest, request.body
        if request.method == "DELETE":
            self.organization.remove(thing, GCSYNC)
            self._note(request, thing, before, locked=False)
            return None
        if request.method == "PATCH":
            moved = self.organization.clock.now
            self.organization.change(thing, {**content, "state": body["intendedState"], "moved": moved}, GCSYNC)
            return self._written(request, thing, before, locked=False)
        if thing.kind == "integrations":
            self._configure(thing, content, body)
            return self._written(request, thing, before, locked=True)["config"]["current"]
        locked = self._check_version(thing, content, body)
        if thing.kind == "eventstreams":
            self._refuse_taken_name(body["name"], thing)
        elif body["topicName"] != content["topicName"]:
            raise Refusal(400, "bad.request", "topicName cannot be changed.")
        kept = {name: value for name, value in body.items() if name not in _COMPUTED}
        self.organization.change(thing, {**kept, **next_version(content)}, GCSYNC)
        return self._written(request, thing, before, locked=locked)

    def _configure(self, thing: Thing, content: Content, body: Content) -> None:
        if body["version"] != content["config"]["version"]:
            message = f"The version {body['version']} does not match the current version."
            raise Refusal(409, "general.conflict", message)
        if self.organization.place_holder(body["properties"], thing) is not None:
            raise Refusal(400, "bad.request", "The suffix is in use.")
        config = {name: body[name] for name in ("name", "properties", "advanced", "notes", "credentials")}
        config["version"] = content["config"]["version"] + 1
        self.organization.change(thing, {**content, "config": config, "moved": self.organization.clock.now}, GCSYNC)

    def _check_version(self, thing: Thing, content: Content, body: Content) -> bool:
        """Whether the request carried a version. Raises Refusal where it is another one."""
        if "version" not in content or ("version" not in body and thing.kind == "eventstreams"):
            return False
        if body.get("version") != content["version"]:
            code = "version.mismatch" if thing.kind == "eventstreams" else "general.conflict"
            raise Refusal(409, code, "The version does not match the current version.")
        return True

    def _refuse_taken_name(self, name: object, besides: Thing | None) -> None:
        if self.organization.name_holder(name, besides) is not None:
            raise Refusal(409, "event.stream.exists", f"There is an event stream {name}.")

    def _written(self, request: Request, thing: Thing, before: int, *, locked: bool) -> Content:
        self._note(request, thing, before, locked=locked)
        content, now, uri = thing.content or {}, self.organization.clock.now, f"{ROOTS[thing.kind]}/{thing.id}"
        if thing.kind != "integrations":
            return {"id": thing.id, **copy.deepcopy(content), "selfUri": uri}
        return {"id": thing.id, **_integration(content, now, expand=request.method == "PUT"), "selfUri": uri}

    def _note(self, request: Request, thing: Thing, before: int, *, locked: bool) -> None:
        now = self.organization.clock.now
        entry = Wrote(request.run, request.number, now, thing, request.method, before, locked)
        self.organization.history.append(entry)


def next_version(content: Content) -> Content:
    return {"version": content["version"] + 1} if "version" in content else {}


def new_integration(name: str) -> Content:
    config = {"name": name, "version": 1, "properties": {}, "advanced": {}, "notes": "", "credentials": {}}
    return {"type": EVENTBRIDGE, "state": "DISABLED", "moved": 0.0, "config": config}


def _integration(content: Content, now: float, *, expand: bool) -> Content:
    settled = now >= content["moved"] + SETTLES_AFTER
    ends = {"ENABLED": ("ACTIVATING", "ACTIVE"), "DISABLED": ("DEACTIVATING", "INACTIVE")}
    shown = {
        "name": content["config"]["name"],
        "integrationType": {"id": content["type"]},
        "intendedState": content["state"],
        "reportedState": {"code": ends[content["state"]][settled]},
    }
    return {**shown, "config": {"current": copy.deepcopy(content["config"])}} if expand else shown


assert set(KINDS) == set(ROOTS)
