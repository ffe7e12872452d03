"""What differs between environments, as a value: what is declared, and what is live beyond that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gcsync.model.address import Address
from gcsync.model.value import Path, Value


class Presence(StrEnum):
    """Whether a resource is there in an environment."""

    DECLARED = "declared"
    NOT_DECLARED = "not declared"
    THERE = "there"
    WITHOUT_MARKER = "there, without gcsync's marker"
    NOT_THERE = "not there"
    UNDECLARED_THERE = "there, and not declared"


@dataclass(frozen=True, slots=True)
class PresenceDifference:
    """A resource that some environments have and others have not; `standing` is by environment."""

    stack: str
    address: Address
    standing: Mapping[str, Presence]


@dataclass(frozen=True, slots=True)
class ValueDifference:
    """A place in an attribute at which environments differ; `values` are by environment, sealed.

    `path` begins with the attribute; `expressions` are what its value is made of, as the stack writes them.
    `as_declared` says of each environment whether the live value is the declared one, for differences of live values.
    """

    stack: str
    address: Address
    path: Path
    values: Mapping[str, Value]
    expressions: tuple[str, ...] = ()
    as_declared: Mapping[str, bool] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything in which environments differ, sorted by stack and address.

    `by_variables` are the declared differences that come from variables alone; `hidden` counts the attributes with a
    sensitive part, which is never compared between environments.
    """

    environments: tuple[str, ...]
    declared: tuple[PresenceDifference | ValueDifference, ...] = ()
    live: tuple[PresenceDifference | ValueDifference, ...] = ()
    by_variables: tuple[ValueDifference, ...] = ()
    hidden: int = 0

    @property
    def found(self) -> bool:
        return bool(self.declared or self.live)
