"""Actual values into stack files: which attributes, what keeps one from being accepted, and the new texts.

Nothing is written here. Whoever calls reads the stacks again from the new texts, plans them, and only then writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gcsync.adopt.edits import Edit, Editor, NoPlace, edited
from gcsync.adopt.hunks import hunks_of
from gcsync.adopt.nodes import Node, Tree, parse
from gcsync.adopt.origins import environments_of, origin_of
from gcsync.adopt.replacing import Refused, Replacing
from gcsync.adopt.spelling import reads
from gcsync.model.acceptance import Rewritten, Taken
from gcsync.model.diagnostic import Diagnostic, Place, Severity
from gcsync.model.drift import DriftReport
from gcsync.model.plan import ABSENT, AttributeChange, Change, Plan
from gcsync.model.resource import Stack
from gcsync.model.value import UNKNOWN, UNREADABLE, Reference, Value, replace_leaves, resolve_references, reveal
from gcsync.schema.semantics import kind_schema
from gcsync.stack.declared import Declared
from gcsync.stack.kind_rules import rules
from gcsync.stack.reader import read
from gcsync.stack.source import Source, open_source

_REMOVED: Final = object()
_Known = Callable[[Reference], Value]


@dataclass(frozen=True, slots=True)
class _Piece:
    """What accepting one attribute does to its file: the edits, and what stands at `path` then."""

    taken: Taken
    place: Place | None
    edits: tuple[Edit, ...]
    path: tuple[str, str, str]
    value: Value


@dataclass(slots=True)
class _File:
    source: Source
    tree: Tree | None
    editor: Editor
    pieces: list[_Piece] = field(default_factory=list)
    environments: tuple[str, ...] = ()
    included_by: str = ""

    @staticmethod
    def of(source: Source) -> _File:
        newline = "\r\n" if "\r\n" in source.text else "\n"
        editor = Editor(source.text, source.path.suffix == ".json", newline)
        return _File(source, parse(source.text), editor)

    def text(self, pieces: Iterable[_Piece]) -> str | None:
        """The new text; None where it does not say what it should."""
        found = list(pieces)
        text = edited(self.source.text, [edit for piece in found for edit in piece.edits])
        return text if any(self._says(text, document, found) for document in self._documents()) else None

    def _says(self, text: str, document: Mapping[str, Any], pieces: list[_Piece]) -> bool:
        return reads(text, _with(document, pieces), is_json=self.editor.is_json)

    def _documents(self) -> Iterator[Mapping[str, Any]]:
        """What the file says; and where its last line has no end, what it says as soon as there is another behind it.

        A block scalar at the end of such a file has no line end in its value.
        """
        yield self.source.document.value
        if not self.source.text.endswith(("\n", "\r")) and not self.editor.is_json:
            yield read(f"{self.source.text}\n").value


@dataclass(frozen=True, slots=True)
class NewText:
    """A file, its new text, and what that is about."""

    source: Source
    text: str
    rewritten: Rewritten


@dataclass(slots=True)
class Accepting:
    """Gathers what is accepted of several stacks. `names` are the attributes asked for, all of them where empty.

    `folder` is where the names of files begin; `asked` says that addresses were named, so that a missing object among
    them is refused and not only told.
    """

    folder: Path
    names: frozenset[str] = frozenset()
    asked: bool = False
    files: dict[Path, _File] = field(default_factory=dict)
    refused: list[Diagnostic] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)

    def add(self, stack: Stack, report: DriftReport) -> None:
        """Take what drifted of one stack, and note what cannot be taken."""
        main, known = self._main(stack, report), _look_up(report.plan)
        for change in report.drifted:
            for attribute in change.attributes:
                if not self.names or attribute.name in self.names:
                    self._take(stack, known, main, change, attribute)
        for change, why, hint in _without_value(report):
            found = Diagnostic("GC736", why, place=change.place, path=str(change.address), hint=hint)
            (self.refused if self.asked else self.notes).append(found if self.asked else found.as_warning())

    def texts(self) -> tuple[NewText, ...]:
        """The files that change; an attribute whose file leaves no place for it is refused."""
        return tuple(new for file in self.files.values() if (new := self._settled(file)) is not None)

    def shared_warnings(self, files: Iterable[NewText]) -> Iterator[Diagnostic]:
        """That what a resource declares holds in every environment, and in every stack that includes it."""
        for new in files:
            file = self.files[new.source.path]
            if file.included_by:
                message = f"{file.included_by} includes this file: plans of other stacks that do would change too"
                hint = "plan those too; to let the stacks differ, take the value from a variable"
                yield _shared("GC740", message, new.source, hint)
            if others := file.environments:
                message = f"the stack declares it for every environment: plans of {', '.join(others)} would change too"
                hint = "look at those plans; to let the environments differ, take the value from a variable"
                yield _shared("GC738", message, new.source, hint)

    def _main(self, stack: Stack, report: DriftReport) -> Source:
        for change in report.drifted:
            entry = _entry(change)
            if entry is not None and entry.source.name == stack.file:
                return entry.source
        return open_source(self.folder / stack.file, stack.file)

    def _take(self, stack: Stack, known: _Known, main: Source, change: Change, attribute: AttributeChange) -> None:
        path, place = f"{change.address}.{attribute.name}", attribute.place
        try:
            file, piece = self._piece(stack, known, main, change, attribute)
        except Refused as error:
            self.refused.append(
                Diagnostic(error.code, error.message, place=error.place or place, path=path, hint=error.hint)
            )
        except NoPlace:
            self.refused.append(_no_place(path, place))
        else:
            others = tuple(name for name in environments_of(main) if name != stack.environment)
            file.environments = tuple(dict.fromkeys((*file.environments, *others)))
            if file.source.name != stack.file:
                file.included_by = stack.file
            file.pieces.append(piece)

    def _piece(
        self, stack: Stack, known: _Known, main: Source, change: Change, attribute: AttributeChange
    ) -> tuple[_File, _Piece]:
        entry = _entry(change)
        if entry is None:
            raise NoPlace
        if change.address.each is not None:
            hint = "take it from `${each.value}` for that instance, or change it by hand for all of them"
            raise Refused("GC731", f"its lines are those of every instance of {entry.address}", attribute.place, hint)
        _check(change, attribute)
        file = self.files.get(entry.source.path)
        if file is None:
            file = self.files[entry.source.path] = _File.of(entry.source)
        if file.tree is None:
            raise NoPlace

        def expression(inner: str, place: Place) -> Refused:
            origin = origin_of(inner, stack, main, entry)
            return Refused("GC730", origin.said, origin.place or place, origin.hint)

        replacing = Replacing(file.editor, entry.source.name, expression, file.tree.repeated)
        body = _descend(replacing, file.tree.root, (entry.section, entry.key))
        value = _written(replacing, body, entry, known, change, attribute)
        taken = Taken(change.address, attribute.name)
        path = (entry.section, entry.key, attribute.name)
        return file, _Piece(taken, attribute.place, tuple(replacing.edits), path, value)

    def _settled(self, file: _File) -> NewText | None:
        pieces = file.pieces
        text = file.text(pieces)
        if text is None:
            pieces = [piece for piece in pieces if file.text([piece]) is not None]
            text = file.text(pieces)
            pieces = pieces if text is not None else []
            kept = {piece.taken for piece in pieces}
            self.refused += [_no_place(_path(p.taken), p.place) for p in file.pieces if p.taken not in kept]
        if text is None or not pieces:
            return None
        edits = [edit for piece in pieces for edit in piece.edits]
        hunks = hunks_of(file.source, text, edits)
        return NewText(file.source, text, Rewritten(file.source.name, hunks, tuple(piece.taken for piece in pieces)))


def _entry(change: Change) -> Declared | None:
    locate = change.desired.locate if change.desired is not None else None
    return locate if isinstance(locate, Declared) else None


def _descend(replacing: Replacing, node: Node, path: tuple[str, ...]) -> Node:
    """The node of a resource's body: nothing on the way to it may stand for others as well."""
    for part in path:
        index = node.index_of(part)
        if index is None:
            raise replacing.shared("a merge (`<<`) brings it", node)
        node = (node.entries or [])[index][1]
        replacing.refuse_shared(node)
    if node.entries is None:
        raise NoPlace
    return node


