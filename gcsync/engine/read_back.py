"""Reads back what was written: what reads back differently is never called a success."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain, repeat

from gcsync.engine.options import Event, Phase, StopRequest
from gcsync.engine.writes import Written, unequal_attributes
from gcsync.kinds.interface import Kind
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import RemoteError
from gcsync.model.outcome import Outcome, Status
from gcsync.model.plan import Action, Change
from gcsync.model.resource import Listing, RemoteObject
from gcsync.model.value import Value
from gcsync.remote.session import GenesysSession

_PAUSES = (0.0, 0.5, 1.0, 2.0)
_LAG = sum(_PAUSES)
_SETTLING = 180.0
_PER_PAGE = 100

_Found = dict[str, RemoteObject | None]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Compares each success with what the organization has now; an answer that lags behind is waited for.

    `pages` says how many requests a listing of each kind took when the plan was made; `listed` holds listings that were
    read after the last write, each good for the first look.
    """

    kinds: Mapping[str, Kind]
    session: GenesysSession
    sleep: Callable[[float], None]
    stop: StopRequest
    pages: Mapping[str, int]
    on_event: Callable[[Event], None]
    listed: dict[str, Listing] = field(default_factory=dict)

    def check(
        self, outcomes: tuple[Outcome, ...], written: Mapping[Address, Written], pool: ThreadPoolExecutor
    ) -> tuple[Outcome, ...]:
        """The outcomes, with each success confirmed or taken back."""
        verdicts = {outcome.address: _Verdict(outcome) for outcome in outcomes}
        for kind in dict.fromkeys(outcome.address.kind for outcome in outcomes):
            doubtful = [o for o in outcomes if o.address.kind == kind and o.status is Status.DONE]
            elapsed = 0.0
            for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
                if not doubtful or self.stop.event.is_set():
                    break
                self._rest(pause)
                elapsed += pause
                judged = self._judge(self.kinds[kind], doubtful, written, pool)
                verdicts.update({verdict.outcome.address: verdict for verdict in judged})
                doubtful = [o for o, v in zip(doubtful, judged, strict=True) if v.may_change_for > elapsed]
        return tuple(verdicts[outcome.address].outcome for outcome in outcomes)

    def _rest(self, seconds: float) -> None:
        if seconds:
            self.sleep(seconds)

    def _judge(
        self,
        kind: Kind,
        outcomes: list[Outcome],
        written: Mapping[Address, Written],
        pool: ThreadPoolExecutor,
    ) -> list[_Verdict]:
        try:
            found = self._find(kind, [o.id for o in outcomes if o.id is not None], pool)
        except RemoteError as error:
            if self.stop.event.is_set():
                # Interrupted, not refused: what was answered counts as done.
                return [_Verdict(outcome) for outcome in outcomes]
            return [_Verdict(replace(o, status=Status.NOT_VERIFIED, diagnostic=error.diagnostic)) for o in outcomes]
        verdicts = [_verdict(outcome, found.get(outcome.id or "")) for outcome in outcomes]
        for verdict in verdicts:
            if verdict.settling:
                self.on_event(Event(Phase.SETTLING, verdict.outcome.address, text=verdict.settling))
        return verdicts

    def _find(self, kind: Kind, ids: list[str], pool: ThreadPoolExecutor) -> _Found:
        """The objects by id, with the fewest requests: one by one when they are few, by a listing when many."""
        if kind.name in self.listed:
            return {remote.id: remote for remote in self.listed.pop(kind.name).objects}
        if len(ids) > self.pages.get(kind.name, 1) + len(ids) // _PER_PAGE:
            found: _Found = {remote.id: remote for remote in kind.list(self.session).objects}
            return found
        return dict(zip(ids, pool.map(lambda one: kind.read(self.session, one), ids), strict=True))


@dataclass(frozen=True, slots=True)
class _Verdict:
    """An outcome as it looks now, and until how many seconds after the first look it may still look better."""

    outcome: Outcome
    may_change_for: float = 0.0
    settling: str = ""


def _verdict(outcome: Outcome, found: RemoteObject | None) -> _Verdict:
    differing = list(_differences(outcome.change, outcome.action, found))
    what = f'"{outcome.change.name}" ({outcome.id})'
    if differing:
        message = f"{what} was written and reads back differently: {', '.join(differing)}"
        return _Verdict(_doubted(outcome, Status.DIFFERS, "GC520", message, _DIFFERS_HINT), _LAG)
    status = found.status if found is not None else None
    if status is None or outcome.action in (Action.DELETE, Action.RELEASE) or (status.settled and not status.failed):
        return _Verdict(outcome)
    if status.failed:
        message = f"{what} was written, and the API reports a failure: {status.text}"
        return _Verdict(_doubted(outcome, Status.FAILED, "GC522", message, _FAILED_HINT), _LAG)
    message = f"{what} was written, and is still {status.text} after {_SETTLING:.0f} s"
    return _Verdict(
        _doubted(outcome, Status.NOT_VERIFIED, "GC521", message, "look again with: gcsync plan"), _SETTLING, status.text
    )


def _doubted(outcome: Outcome, status: Status, code: str, message: str, hint: str) -> Outcome:
    diagnostic = Diagnostic(code, message, path=str(outcome.address), hint=hint)
    return replace(outcome, status=status, diagnostic=diagnostic)


_DIFFERS_HINT = "somebody changed it at the same time, or the API keeps another value than it was given; plan again"
_FAILED_HINT = "mend what it names and apply again; until then events may not arrive"


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
