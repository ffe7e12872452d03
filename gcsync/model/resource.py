"""What is declared (`Resource`, `Stack`) and what is there (`RemoteObject`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, Place
from gcsync.model.marker import Marker, UnusableMarker
from gcsync.model.value import Path, Value, reveal


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`lifecycle:` of a resource. `ignore_changes` holds attribute names."""

    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()
    adopt: bool = True


DEFAULT_LIFECYCLE = Lifecycle()


def nowhere(_path: Path) -> Place | None:
    """The `locate` of a resource that no file declares."""
    return None


@dataclass(frozen=True, slots=True)
class Resource:
    """A declared object. `attributes` hold every declared attribute and every default, under the schema's names.

    A sensitive value is a `Secret` wherever it flowed. `locate` gives the place of the value at a path inside
    `attributes` (`("destinations", 0, "url")`; the nearest enclosing one where the value itself has none;
    the resource's key for the empty path).
    """

    address: Address
    attributes: Mapping[str, Value]
    lifecycle: Lifecycle = DEFAULT_LIFECYCLE
    dependencies: frozenset[Address] = frozenset()
    locate: Callable[[Path], Place | None] = field(default=nowhere, compare=False, repr=False)
    written: Mapping[str, Value] = field(default_factory=dict, compare=False, repr=False)
    """What the file says of it, with its expressions: it may hold secrets in plain text, and is never shown whole."""

    @property
    def name(self) -> str:
        return str(reveal(self.attributes["name"]))


@dataclass(frozen=True, slots=True)
class Removal:
    """An entry of `removed:`. With `destroy` false the object stays and only its marker goes."""

    address: Address
    destroy: bool
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Safety:
    """`safety:` of a stack, in percent of what the stack owns."""

    max_delete_percent: int = 30
    max_update_percent: int = 100


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack file with its parts, for one environment, with every expression resolved."""

    name: str
    resources: Mapping[Address, Resource]
    file: str
    environment: str | None = None
    region: str | None = None
    organization: str | None = None
    credentials: str | None = None
    moved: Mapping[Address, Address] = field(default_factory=dict)
    """Old address to new address."""
    removed: Mapping[Address, Removal] = field(default_factory=dict)
    safety: Safety = Safety()
    warnings: tuple[Diagnostic, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)
    """The values that no stack file gave, but for sensitive ones: what a saved plan has to remember."""
    unknown_secrets: tuple[str, ...] = ()
    """The sensitive variables that something needs and nobody gave: such a stack is planned, and never applied."""
    lock: str | None = None
    """`s3://bucket/key` or `dynamodb://table/key`: where runs on several machines keep out of each other's way."""

    @property
    def owner(self) -> str:
        """Who owns what this stack manages: `stack`, or `stack@env`."""
        return self.name if self.environment is None else f"{self.name}@{self.environment}"


@dataclass(frozen=True, slots=True)
class RemoteStatus:
    """How far the API has come with what was asked of it. `text` is what it says, for a person."""

    settled: bool
    failed: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class RemoteObject:
    """An object as the organization has it.

    `attributes` carry the schema's names and no marker; what the API does not return is `UNREADABLE`, what the
    object does not have is absent. `raw` is the wire object as it came: an update starts from it, so that fields
    gcsync does not know survive. `version` is the API's optimistic lock, where it has one; `modified` is when the API
    says that it was changed last, in the API's own words.
    """

    kind: str
    id: str
    name: str
    attributes: Mapping[str, Value]
    marker: Marker | UnusableMarker | None = None
    version: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    half_made: bool = False
    """Made by an earlier create that did not get to its end; an update finishes it."""
    status: RemoteStatus | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Every object of a kind. `moved` says that the total changed between pages, so that one may be lacking.

    `capacity` is how many objects of the kind the organization may have, where the API says so; `pages` how many
    requests the listing took.
    """

    objects: tuple[RemoteObject, ...]
    moved: bool = False
    pages: int = 1
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: str