def _written(
    replacing: Replacing, body: Node, entry: Declared, known: _Known, change: Change, attribute: AttributeChange
) -> Value:
    """What the attribute says from now on; the edits for it are in `replacing`."""
    name, raw = attribute.name, entry.value
    shape = kind_schema(entry.kind).attributes[name]
    if attribute.before is ABSENT:
        replacing.remove_entry(body, name)
        return _REMOVED
    if name not in raw:
        value = replacing.written(attribute.before)
        replacing.edits += replacing.editor.add_entry(body, _last_attribute(body, entry.kind), name, value)
        return value
    index = body.index_of(name)
    if index is None:
        raise replacing.shared("a merge (`<<`) brings it", None, attribute.place)
    declared = resolve_references(change.desired.attributes[name] if change.desired else None, known)
    return replacing.value((body.entries or [])[index][1], raw[name], declared, attribute.before, shape)


def _last_attribute(body: Node, kind: str) -> int:
    """The entry behind which an attribute is put: the last one, but for `lifecycle` and `for_each` at the end."""
    entries, common = body.entries or [], rules(kind).common
    own = [index for index, (key, _) in enumerate(entries) if key.text not in common]
    return own[-1] if own else len(entries) - 1


def _look_up(plan: Plan) -> _Known:
    remotes = {change.address: change.remote for change in plan.changes}

    def find(reference: Reference) -> Value:
        remote = remotes.get(reference.address)
        if remote is None:
            return UNKNOWN
        return remote.id if reference.attribute == "id" else remote.attributes.get(reference.attribute, UNKNOWN)

    return find


