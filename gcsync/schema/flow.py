"""Where the events of a resource come from and go to, as the `x-flow` of its kind's schema says.

    "x-flow": {"from": "topics", "to": {"what": "AWS event source", "parts": ["aws_account_id", "suffix"]}}

    from    the attribute that names events: a text, or a list of texts
    what    a word for what they reach
    each    the attribute with the target, or with a list of them; without it the resource itself is looked at
    parts   the values that name a target
    host    instead of parts: a URL of which the host alone is shown

Nothing sensitive comes out: of a URL only the host, of a `Secret` only that it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gcsync.model.value import SECRET_TEXT, Secret, Value
from gcsync.schema.files import read_schema

NOT_KNOWN: Final = "(not known yet)"
NOT_DECLARED: Final = "(not declared)"

_AUTHORITY = re.compile(r"https?://(?P<authority>[^/?#\\]+)(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^@:\[\]\s]+)(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Flow:
    """`events` are names of events or topics; each target is a few lines, the word for it last."""

    events: tuple[str, ...]
    targets: tuple[tuple[str, ...], ...]


def flow_of(kind: str, attributes: Mapping[str, Value]) -> Flow:
    """The flow through an object of `kind`; nothing where the schema of the kind tells of none."""
    schema = read_schema(kind)
    rule = schema.get("x-flow")
    if rule is None:
        return Flow((), ())
    everything = schema["properties"][rule["from"]].get("x-everything")
    events = tuple(dict.fromkeys(_events(attributes.get(rule["from"]), everything)))
    return Flow(events, tuple(dict.fromkeys(_targets(rule["to"], attributes))))


def _events(value: Value, everything: str | None) -> Iterator[str]:
    if value is None:
        yield NOT_DECLARED
    for name in value if isinstance(value, list | tuple) else () if value is None else (value,):
        yield f"{name} (every event)" if name == everything else _text(name)


def _targets(rule: Mapping[str, Any], attributes: Mapping[str, Value]) -> Iterator[tuple[str, ...]]:
    found = attributes.get(rule["each"]) if "each" in rule else attributes
    for one in found if isinstance(found, list | tuple) else (found,):
        if not isinstance(one, Mapping):
            yield (_text(one), rule["what"])
        elif "host" in rule:
            yield (host_of(one.get(rule["host"])), rule["what"])
        else:
            yield (*(_text(one.get(name)) for name in rule["parts"]), rule["what"])


def host_of(url: Value) -> str:
    """The host of a URL, and nothing else of it; where that is not certain, that the URL is sensitive."""
    if not isinstance(url, str):
        return _text(url)
    whole = _AUTHORITY.fullmatch(url)
    host = None if whole is None else _HOST.fullmatch(whole["authority"].rpartition("@")[2])
    # An `@` behind the authority: someone wrote a slash into a password, and what looks like a host is a part of it.
    if whole is None or host is None or "@" in whole["rest"]:
        return SECRET_TEXT
    return host["host"]


def _text(value: Value) -> str:
    if isinstance(value, Secret):
        return SECRET_TEXT
    return value if isinstance(value, str) else NOT_KNOWN
