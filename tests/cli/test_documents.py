from __future__ import annotations

import io
import sys

import pytest

from gcsync.cli import documents
from gcsync.cli.documents import read_documents, read_failure
from gcsync.model.diagnostic import DiagnosticError
from gcsync.views.markdown_marker import MarkdownMarker, render_marker

MARKER = render_marker(MarkdownMarker("drift", ("b@prod", "a@prod"), "4b1c0d7e", False, "000000000000"))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="ascii"))

    return give


def problem(*files: str, key: str | None = None) -> str:
    with pytest.raises(DiagnosticError) as caught:
        read_documents(files, key)
    (found,) = caught.value.diagnostics
    assert found.code == "GC702"
    return found.message


def test_markdown_says_itself_what_it_is_about(given) -> None:  # type: ignore[no-untyped-def]
    given(f"{MARKER}\r\nNo drift 🌈\r\n".encode())
    (found,) = read_documents(["-"], None)
    assert (found.kind, found.name, found.found, found.organization) == ("drift", "a@prod, b@prod", False, "4b1c0d7e")
    assert found.text == "No drift 🌈\n"


@pytest.mark.parametrize("text", ["\ufeffAll is well.", "All is well."])
def test_any_other_text_is_about_what_is_said(given, text: str) -> None:  # type: ignore[no-untyped-def]
    given(text.encode())
    (found,) = read_documents(["-"], "weekly")
    assert (found.kind, found.name, found.found, found.text) == ("text", "weekly", True, "All is well.")


def test_a_key_replaces_the_stacks_and_keeps_the_kind(given) -> None:  # type: ignore[no-untyped-def]
    given(f"{MARKER}\ntext".encode())
    (found,) = read_documents(["-"], "all")
    assert (found.kind, found.name) == ("drift", "all")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nothing came on stdin"),
        (b" \n\t\n", "nothing came on stdin"),
        (b"some text", "what came on stdin is no markdown of gcsync"),
        (b"\xff\xfe\x00", "what came on stdin is not UTF-8"),
        (b"x" * 5000, "what came on stdin is larger than 0 MiB"),
    ],
    ids=["empty", "blank", "text", "UTF-16", "large"],
)
def test_what_is_no_document_is_told(given, data: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(documents, "LARGEST", 4000)
    given(data)
    assert problem("-") == said


def test_what_cannot_go_together_is_told(given) -> None:  # type: ignore[no-untyped-def]
    given(MARKER.encode())
    assert problem("-", "-") == "- is given more than once"
    assert problem("plan.gcsync", key="x") == "--key goes with - only"


@pytest.mark.parametrize("said", [b"error[GC107]: unknown key", b"", b"caf\xe9"])
def test_a_failure_is_told_whatever_was_said(given, said: bytes) -> None:  # type: ignore[no-untyped-def]
    given(said)
    found = read_failure(["-"], "stacks/ prod")
    assert (found.kind, found.name, found.found) == ("failure", "stacks/ prod", True)
    assert (said.decode(errors="replace") or "It said nothing") in found.text


def test_a_plan_file_is_no_failure() -> None:
    with pytest.raises(DiagnosticError, match="--failed goes with - alone"):
        read_failure(["plan.gcsync"], "plan")