def _check(change: Change, attribute: AttributeChange) -> None:
    """Raises Refused for a value that no stack may declare."""
    kind, name = rules(change.address.kind), attribute.name
    hint = "change the object in Genesys Cloud, or undo the change: gcsync apply"
    if attribute.before is ABSENT:
        if name in kind.defaults or name in kind.checker.schema.get("required", ()):
            raise Refused("GC734", f"the object has no {name}, and a stack always declares one", hint=hint)
        return
    opened = replace_leaves(reveal(attribute.before), lambda leaf: "" if leaf is UNREADABLE else leaf)
    declared = reveal(change.desired.attributes) if change.desired is not None else {}
    unknown = change.desired is not None and bool(change.desired.dependencies)
    faults = kind.checker.faults({**declared, name: opened}, unknown=unknown, secret=lambda _: True)
    for fault in faults:
        if fault.path[:1] == (name,) and not _is_hidden(attribute.before, fault.path[1:]):
            raise Refused("GC734", f"no stack can declare the value: it {fault.message}", hint=hint)


def _is_hidden(value: Value, path: tuple[str | int, ...]) -> bool:
    """Whether the API does not return what is at the path."""
    for part in path:
        if isinstance(value, Mapping):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
    return value is UNREADABLE


def _with(document: Mapping[str, Any], pieces: list[_Piece]) -> dict[str, Any]:
    """A copy of what a file says, with other values at some places; only what leads there is copied, and once."""
    found = dict(document)
    bodies: dict[tuple[str, str], dict[str, Value]] = {}
    for section in {piece.path[0] for piece in pieces}:
        found[section] = dict(found[section])
    for piece in pieces:
        section, key, name = piece.path
        body = bodies.setdefault((section, key), dict(found[section][key]))
        found[section][key] = body
        if piece.value is _REMOVED:
            del body[name]
        else:
            body[name] = piece.value
    return found


def _without_value(report: DriftReport) -> Iterator[tuple[Change, str, str]]:
    for change in report.missing:
        hint = "take it out of the stack file, or make it: gcsync apply"
        yield change, "there is no such object, so that there is no value to accept", hint
    for change in report.not_adopted:
        yield change, "the object is there without a marker: nothing of it was applied yet", "gcsync apply adopts it"


def _path(taken: Taken) -> str:
    return f"{taken.address}.{taken.attribute}"


def _shared(code: str, message: str, source: Source, hint: str) -> Diagnostic:
    return Diagnostic(code, message, severity=Severity.WARNING, place=Place(source.name, 1, 1), hint=hint)


def _no_place(path: str, place: Place | None) -> Diagnostic:
    message = "it is written in a way that leaves no place for another value"
    return Diagnostic(
        "GC735", message, place=place, path=path, hint="change it by hand; `gcsync drift` shows the value"
    )
