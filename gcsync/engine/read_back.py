"""Reads back what was written: what reads back differently is never called a success."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from gcsync.engine.options import StopRequest
from gcsync.engine.writes import Written, unequal_attributes
from gcsync.kinds.interface import Kind
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import RemoteError
from gcsync.model.outcome import Outcome, Status
from gcsync.model.plan import Action, Change
from gcsync.model.resource import RemoteObject
from gcsync.model.value import Value
from gcsync.remote.session import GenesysSession

_WAITS = (0.5, 1.0, 2.0)
_PER_PAGE = 100

_Found = dict[str, RemoteObject | None]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Compares each success with what the organization has now; an answer that lags behind is waited for.

    `pages` says how many requests a listing of each kind took when the plan was made.
    """

    kinds: Mapping[str, Kind]
    session: GenesysSession
    sleep: Callable[[float], None]
    stop: StopRequest
    pages: Mapping[str, int]

    def check(
        self, outcomes: tuple[Outcome, ...], written: Mapping[Address, Written], pool: ThreadPoolExecutor
    ) -> tuple[Outcome, ...]:
        """The outcomes, with each success confirmed or taken back."""
        verdicts: dict[Address, Outcome] = {outcome.address: outcome for outcome in outcomes}
        for kind in {outcome.address.kind for outcome in outcomes}:
            doubtful = [o for o in outcomes if o.address.kind == kind and o.status is Status.DONE]
            for pause in (0.0, *_WAITS):
                if not doubtful or self.stop.event.is_set():
                    break
                if pause:
                    self.sleep(pause)
                judged = self._judge(self.kinds[kind], doubtful, written, pool)
                verdicts.update({outcome.address: outcome for outcome in judged})
                doubtful = [
                    before for before, after in zip(doubtful, judged, strict=True) if after.status is Status.DIFFERS
                ]
        return tuple(verdicts[outcome.address] for outcome in outcomes)

    def _judge(
        self,
        kind: Kind,
        outcomes: list[Outcome],
        written: Mapping[Address, Written],
        pool: ThreadPoolExecutor,
    ) -> list[Outcome]:
        try:
            found = self._find(kind, [o.id for o in outcomes if o.id is not None], pool)
        except RemoteError as error:
            return [replace(o, status=Status.NOT_VERIFIED, diagnostic=error.diagnostic) for o in outcomes]
        return [_verdict(outcome, found.get(outcome.id or "")) for outcome in outcomes]

    def _find(self, kind: Kind, ids: list[str], pool: ThreadPoolExecutor) -> _Found:
        """The objects by id, with the fewest requests: one by one when they are few, by a listing when many."""
        if len(ids) > self.pages.get(kind.name, 1) + len(ids) // _PER_PAGE:
            found: _Found = {remote.id: remote for remote in kind.list(self.session).objects}
            return found
        return dict(zip(ids, pool.map(lambda one: kind.read(self.session, one), ids), strict=True))


def _verdict(outcome: Outcome, found: RemoteObject | None) -> Outcome:
    differing = list(_differences(outcome.change, outcome.action, found))
    if not differing:
        return outcome
    change = outcome.change
    return replace(
        outcome,
        status=Status.DIFFERS,
        diagnostic=Diagnostic(
            "GC520",
            f'"{change.name}" ({outcome.id}) was written and reads back differently: {", ".join(differing)}',
            path=str(change.address),
            hint="somebody changed it at the same time, or the API keeps another value than it was given; plan again",
        ),
    )


def _differences(change: Change, action: Action, found: RemoteObject | None) -> Iterable[str]:
    if action is Action.DELETE:
        return [] if found is None else ["it is still there"]
    if found is None:
        return ["it is not there"]
    names: list[str] = unequal_attributes(found, _expected(change, action))
    if found.marker != change.marker:
        names.append("the marker")
    return names


def _expected(change: Change, action: Action) -> dict[str, Value]:
    if change.desired is None:
        return {}
    ignored = change.desired.lifecycle.ignore_changes if action is not Action.CREATE else ()
    return {name: value for name, value in change.desired.attributes.items() if name not in ignored}
