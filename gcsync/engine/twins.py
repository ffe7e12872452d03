"""Two runs at once that make the same object: for kinds whose names are not unique, no conflict tells them.

After its writes a run lists the kind once more. One that sees another object of the same owner and address as one it
has made withdraws its own. Ids carry no order and integrations no date, so that both may withdraw: the next apply makes
the object. Of two runs whose listings are up to date, the one that lists last sees both objects, so that never both
stay.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from gcsync.engine.options import StopRequest
from gcsync.engine.writes import Written, changed_attributes
from gcsync.kinds.interface import Kind
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import OutcomeUnknown, RemoteError
from gcsync.model.marker import Marker
from gcsync.model.outcome import Outcome, Status
from gcsync.model.plan import Action, Plan
from gcsync.model.resource import Listing, RemoteObject
from gcsync.remote.session import GenesysSession
from gcsync.schema.semantics import kind_schema

_log = logging.getLogger(__name__)

# A listing that does not show our own object yet is waited for, 15 s in all.
_PAUSES = (0.0, 0.5, 1.0, *[1.5] * 9)

_Outcomes = dict[Address, Outcome]


def look_again(plan: Plan, kinds: Mapping[str, Kind], session: GenesysSession) -> dict[Address, RemoteObject]:
    """What is to be created and is there after all: objects that the listing of the plan may have missed.

    A listing of several pages lacks an object, and does not tell, when one vanishes and another appears between two of
    its pages. Where names are unique the API refuses a second one; of other kinds the listing is read once more, if
    anything is to be created at all.
    """
    found: dict[Address, RemoteObject] = {}
    creates = {change.address for change in plan.changes if change.action is Action.CREATE and not change.continues}
    for kind in sorted({address.kind for address in creates}):
        if plan.pages.get(kind, 1) < 2 or "name" in kind_schema(kind).unique:
            continue
        try:
            listing = kinds[kind].list(session)
        except RemoteError as error:
            _log.info("%s could not be listed once more before its creates: %s", kind, error.diagnostic.message)
            continue
        for remote in listing.objects:
            owner, address = _label(remote) or ("", None)
            if owner == plan.owner and address in creates:
                found[address] = remote
    return found


@dataclass(frozen=True, slots=True)
class Made:
    """An object of this run: what became of its change, and how it was made. One that is half made has failed."""

    outcome: Outcome
    marker: Marker
    remote: RemoteObject

    @property
    def id(self) -> str:
        return self.remote.id

    @property
    def label(self) -> tuple[str, Address]:
        return self.marker.owner, self.marker.address


@dataclass(frozen=True, slots=True)
class Twins:
    """Looks for objects that another run made at the same time, and withdraws those of this run beside them."""

    kinds: Mapping[str, Kind]
    session: GenesysSession
    sleep: Callable[[float], None]
    stop: StopRequest
    listed: dict[str, Listing] = field(default_factory=dict)
    """The last listing of each kind that was looked at, for whoever reads back next."""

    def withdraw(
        self,
        outcomes: tuple[Outcome, ...],
        written: Mapping[Address, Written],
        left_behind: Mapping[Address, RemoteObject],
    ) -> tuple[Outcome, ...]:
        """The outcomes, in which what was withdrawn has failed. `left_behind` holds half-made objects."""
        made: dict[str, list[Made]] = defaultdict(list)
        for outcome in outcomes:
            one = _made(outcome, written.get(outcome.address), left_behind.get(outcome.address))
            if one is not None and "name" not in kind_schema(outcome.address.kind).unique:
                made[outcome.address.kind].append(one)
        verdicts: _Outcomes = {}
        for kind in sorted(made):
            verdicts |= self._examine(self.kinds[kind], made[kind])
        return tuple(verdicts.get(outcome.address, outcome) for outcome in outcomes)

    def _examine(self, kind: Kind, made: list[Made]) -> _Outcomes:
        verdicts: _Outcomes = {}
        doubtful, reason = made, ""
        for pause in _PAUSES:
            if not doubtful or self.stop.event.is_set():
                return verdicts
            if pause:
                self.sleep(pause)
            try:
                listing = kind.list(self.session)
            except RemoteError as error:
                reason = error.diagnostic.message
                break
            self.listed[kind.name] = listing
            same = _by_label(listing)
            for one in doubtful:
                twin = self._twin(kind, one, same[one.label])
                if twin is not None:
                    verdicts[one.outcome.address] = self._withdraw(kind, one, twin)
            reason = "objects came and went while they were listed" if listing.moved else ""
            is_whole = not listing.moved
            doubtful = [o for o in doubtful if o.outcome.address not in verdicts and not (is_whole and same[o.label])]
        if not self.stop.event.is_set():
            verdicts |= {one.outcome.address: _unknown(one, reason) for one in doubtful}
        return verdicts

    def _twin(self, kind: Kind, one: Made, same: list[RemoteObject]) -> RemoteObject | None:
        """Another object of that owner and address that is there: a listing that lags shows deleted ones as well."""
        for remote in same:
            if remote.id in (one.id, one.outcome.change.id):
                continue
            try:
                found = kind.read(self.session, remote.id)
            except RemoteError:
                # Nobody knows: what may be a twin is taken for one.
                return remote
            if found is not None and _label(found) == one.label:
                return found
        return None

    def _withdraw(self, kind: Kind, one: Made, twin: RemoteObject) -> Outcome:
        """Delete what is verifiably ours: the id that we got, with our owner and address in its marker."""
        try:
            current = kind.read(self.session, one.id)
            if current is not None:
                if _label(current) != one.label:
                    return _kept(one, twin, "its marker is another one by now")
                if changed_attributes(one.remote, current):
                    return _kept(one, twin, "somebody changed it since it was made")
                self._delete(kind, current)
        except RemoteError as error:
            return _kept(one, twin, error.diagnostic.message)
        return _withdrawn(one, twin)

    def _delete(self, kind: Kind, current: RemoteObject) -> None:
        try:
            kind.delete(self.session, current)
        except OutcomeUnknown:
            if kind.read(self.session, current.id) is not None:
                kind.delete(self.session, current)


def _made(outcome: Outcome, written: Written | None, half_made: RemoteObject | None) -> Made | None:
    """What this run made for a change; None where it made nothing."""
    marker = outcome.change.marker
    if marker is None:
        return None
    if outcome.status is Status.FAILED:
        return Made(outcome, marker, half_made) if half_made is not None else None
    if written is None or written.remote is None or written.action is not Action.CREATE:
        return None
    return Made(outcome, marker, written.remote) if outcome.status is Status.DONE else None


def _by_label(listing: Listing) -> dict[tuple[str, Address], list[RemoteObject]]:
    found: dict[tuple[str, Address], list[RemoteObject]] = defaultdict(list)
    for remote in listing.objects:
        label = _label(remote)
        if label is not None:
            found[label].append(remote)
    return found


def _label(remote: RemoteObject) -> tuple[str, Address] | None:
    marker = remote.marker
    return (marker.owner, marker.address) if isinstance(marker, Marker) else None


def _withdrawn(one: Made, twin: RemoteObject) -> Outcome:
    message = f'another run made "{twin.name}" ({twin.id}) at the same time; the one of this run ({one.id}) is deleted'
    if one.outcome.diagnostic is not None:
        message += f", half made as it was: {one.outcome.diagnostic.message}"
    hint = "the next apply makes it, if the other run has withdrawn its own too"
    return _failed(one, Diagnostic("GC523", message, path=str(one.outcome.address), hint=hint))


def _kept(one: Made, twin: RemoteObject, reason: str) -> Outcome:
    message = f'another run made "{twin.name}" ({twin.id}) at the same time, and the one of this run ({one.id}) stays: '
    hint = "plan again: where both are still there, delete one of them by hand"
    return _failed(one, Diagnostic("GC524", message + reason, path=str(one.outcome.address), hint=hint))


def _failed(one: Made, diagnostic: Diagnostic) -> Outcome:
    return replace(one.outcome, status=Status.FAILED, id=one.id, diagnostic=diagnostic, note="")


def _unknown(one: Made, reason: str) -> Outcome:
    """Of a failure nothing better can be said than what it says already."""
    if one.outcome.status is Status.FAILED:
        return one.outcome
    why = reason or "the listing does not show it yet"
    message = f"it was made ({one.id}); whether another run made it too at the same time is not known: {why}"
    diagnostic = Diagnostic("GC525", message, path=str(one.outcome.address), hint="look again with: gcsync plan")
    return replace(one.outcome, status=Status.NOT_VERIFIED, diagnostic=diagnostic)
