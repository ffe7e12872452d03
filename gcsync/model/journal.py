"""The journal of an apply: what was attempted, how it ended, and what was there before. JSON lines.

    {"gcsync_journal": 1, "owner": "contact-center@prod", …}          the header: whose apply, where, of which files
    {"begin": 1, "address": …, "before": {…}, "writes": […], …}      a write is about to leave
    {"end": 1, "status": "done", …}                                   how that ended, see `WriteStatus`
    {"outcome": "stream.a", "status": "done", …}                      what became of a change, read back
    {"closed": "2026-11-25T…", "counts": {…}, "interrupted": null}    the end; it lacks when the process was killed

`before` holds the object under the schema's names, encoded by `gcsync.model.sealed`: no secret is in it. Where each
secret stood is in `references`. An `Undo` is what a plan back needs of all that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

from gcsync.model.address import Address
from gcsync.model.marker import Marker, split
from gcsync.model.value import Path

FORMAT: Final = 1


class WriteStatus(StrEnum):
    """How one write ended. `UNKNOWN`: no answer came, or none that says whether it was carried out.

    `REFUSED`: the object was no longer as expected, or its name was taken, and nothing was written. After `FAILED` a
    part may have been.
    """

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret stood, and how it can be had again: `path` begins with the attribute's name.

    `kept` says that the write left it as it was, so that the object has it still; `declared` that the stack gave a
    value for that place when it was applied.
    """

    path: Path
    kept: bool = False
    declared: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """An object as it was. `attributes` are JSON, sealed; `marker` is its text. `omitted`: too large to be kept."""

    id: str
    name: str
    attributes: Mapping[str, Any]
    marker: str | None = None
    version: int | None = None
    half_made: bool = False
    omitted: bool = False

    @property
    def owned(self) -> Marker | None:
        """Whose it was."""
        found = split(self.marker)[1] if self.marker else None
        return found if isinstance(found, Marker) else None


@dataclass(frozen=True, slots=True)
class Beginning:
    """A write that is about to leave: `writes` are the attributes that it lays down, or takes with it."""

    address: Address
    operation: str
    action: str
    before: State | None
    writes: tuple[str, ...] = ()
    secrets: tuple[SecretPlace, ...] = ()
    name: str = ""

    def line(self, number: int, time: str) -> dict[str, Any]:
        """As it stands in a journal."""
        return {
            "begin": number,
            "time": time,
            "address": str(self.address),
            "operation": self.operation,
            "action": self.action,
            "id": None if self.before is None else self.before.id,
            "name": self.name,
            "writes": list(self.writes),
            "before": None if self.before is None else _plain(self.before),
            "references": _places(self.secrets),
        }

    def shortened(self) -> Beginning:
        """Without the attributes of the object, for one that is too large for a line: this write has no way back."""
        before = None if self.before is None else replace(self.before, attributes={}, omitted=True)
        return replace(self, before=before, secrets=())


@dataclass(frozen=True, slots=True)
class Ending:
    """How a write ended, and the object that it left. `message` is that of a diagnostic: it holds no secret.

    `changed` are attributes that are another than before although the write did not name them.
    """

    status: WriteStatus
    id: str | None = None
    version: int | None = None
    code: str = ""
    message: str = ""
    changed: tuple[str, ...] = ()

    def line(self, number: int, time: str) -> dict[str, Any]:
        changed = list(self.changed) or None
        found = {
            "id": self.id,
            "version": self.version,
            "code": self.code or None,
            "message": self.message or None,
            "changed": changed,
        }
        told = {key: value for key, value in found.items() if value is not None}
        return {"end": number, "time": time, "status": self.status.value} | told


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an apply found at one address before its first write there; None where nothing was.

    `ids` are the objects that it made there. `writes` and `secrets` are those of all its writes together.
    """

    address: Address
    before: State | None
    writes: tuple[str, ...] = ()
    secrets: tuple[SecretPlace, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undo:
    """What a plan back to before an apply starts from. `organization` is an id, `journal` the file's name."""

    journal: str
    owner: str
    organization: str
    states: tuple[Earlier, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON value that `from_json` reads; without secrets, as the journal."""
        return {
            "journal": self.journal,
            "owner": self.owner,
            "organization": self.organization,
            "states": [
                {
                    "address": str(state.address),
                    "before": None if state.before is None else _plain(state.before),
                    "writes": list(state.writes),
                    "references": _places(state.secrets),
                    "ids": list(state.ids),
                }
                for state in self.states
            ],
        }

    @classmethod
    def from_json(cls, data: Any) -> Undo:
        """Raises ValueError for anything that `to_json` does not write."""
        try:
            states = tuple(
                Earlier(
                    Address.parse(_text(one["address"])),
                    read_state(one["before"]),
                    _texts(one["writes"]),
                    read_places(one["references"]),
                    _texts(one["ids"]),
                )
                for one in data["states"]
            )
            return cls(_text(data["journal"]), _text(data["owner"]), _text(data["organization"]), states)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not what an undo looks like: {error!r:.80}") from None


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: whose apply it was. `paths` are those given to the command, from the folder it ran in."""

    version: str
    started: str
    organization: Mapping[str, str]
    api_url: str
    region: str
    stack: str
    owner: str
    environment: str | None
    file: str
    paths: tuple[str, ...]
    command: str
    plan: str | None = None

    def line(self) -> dict[str, Any]:
        return {"gcsync_journal": FORMAT} | asdict(self) | {"paths": list(self.paths)}


def read_state(data: Any) -> State | None:
    """The `before` of a line. Raises ValueError."""
    if data is None:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("attributes"), dict):
        raise ValueError("`before` is no object")
    marker, version = data.get("marker"), data.get("version")
    return State(
        _text(data.get("id")),
        _text(data.get("name")),
        data["attributes"],
        None if marker is None else _text(marker),
        version if type(version) is int else None,
        data.get("half_made") is True,
        data.get("omitted") is True,
    )


def read_places(data: Any) -> tuple[SecretPlace, ...]:
    """The `references` of a line. Raises ValueError."""
    found = []
    if not isinstance(data, list) or not all(isinstance(place, dict) for place in data):
        raise ValueError("`references` are no list of places")
    for place in data:
        path = place.get("path")
        if not isinstance(path, list) or not path or not all(type(part) in (str, int) for part in path):
            raise ValueError("`references` are no list of places")
        found.append(SecretPlace(tuple(path), place.get("kept") is True, place.get("declared") is True))
    return tuple(found)


def read_texts(data: Any) -> tuple[str, ...]:
    """A list of texts. Raises ValueError."""
    return _texts(data)


def _plain(state: State) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": state.id,
        "name": state.name,
        "attributes": state.attributes,
        "marker": state.marker,
    }
    told = {"version": state.version, "half_made": state.half_made or None, "omitted": state.omitted or None}
    return found | {key: value for key, value in told.items() if value is not None}


def _places(secrets: Iterable[SecretPlace]) -> list[dict[str, Any]]:
    return [{"path": list(place.path), "kept": place.kept, "declared": place.declared} for place in secrets]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a text is wanted, not {value!r:.40}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"a list of texts is wanted, not {value!r:.40}")
    return tuple(map(_text, value))
