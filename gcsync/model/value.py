"""Attribute values, and the two that are not plain data: a secret, and one that nobody may read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, final

from gcsync.model.address import Address

Value: TypeAlias = Any
"""None, bool, int, float, str, list, dict with str keys; for any of them `Secret`, `Reference` or a constant below."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a value is inside another: `("destinations", 0, "url")`."""

PLAIN_LEAVES: Final = frozenset({str, bool, int, float, type(None)})

SECRET_TEXT: Final = "(sensitive value)"  # noqa: S105 - what is shown in a secret's place


@final
class Secret:
    """A sensitive value. It compares by what it holds and shows nothing of it, however it is printed."""

    __slots__ = ("_value",)

    def __init__(self, value: Value) -> None:
        self._value: Value = value.reveal() if isinstance(value, Secret) else value

    def reveal(self) -> Value:
        """The value itself: for the wire and for fingerprints, never for output."""
        return self._value

    def __repr__(self) -> str:
        return SECRET_TEXT

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return SECRET_TEXT

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and bool(self._value == other._value)

    def __hash__(self) -> int:
        return hash(("Secret", repr(self._value)))

    def __reduce__(self) -> str:
        raise TypeError("a sensitive value is never pickled")


@final
class Unreadable:
    """What the API holds and does not return: a masked header, a write-only attribute."""

    _instance: Unreadable | None = None

    def __new__(cls) -> Unreadable:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "(not returned by the API)"


UNREADABLE: Final = Unreadable()


@final
class Unknown:
    """What only an apply will tell: the id of an object that is not there yet."""

    _instance: Unknown | None = None

    def __new__(cls) -> Unknown:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "(known after apply)"


UNKNOWN: Final = Unknown()


@final
class NotGiven:
    """A sensitive value that nobody gave, and that `plan --unknown-secrets` does without."""

    _instance: NotGiven | None = None

    def __new__(cls) -> NotGiven:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "(sensitive value, not given)"


NOT_GIVEN: Final = NotGiven()


@final
@dataclass(frozen=True, slots=True)
class Reference:
    """What another resource of the stack gets from the API: `${stream.calls.id}`. `parts` join it with text.

    A reference that is the whole value has no parts; inside text, `parts` hold the pieces of text and references in
    their order (`arn:${stream.a.id}:x`).
    """

    address: Address
    attribute: str
    parts: tuple[str | Reference, ...] = ()

    def references(self) -> tuple[Reference, ...]:
        """Every reference in it, itself if it is the whole value."""
        return tuple(part for part in self.parts if isinstance(part, Reference)) if self.parts else (self,)

    def __repr__(self) -> str:
        return "(known after apply)"


def resolve_references(value: Value, look_up: Callable[[Reference], Value]) -> Value:
    """The value with every reference replaced by what `look_up` says; `UNKNOWN` in a text makes the text unknown."""

    def resolve(leaf: Value) -> Value:
        if isinstance(leaf, Secret):
            inner = resolve_references(leaf.reveal(), look_up)
            return inner if inner is UNKNOWN else Secret(inner)
        if not isinstance(leaf, Reference):
            return leaf
        if not leaf.parts:
            return look_up(leaf)
        found = [look_up(part) if isinstance(part, Reference) else part for part in leaf.parts]
        return UNKNOWN if UNKNOWN in found else "".join(map(str, found))

    return replace_leaves(value, resolve)


def settle_references(value: Value, look_up: Callable[[Reference], Value]) -> Value:
    """The value with the references replaced for which `look_up` has something else than `UNKNOWN`."""

    def settle(leaf: Value) -> Value:
        if isinstance(leaf, Secret):
            return Secret(settle_references(leaf.reveal(), look_up))
        if not isinstance(leaf, Reference):
            return leaf
        if not leaf.parts:
            return _found_or_kept(leaf, look_up)
        found = [_found_or_kept(part, look_up) if isinstance(part, Reference) else part for part in leaf.parts]
        parts = tuple(part if isinstance(part, Reference) else str(part) for part in found)
        if any(isinstance(part, Reference) for part in parts):
            return Reference(leaf.address, leaf.attribute, parts)
        return "".join(map(str, parts))

    return replace_leaves(value, settle)


def _found_or_kept(reference: Reference, look_up: Callable[[Reference], Value]) -> Value:
    found = look_up(reference)
    if found is UNKNOWN:
        return reference
    return found


def reveal(value: Value) -> Value:
    """The value with every secret in it laid open, for the wire."""
    return replace_leaves(value, lambda leaf: reveal(leaf.reveal()) if isinstance(leaf, Secret) else leaf)


def replace_leaves(value: Value, change: Callable[[Value], Value]) -> Value:
    """A copy of the value with `change` applied to everything in it that is neither a list nor a mapping."""
    # Plain leaves first: to ask whether something is a Mapping takes longer.
    if type(value) in PLAIN_LEAVES:
        return change(value)
    if type(value) is dict or isinstance(value, Mapping):
        return {key: replace_leaves(inner, change) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [replace_leaves(inner, change) for inner in value]
    return change(value)


def leaves(value: Value, path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every leaf with its path; an empty list or mapping is a leaf."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list | tuple) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def holds_secret(value: Value) -> bool:
    return any(isinstance(leaf, Secret) for _, leaf in leaves(value))


def is_sensitive(leaf: Value) -> bool:
    """Whether a leaf is a sensitive value, given or not."""
    return isinstance(leaf, Secret) or leaf is NOT_GIVEN


def holds_not_given(value: Value) -> bool:
    return any(leaf is NOT_GIVEN for _, leaf in leaves(value))


def holds_unreadable(value: Value) -> bool:
    return any(leaf is UNREADABLE for _, leaf in leaves(value))


def format_path(path: Path) -> str:
    """`destinations[0].headers.X-Api-Key`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
