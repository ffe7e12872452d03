"""Reading the fields of an API's object strictly: the right type, or an error that names the object and no value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypedDict, TypeVar

from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import NotFound, OutcomeUnknown, RemoteError
from gcsync.remote.answers import describe_type

_SAFE_ID: Final = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~:-]{1,200}")
_HINT: Final = "the API answers with something that gcsync does not know; correct or delete that object, or report it"

_T = TypeVar("_T")


class Access(TypedDict):
    """What a request takes of the OAuth client: a scope of its own, and a permission of its role."""

    scope: str
    permission: str


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one object. `what` names its kind for a person. Every method raises RemoteError GC329."""

    what: str
    raw: Mapping[str, Any]
    object_id: str

    def has(self, name: str) -> bool:
        return self.raw.get(name) is not None

    def within(self, raw: Mapping[str, Any]) -> Fields:
        """The fields of an object inside this one."""
        return Fields(self.what, raw, self.object_id)

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            self.refuse(f"its {name} is lacking, not a text")
        return value

    def text(self, name: str) -> str | None:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, str):
            self.refuse(f"its {name} is {describe_type(value)}, not a text")
        return value

    def whole_number(self, name: str) -> int | None:
        value = self.raw.get(name)
        if value is not None and type(value) is not int:
            self.refuse(f"its {name} is {describe_type(value)}, not a whole number")
        return value

    def true_or_false(self, name: str) -> bool | None:
        value = self.raw.get(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(f"its {name} is {describe_type(value)}, not true or false")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """An object; empty where there is none."""
        value = self.raw.get(name)
        if value is not None and not isinstance(value, dict):
            self.refuse(f"its {name} is {describe_type(value)}, not an object")
        return value or {}

    def objects(self, name: str) -> list[dict[str, Any]] | None:
        value = self.raw.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            self.refuse(f"its {name} are not a list of objects")
        return value

    def texts(self, name: str) -> list[str] | None:
        value = self.raw.get(name)
        if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            self.refuse(f"its {name} are not a list of texts")
        return value

    def refuse(self, problem: str) -> NoReturn:
        raise RemoteError(Diagnostic("GC329", f"{self.what} {self.object_id[:80]!a}: {problem}", hint=_HINT))


def fields_of(what: str, raw: Mapping[str, Any]) -> Fields:
    """The fields of an object that has an id. Raises RemoteError GC329."""
    object_id = raw.get("id")
    if not isinstance(object_id, str):
        Fields(what, raw, "without an id").refuse("the API promises one")
    return Fields(what, raw, object_id)


def object_path(what: str, collection: str, object_id: str) -> str:
    """The path of an object. An id that would lead elsewhere is refused: it came from a server."""
    if not _SAFE_ID.fullmatch(object_id):
        Fields(what, {}, object_id).refuse("its id cannot be part of a path")
    return f"{collection}/{object_id}"


def written(read: Callable[[], _T]) -> _T:
    """What `read` makes of the answer to a write; one that cannot be read leaves open what was done."""
    try:
        return read()
    except RemoteError as error:
        raise OutcomeUnknown(error.diagnostic) from None


def or_none(read: Callable[[], _T]) -> _T | None:
    """What `read` finds, or None where the object is gone."""
    try:
        return read()
    except NotFound:
        return None
