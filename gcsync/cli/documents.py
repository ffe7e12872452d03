"""What `gcsync comment` is given: saved plans, or markdown on stdin."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gcsync.model.diagnostic import DiagnosticError
    from gcsync.platforms import Document

LARGEST: Final = 64 * 1024 * 1024
_LONGEST_ID: Final = 100
_STDIN: Final = "-"
_PIPE: Final = "for example: gcsync plan --format markdown | gcsync comment -"


def read_documents(files: Sequence[str], key: str | None) -> list[Document]:
    """One document per stack of a plan file, and one for stdin. Raises DiagnosticError GC702, and of plan files."""
    if files.count(_STDIN) > 1:
        raise _no_document("- is given more than once", "stdin can be read only once")
    if key is not None and _STDIN not in files:
        raise _no_document("--key goes with - only", "a plan file says itself which stacks it is about")
    found = [document for file in files for document in _read(file, key)]
    names = [document.identity for document in found]
    twice = next((document.name for document in found if names.count(document.identity) > 1), None)
    if twice is not None:
        raise _no_document(f"{twice} is given more than once", "give each stack's plan once")
    return found


def read_failure(files: Sequence[str], job: str) -> Document:
    """Why a job has no plan, as it came on stdin; nothing is a failure too. Raises DiagnosticError GC702."""
    from gcsync.platforms import FAILURE, Document
    from gcsync.views.markdown_failure import render_markdown_failure

    if list(files) != [_STDIN]:
        raise _no_document(
            "--failed goes with - alone", "gcsync plan 2> plan.err || gcsync comment - --failed < plan.err"
        )
    return Document(FAILURE, (job,), render_markdown_failure(job, _stdin(errors="replace")))


def _read(file: str, key: str | None) -> Iterator[Document]:
    if file == _STDIN:
        yield _of_markdown(_stdin(), key)
        return
    from gcsync.cli.plan_file import read_plan_file
    from gcsync.views.markdown_plan import render_markdown_plan

    for plan in read_plan_file(Path(file)).plans():
        yield _of_markdown(render_markdown_plan([plan]), None)


def _of_markdown(text: str, key: str | None) -> Document:
    from gcsync.platforms import Document
    from gcsync.views.markdown_marker import read_marker

    marker = read_marker(text)
    if not text.strip():
        raise _no_document("nothing came on stdin", f"did the command before it fail? {_PIPE}")
    if marker is None:
        if not key:
            raise _no_document("what came on stdin is no markdown of gcsync", f"{_PIPE}; or name it: --key NAME")
        return Document("text", (key,), text)
    stacks = (key,) if key else marker.stacks
    return Document(marker.kind, stacks, text.partition("\n")[2], marker.organization[:_LONGEST_ID], marker.found)


def _stdin(*, errors: str = "strict") -> str:
    if sys.stdin.isatty():
        raise _no_document("stdin is a terminal", _PIPE)
    raw = getattr(sys.stdin, "buffer", None)
    try:
        text = raw.read(LARGEST + 1).decode("utf-8-sig", errors) if raw is not None else sys.stdin.read(LARGEST + 1)
    except UnicodeDecodeError:
        raise _no_document("what came on stdin is not UTF-8", _PIPE) from None
    if len(text) > LARGEST:
        raise _no_document(f"what came on stdin is larger than {LARGEST // 1024 // 1024} MiB", _PIPE)
    return text.replace("\r\n", "\n")


def _no_document(problem: str, hint: str) -> DiagnosticError:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    return DiagnosticError(Diagnostic("GC702", problem, hint=hint))
