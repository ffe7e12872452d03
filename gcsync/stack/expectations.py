"""`tests:` of a stack: an event, and the addresses at which it must arrive; all of them, and no other.

Checked for every environment. What is the same in all of them is told once; of what is not, the environments are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gcsync.model.address import Address
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.resource import Resource
from gcsync.model.trace import Event, NoEvent, Selection, Verdict, read_event
from gcsync.model.value import Path
from gcsync.schema.compose import kind_names
from gcsync.schema.tracing import trace_resource
from gcsync.stack.events import FORMS, event_from_file, problem_of_file
from gcsync.stack.expressions import unescape
from gcsync.stack.instances import Group
from gcsync.stack.nearest import nearest
from gcsync.stack.report import Report
from gcsync.stack.settings import Settings

_SECTION = "tests"


@dataclass(frozen=True, slots=True)
class _Test:
    """A test that can be run. `expected` are addresses with their index in `expect`; `whole`, whether all are there."""

    index: int
    event: Event
    expected: tuple[tuple[int, Address], ...]
    whole: bool

    def path(self, *inner: str | int) -> Path:
        return (_SECTION, self.index, *inner)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Something to be said of a test, in one environment or in several."""

    code: str
    message: str
    path: Path
    hint: str = ""
    doubtful: bool = False


@dataclass(slots=True)
class Expectations:
    """The tests of one stack: read once, run in each environment, told at the end."""

    settings: Settings
    report: Report
    tests: list[_Test] = field(default_factory=list)
    outcomes: dict[_Outcome, list[str | None]] = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self) -> None:
        self.tests = list(_tests(self.settings, self.report))

    def run(
        self,
        environment: str | None,
        resources: Mapping[Address, Resource],
        groups: Mapping[tuple[str, str], Group],
    ) -> None:
        """Run all tests on the resources of an environment. Of one that could not be made, nothing is said."""
        self.runs += 1
        for test in self.tests:
            for outcome in _run(test, resources, groups):
                self.outcomes.setdefault(outcome, []).append(environment)

    @property
    def passed(self) -> int:
        """How many tests were run in every environment, with nothing to be said of them."""
        told = {outcome.path[1] for outcome in self.outcomes}
        return sum(test.index not in told for test in self.tests) if self.runs else 0

    def tell(self) -> None:
        """Report what was found."""
        for outcome, environments in self.outcomes.items():
            names = sorted({name for name in environments if name is not None})
            where = f" (in {', '.join(names)})" if names and len(environments) < self.runs else ""
            say = self.report.warn if outcome.doubtful else self.report.error
            spot = self.settings.spot(*outcome.path)
            say(outcome.code, f"{outcome.message}{where}", spot, outcome.path, outcome.hint)


def _tests(settings: Settings, report: Report) -> Iterator[_Test]:
    """The tests that are well-formed, with their index in the file; what is wrong is reported."""
    raw = settings.source.document.value.get(_SECTION)
    # Compared by what they look like: each with all others would take the square of their number.
    kept = {repr(entry) for entry in settings.value.get(_SECTION, [])}
    for index, entry in enumerate(raw if isinstance(raw, list) else ()):
        if repr(entry) not in kept:
            continue
        if "expect" not in entry or ("event" in entry) is ("file" in entry):
            continue
        event = _event(settings, report, index, entry)
        expected = tuple(_expected(settings, report, index, entry["expect"]))
        if event is not None:
            yield _Test(index, event, expected, len(expected) == len(set(entry["expect"])))


def _event(settings: Settings, report: Report, index: int, entry: Mapping[str, object]) -> Event | None:
    if "event" in entry:
        path: Path = (_SECTION, index, "event")
        try:
            return read_event(unescape(entry["event"]))
        except NoEvent as error:
            report.error("GC841", f"this is no event: {error}", settings.spot(*path), path, f"write {FORMS}")
        return None
    path, name, folder = (_SECTION, index, "file"), str(entry["file"]), settings.source.path.parent
    problem = problem_of_file(folder, name)
    try:
        if not problem:
            return event_from_file(name, folder)
    except DiagnosticError as error:
        first = error.diagnostics[0]
        problem = f"is none, line {first.place.line}: {first.message}" if first.place is not None else first.message
    hint = "name a file below the stack's folder that holds one event, as JSON or as YAML"
    report.error("GC847", f'the event\'s file "{name[:100]}" {problem}', settings.spot(*path), path, hint)
    return None


