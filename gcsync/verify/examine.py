"""All that is verified, in order: every object, then every destination of it, each distinct destination asked once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final, TypeAlias

from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import Place
from gcsync.model.value import PLAIN_LEAVES, Path, Value, holds_secret, leaves, reveal
from gcsync.verify.destination import Probe, check_endpoint, not_checked
from gcsync.verify.endpoint import Endpoint, Unusable, read_endpoint
from gcsync.verify.organization import check_object
from gcsync.verify.subject import Subject, destinations

_AT_ONCE = 8

_Found: TypeAlias = "Endpoint | tuple[Check, ...]"


def examine(subjects: Sequence[Subject], probe: Probe) -> tuple[Check, ...]:
    """Every check of every subject. A handshake is sent once for each distinct URL with its headers."""
    found = {id(subject): [_endpoint(one) for one in destinations(subject)] for subject in subjects}
    distinct = dict.fromkeys(one for places in found.values() for one in places if isinstance(one, Endpoint))
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE)
    try:
        looks = {endpoint: pool.submit(check_endpoint, endpoint, probe) for endpoint in distinct}
        return tuple(
            replace(check, address=str(subject.address), about=subject.owner, place=_place(subject, check.check))
            for subject in subjects
            for check in (*check_object(subject), *_at(found[id(subject)], looks))
        )
    finally:
        # Whoever presses Ctrl-C does not wait for an endpoint that does not answer.
        pool.shutdown(wait=False, cancel_futures=True)


def endpoints_of(subjects: Sequence[Subject]) -> tuple[Endpoint, ...] | None:
    """Every endpoint that would be asked; None where one of them is not known."""
    found = [_endpoint(one) for subject in subjects for one in destinations(subject)]
    known = [one for one in found if isinstance(one, Endpoint)]
    return tuple(dict.fromkeys(known)) if len(known) == len(found) else None


_NUMBERED: Final = re.compile(r"destinations\[(\d+)\]\.")
_ATTRIBUTES: Final[Mapping[str, Path]] = {
    "exists": (),
    "state": (),
    "enabled": ("enabled",),
    "event_types": ("event_types",),
}


def _place(subject: Subject, check: str) -> Place | None:
    """The line of the stack file with the value that a check looked at: the URL, for one of the endpoint."""
    if check in _ATTRIBUTES:
        return subject.resource.locate(_ATTRIBUTES[check])
    if check == "destination":
        return subject.resource.locate(("destinations",))
    numbered = _NUMBERED.match(check)
    return subject.resource.locate(("destinations", int(numbered[1]) if numbered else 0, "url"))


def _at(places: Sequence[_Found], looks: Mapping[Endpoint, Future[tuple[Check, ...]]]) -> Iterator[Check]:
    """The checks of the destinations of one stream; numbered where there are several."""
    for number, place in enumerate(places):
        prefix = f"destinations[{number}]." if len(places) > 1 else ""
        for check in looks[place].result() if isinstance(place, Endpoint) else place:
            yield replace(check, check=f"{prefix}{check.check}")


def _endpoint(destination: Value) -> _Found:
    """Where a declared destination leads; the checks themselves where no request can be made of it."""
    plain = reveal(destination)
    if not isinstance(plain, Mapping) or not all(type(leaf) in PLAIN_LEAVES for _, leaf in leaves(plain) if leaf):
        return not_checked("a part of it is not known here: another resource has it, or the API does not return it")
    sealed = not isinstance(destination, Mapping) or holds_secret(destination.get("url"))
    headers = {str(name): str(value) for name, value in (plain.get("headers") or {}).items()}
    try:
        return read_endpoint(str(plain.get("url")), headers, sensitive=sealed)
    except Unusable as error:
        message = f"no request can be made of it: {error}"
        failed = Check("handshake", CheckStatus.FAIL, message, "correct the URL or the header", "GC836")
        return (*not_checked("no request can be made of it")[:-1], failed)
