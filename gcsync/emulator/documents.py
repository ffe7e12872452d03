"""Objects of a kind as JSON documents in the emulator's database, in the order they were created."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gcsync.emulator.store import Store


@dataclass(frozen=True, slots=True)
class Document:
    """`sequence` grows with every document made and is never used twice: a cursor points to it."""

    sequence: int
    id: str
    body: Mapping[str, Any]


Edit: TypeAlias = Callable[[Document, Sequence[Document]], Mapping[str, Any]]
"""From a document and all others of its kind to its new body; what it raises leaves everything as it was."""


class Documents:
    """The documents of one kind. Every method is one transaction. Raises `sqlite3.Error` where the file fails."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store = store
        self._kind = kind

    def all(self) -> list[Document]:
        with self._store.transaction() as execute:
            return self._read(execute)

    def count(self) -> int:
        with self._store.transaction() as execute:
            return int(execute("SELECT count(*) FROM documents WHERE kind = ?", (self._kind,)).fetchone()[0])

    def find(self, identifier: str) -> Document | None:
        with self._store.transaction() as execute:
            return self._find(execute, identifier)

    def add(
        self, identifier: str, body: Mapping[str, Any], check: Callable[[Sequence[Document]], None] | None = None
    ) -> Document:
        """`check` sees all there are before, and raises to refuse this one."""
        with self._store.transaction(write=True) as execute:
            if check is not None:
                check(self._read(execute))
            statement = "INSERT INTO documents (kind, id, body) VALUES (?, ?, ?)"
            sequence = execute(statement, (self._kind, identifier, json.dumps(body))).lastrowid
        return Document(sequence or 0, identifier, body)

    def change(self, identifier: str, edit: Edit) -> Document | None:
        """None when there is no such document."""
        with self._store.transaction(write=True) as execute:
            found = {document.id: document for document in self._read(execute)}
            document = found.pop(identifier, None)
            if document is None:
                return None
            body = edit(document, list(found.values()))
            execute("UPDATE documents SET body = ? WHERE sequence = ?", (json.dumps(body), document.sequence))
        return Document(document.sequence, document.id, body)

    def delete(self, identifier: str) -> Document | None:
        """What was deleted; None when there was nothing."""
        with self._store.transaction(write=True) as execute:
            document = self._find(execute, identifier)
            execute("DELETE FROM documents WHERE kind = ? AND id = ?", (self._kind, identifier))
        return document

    def clear(self) -> None:
        with self._store.transaction(write=True) as execute:
            execute("DELETE FROM documents WHERE kind = ?", (self._kind,))

    def _find(self, execute: Callable[..., Any], identifier: str) -> Document | None:
        statement = "SELECT sequence, id, body FROM documents WHERE kind = ? AND id = ?"
        row = execute(statement, (self._kind, identifier)).fetchone()
        return None if row is None else _document(row)

    def _read(self, execute: Callable[..., Any]) -> list[Document]:
        statement = "SELECT sequence, id, body FROM documents WHERE kind = ? ORDER BY sequence"
        return [_document(row) for row in execute(statement, (self._kind,))]


def _document(row: tuple[int, str, str]) -> Document:
    return Document(row[0], row[1], json.loads(row[2]))
