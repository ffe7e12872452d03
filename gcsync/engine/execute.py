"""Runs the steps of a plan, many at once, and reads back what was written. Nothing is diffed again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

from gcsync.engine.garbage import seldom_collected
from gcsync.engine.options import Event, Phase, Recorder, StopRequest
from gcsync.engine.read_back import ReadBack
from gcsync.engine.recording import Recorded
from gcsync.engine.references import attribute_of, resolve_change
from gcsync.engine.twins import Twins, look_again
from gcsync.engine.writes import Writer, Written
from gcsync.kinds.interface import Kind
from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic
from gcsync.model.failure import RemoteError
from gcsync.model.outcome import Outcome, Report, Status
from gcsync.model.plan import Action, Change, Operation, Plan, Step
from gcsync.model.resource import RemoteObject
from gcsync.model.value import UNKNOWN, Reference, Value
from gcsync.remote.session import GenesysSession, Wait

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.1
_AHEAD = 4


def execute(
    plan: Plan,
    kinds: Mapping[str, Kind],
    session: GenesysSession,
    *,
    parallelism: int,
    stop: StopRequest,
    on_event: Callable[[Event], None],
    adopt_late: bool,
    fingerprint_key: bytes | None = None,
    recorder: Recorder | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """Carry out a plan and say what became of each change.

    A change that fails takes down only what requires it. When `stop` is set nothing more is begun or read back;
    what is under way is finished. `adopt_late` lets a create adopt an unmanaged namesake that appeared since the plan.
    `recorder` is told of every write before it leaves, and of its end.
    """
    pause = _until_told(stop) if sleep is time.sleep else sleep
    look_later = _announcing(pause, session) if sleep is time.sleep else sleep
    writers = {name: Writer(kind, session, look_later, adopt_late) for name, kind in kinds.items()}
    execution = _Execution(plan, writers, stop, on_event, parallelism, fingerprint_key, recorder)
    with seldom_collected(), ThreadPoolExecutor(max_workers=parallelism) as pool:
        execution.there = look_again(plan, kinds, session)
        execution.run(pool)
        outcomes = execution.outcomes()
        twins = Twins(kinds, session, pause, stop)
        outcomes = twins.withdraw(outcomes, execution.written, execution.left_behind)
        if not stop.event.is_set():
            on_event(Event(Phase.READING_BACK, total=len(outcomes)))
            read_back = ReadBack(kinds, session, pause, stop, plan.pages, on_event, twins.listed)
            outcomes = read_back.check(outcomes, execution.written, pool)
    return Report(plan.stack, outcomes, interrupted=stop.signal)


@dataclass(slots=True)
class _Execution:
    plan: Plan
    writers: Mapping[str, Writer]
    stop: StopRequest
    on_event: Callable[[Event], None]
    parallelism: int
    fingerprint_key: bytes | None
    recorder: Recorder | None = None
    written: dict[Address, Written] = field(default_factory=dict)
    failed: dict[Address, Diagnostic] = field(default_factory=dict)
    left_behind: dict[Address, RemoteObject] = field(default_factory=dict)
    """What failed creates have left half made."""
    there: Mapping[Address, RemoteObject] = field(default_factory=dict)
    """What is to be created, and is there after all."""
    ended: dict[int, bool] = field(default_factory=dict)
    requirers: dict[int, list[int]] = field(default_factory=dict)
    changes: dict[Address, Change] = field(default_factory=dict)
    steps_of: dict[Address, list[int]] = field(default_factory=dict)
    told: set[Address] = field(default_factory=set)

    def run(self, pool: ThreadPoolExecutor) -> None:
        """Start every step as soon as what it requires has succeeded, the last ones after all others."""
        self._prepare()
        for last in (False, True):
            mine = [index for index, step in enumerate(self.plan.steps) if step.last is last]
            self._drain(pool, [index for index in mine if self._may_begin(index)])

    def _prepare(self) -> None:
        self.changes = {change.address: change for change in self.plan.changes}
        for index, step in enumerate(self.plan.steps):
            self.steps_of.setdefault(step.address, []).append(index)
            for required in step.requires:
                self.requirers.setdefault(required, []).append(index)

    def _drain(self, pool: ThreadPoolExecutor, ready: list[int]) -> None:
        running: dict[Future[Written | None], int] = {}
        done: SimpleQueue[Future[Written | None]] = SimpleQueue()
        ready.reverse()
        # A few wait in the pool, so that a thread has its next step without this one.
        at_once = self.parallelism + self.parallelism // _AHEAD
        while ready or running:
            while ready and len(running) < at_once and not self.stop.event.is_set():
                index = ready.pop()
                future = self._start(pool, index)
                running[future] = index
                future.add_done_callback(done.put)
            if not running:
                return
            try:
                future = done.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            ready.extend(self._finish(running.pop(future), future))

    def _start(self, pool: ThreadPoolExecutor, index: int) -> Future[Written | None]:
        step = self.plan.steps[index]
        self.on_event(Event(Phase.STARTED, step.address, self.changes[step.address].action))
        return pool.submit(self._begin, step)

    def _begin(self, step: Step) -> Written | None:
        """What the step left behind; None where it was not begun, because the wish to stop came first."""
        return None if self.stop.event.is_set() else self._write(step)

    def _write(self, step: Step) -> Written:
        change = self.changes[step.address]
        if step.operation is Operation.RENAME:
            return self._writer(step, change).rename(change, change.temporary_name or change.name)
        change = resolve_change(change, self._look_up, self.fingerprint_key)
        self.changes[step.address] = change
        writer = self._writer(step, change)
        if step.operation is Operation.CREATE:
            return writer.create(change, self.there.get(step.address))
        if step.operation is Operation.DELETE:
            return writer.delete(change)
        earlier = self.written.get(step.address)
        expected = earlier.remote if earlier is not None else change.remote
        if expected is None:
            raise TypeError(f"an update of {step.address} is about an object that is there")
        return writer.update(change, expected, change.marker)

    def _writer(self, step: Step, change: Change) -> Writer:
        writer = self.writers[step.address.kind]
        if self.recorder is None:
            return writer
        kind = Recorded(writer.kind, self.recorder, change, step.operation, self.fingerprint_key)
        return replace(writer, kind=kind)

    def _look_up(self, reference: Reference) -> Value:
        """What a reference gives now: from what was just written, or from what was there."""
        written = self.written.get(reference.address)
        target = self.changes.get(reference.address)
        remote = written.remote if written is not None else target.remote if target is not None else None
        found = attribute_of(remote, reference.attribute) if remote is not None else UNKNOWN
        if found is UNKNOWN:
            message = f"{reference.address} has no {reference.attribute} after its own apply"
            raise RemoteError(Diagnostic("GC513", message, hint="plan again"))
        return found

    def _finish(self, index: int, future: Future[Written | None]) -> list[int]:
        """Note how a step ended; the steps that may begin now."""
        address = self.plan.steps[index].address
        error = future.exception()
        written = future.result() if error is None else None
        if error is None and written is None:
            return []
        self.ended[index] = error is None
        if written is not None:
            self.written[address] = written
        elif error is not None:
            self.failed[address] = error.diagnostic if isinstance(error, RemoteError) else _unexpected(error)
            if isinstance(error, RemoteError) and error.left_behind is not None:
                self.left_behind[address] = error.left_behind
        if error is not None or self._is_done(address):
            self._tell(address)
        last = self.plan.steps[index].last
        return [
            requirer
            for requirer in self.requirers.get(index, ())
            if self.plan.steps[requirer].last is last and self._may_begin(requirer)
        ]

    def _may_begin(self, index: int) -> bool:
        return all(self.ended.get(required) for required in self.plan.steps[index].requires)

    def _tell(self, address: Address) -> None:
        self.told.add(address)
        change = self.changes[address]
        outcome = self._outcome(change)
        self.on_event(
            Event(Phase.ENDED, address, change.action, outcome, ended=len(self.told), total=len(self.steps_of))
        )

    def _is_done(self, address: Address) -> bool:
        return all(self.ended.get(index) for index in self.steps_of.get(address, ()))

    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(self._outcome(self.changes[change.address]) for change in self.plan.active)

    def _outcome(self, change: Change) -> Outcome:
        written = self.written.get(change.address)
        identifier = written.remote.id if written is not None and written.remote is not None else change.id
        if change.address in self.failed:
            diagnostic = self.failed[change.address]
            return Outcome(change, Status.FAILED, change.action, identifier, diagnostic, self._half_done(change))
        if written is not None and self._is_done(change.address):
            action = Action.ADOPT if written.action is Action.ADOPT else change.action
            return Outcome(change, Status.DONE, action, identifier, note=written.note)
        if written is not None:
            half = Diagnostic("GC530", f"{change.address} is half done: {self._half_done(change)}")
            return Outcome(change, Status.FAILED, change.action, identifier, half)
        return Outcome(change, Status.SKIPPED, change.action, identifier, note=self._why_skipped(change))

    def _half_done(self, change: Change) -> str:
        if change.address not in self.written:
            return ""
        if change.action is Action.REPLACE:
            return "the old object is deleted, the new one was not created; the next apply creates it"
        return f'it bears the temporary name "{change.temporary_name}"; the next apply renames it'

    def _why_skipped(self, change: Change) -> str:
        for index in self.steps_of.get(change.address, ()):
            for required in self.plan.steps[index].requires:
                if not self.ended.get(required) and self.plan.steps[required].address != change.address:
                    return f"{self.plan.steps[required].address} was not done"
        return "interrupted before it was begun"


def _until_told(stop: StopRequest) -> Callable[[float], None]:
    """A sleep that ends when the execution is asked to stop."""

    def pause(seconds: float) -> None:
        stop.event.wait(seconds)

    return pause


def _announcing(pause: Callable[[float], None], session: GenesysSession) -> Callable[[float], None]:
    """The same for the waits of a write: a person is told why nothing happens."""

    def look_later(seconds: float) -> None:
        session.announce(Wait(seconds, "then looking what became of a write"))
        pause(seconds)

    return look_later


def _unexpected(error: BaseException) -> Diagnostic:
    _log.debug("a write failed unexpectedly", exc_info=error)
    return Diagnostic(
        "GC590",
        f"internal error: {type(error).__name__} while writing; whether it was written is not known",
        hint="run again with -vv for the details, plan again to see what is there, and please report it",
    )