def _expected(settings: Settings, report: Report, index: int, listed: Iterable[str]) -> Iterator[tuple[int, Address]]:
    seen: set[Address] = set()
    for place, text in enumerate(listed):
        path = (_SECTION, index, "expect", place)
        try:
            address = Address.parse(text)
        except ValueError:
            hint = 'an address is KIND.KEY, such as stream.conversations, or stream.agents["emea"] under for_each'
            report.error("GC842", f'"{text[:60]}" is no address', settings.spot(*path), path, hint)
            continue
        if address.kind not in kind_names():
            hint = nearest(address.kind, kind_names()) or f"kinds: {', '.join(kind_names())}"
            report.error("GC842", f'there is no kind "{address.kind}"', settings.spot(*path), path, hint)
        elif address in seen:
            report.error("GC843", f"{address} is expected already", settings.spot(*path), path, "name it once")
        else:
            seen.add(address)
            yield place, address


def _run(
    test: _Test, resources: Mapping[Address, Resource], groups: Mapping[tuple[str, str], Group]
) -> Iterator[_Outcome]:
    expected: dict[Address, int] = {}
    whole = test.whole
    for place, address in test.expected:
        found = _addresses(address, groups)
        if found is None:
            whole = False
            hint = nearest(str(address), _declared(groups)) or f"declare {address}, or take it away here"
            message = f"{address} is not declared, and nothing can arrive there"
            yield _Outcome("GC842", message, test.path("expect", place), hint)
        expected |= {one: place for one in found or () if one not in expected}
    for address, resource in resources.items():
        selection, group = trace_resource(resource, test.event), groups[address.kind, address.key]
        some = address.each is None and group.repeated
        if some and selection.verdict is Verdict.SELECTED and address not in expected:
            # It stands for instances of which nobody knows yet which there are.
            selection = replace(selection, verdict=Verdict.NOT_KNOWN, reason="for_each is not known", path=())
        # Where an address could not be read, it may be the one that was meant: once it is mended, the rest is told.
        if whole or address in expected:
            yield from _compare(test, resource, selection, expected.get(address))


def _addresses(address: Address, groups: Mapping[tuple[str, str], Group]) -> tuple[Address, ...] | None:
    """What an address stands for: under `for_each`, without an instance, all of them. None where it is not declared."""
    group = groups.get((address.kind, address.key))
    if group is None or (address.each is not None and not group.repeated):
        return None
    if address.each is None:
        return tuple(instance.address for instance in group.instances.values())
    found = group.instances.get(address.each)
    if found is None and not group.complete:
        found = group.instances.get(None)
    return None if found is None else (found.address,)


def _declared(groups: Mapping[tuple[str, str], Group]) -> list[str]:
    return [str(one.address) for group in groups.values() for one in group.instances.values()]


def _way_out(selection: Selection) -> str:
    if selection.reason.endswith("is not known"):
        return "give the variables a value: --var, `environments:`, or a default"
    return "only a real event will tell; keep it out of the tests"


def _compare(test: _Test, resource: Resource, selection: Selection, place: int | None) -> Iterator[_Outcome]:
    address, label = resource.address, test.event.label[:120]
    where = resource.locate(selection.path)
    reason = f"{selection.reason}{f' ({where.file}:{where.line})' if where is not None else ''}"
    if selection.verdict is Verdict.NOT_KNOWN:
        message = f"whether {label} arrives at {address} is not known: {reason}"
        path = test.path("expect") if place is None else test.path("expect", place)
        yield _Outcome("GC846", message, path, _way_out(selection), doubtful=True)
    elif place is not None and selection.verdict is Verdict.NOT_SELECTED:
        hint = f"{selection.cure or 'widen the filter'}, or take the address away here"
        message = f"{label} does not arrive at {address}: {reason}"
        yield _Outcome("GC844", message, test.path("expect", place), hint)
    elif place is None and selection.verdict is Verdict.SELECTED:
        hint = f"narrow the filter, or add {address} here"
        yield _Outcome("GC845", f"{label} also arrives at {address}: {reason}", test.path("expect"), hint)
