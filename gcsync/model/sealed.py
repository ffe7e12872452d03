"""Values as JSON that may be kept: what is secret stands as a number, what nobody knows as its name.

    {"$": "secret", "number": 3}    a sensitive value; the same number in one document is the same value
    {"$": "unreadable"}             what the API holds and does not return
    {"$": "unknown"}                what only an apply will tell
    {"$": "not given"}              a sensitive value that nobody gave
    {"$": "absent"}                 what one side of a difference does not have
    {"$": "object", "value": {...}} a mapping that has a key "$" itself

The number says which secrets of a document are equal and nothing else of them: without it a changed secret and an
unchanged one would look alike.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from gcsync.model.plan import ABSENT
from gcsync.model.value import NOT_GIVEN, PLAIN_LEAVES, UNKNOWN, UNREADABLE, Reference, Secret, Value

_SIGN: Final = "$"
_SINGLETONS: Final[dict[str, Value]] = {
    "unreadable": UNREADABLE,
    "unknown": UNKNOWN,
    "not given": NOT_GIVEN,
    "absent": ABSENT,
}


class Sealer:
    """Encodes the values of one document; equal secrets get equal numbers, in the order in which they are met."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def encode(self, value: Value) -> Any:
        """The value as JSON, without anything sensitive. A reference to another resource is unknown."""
        if type(value) in PLAIN_LEAVES and type(value) is not float:
            return value
        if isinstance(value, Secret):
            return {_SIGN: "secret", "number": self._number(value)}
        for name, singleton in _SINGLETONS.items():
            if value is singleton:
                return {_SIGN: name}
        if isinstance(value, Reference):
            return {_SIGN: "unknown"}
        if isinstance(value, Mapping):
            plain = {key: self.encode(inner) for key, inner in value.items()}
            return {_SIGN: "object", "value": plain} if _SIGN in plain else plain
        if isinstance(value, list | tuple):
            return [self.encode(inner) for inner in value]
        if isinstance(value, float) and not math.isfinite(value):
            return repr(value)
        return value

    def _number(self, secret: Secret) -> int:
        text = json.dumps(secret.reveal(), sort_keys=True, default=repr)
        return self._numbers.setdefault(text, len(self._numbers) + 1)


def placeholder(number: int) -> Secret:
    """What stands for a secret whose value is not in the document: equal to another of the same number only."""
    return Secret(f"\0{number}")


def decode(data: Any, secret: Callable[[int], Value] = placeholder) -> Value:
    """The value behind `Sealer.encode`; `secret` gives what stands for a number. Raises ValueError."""
    if isinstance(data, list):
        return [decode(inner, secret) for inner in data]
    if not isinstance(data, dict):
        return data
    if _SIGN not in data:
        return {key: decode(inner, secret) for key, inner in data.items()}
    sign = data[_SIGN]
    if sign == "secret" and type(data.get("number")) is int:
        return secret(data["number"])
    if sign == "object" and isinstance(data.get("value"), dict):
        return {key: decode(inner, secret) for key, inner in data["value"].items()}
    if isinstance(sign, str) and sign in _SINGLETONS:
        return _SINGLETONS[sign]
    raise ValueError(f"a value of the unknown form {sign!r:.40}")
