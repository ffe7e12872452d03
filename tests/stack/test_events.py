"""Events in files, and what is said of files that hold none: never what is in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.stack import event_from_file, event_from_text
from gcsync.stack.events import LARGEST

CANARY = "canary-of-a-caller"


def codes(folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticError) as caught:
        event_from_file(name, folder)
    assert CANARY not in repr(caught.value.diagnostics)
    return [f"{one.code} {one.place}" for one in caught.value.diagnostics]


def test_json_and_yaml_are_read_by_the_name_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('\ufeff{"eventType": "a", "data": {"n": 1e3}}', encoding="utf-8")
    (tmp_path / "a.yml").write_text("eventType: a\ndata: {n: yes}\n", encoding="utf-8")
    (tmp_path / "event").write_text('{"eventType": "a"}', encoding="utf-8")
    assert event_from_file("a.json", tmp_path).payload["data"] == {"n": 1000.0}
    assert event_from_file("a.yml", tmp_path).payload["data"] == {"n": "yes"}
    assert event_from_file("event", tmp_path).type == "a"
    assert event_from_text('{"eventType": "b"}', "stdin").type == "b"


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        (b"\xff\xfe{\0}\0", "an event is JSON, saved as UTF-8"),
        (b'{"eventType": "%s"}' % (b"a" * LARGEST), "give a file with one event"),
    ],
    ids=["UTF-16", "too large"],
)
def test_the_advice_is_for_an_event_not_for_a_stack(tmp_path: Path, raw: bytes, hint: str) -> None:
    (tmp_path / "e.json").write_bytes(raw)
    with pytest.raises(DiagnosticError) as caught:
        event_from_file("e.json", tmp_path)
    assert [one.hint for one in caught.value.diagnostics] == [hint]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["GC103 e.json:1:1"]),
        (f'{{"eventType": "{CANARY}"', ["GC103 e.json:1:35"]),
        (f'{{"x": "{CANARY}"}}', ["GC841 e.json:1:1"]),
        (f'["{CANARY}"]', ["GC841 e.json:1:1"]),
        (f'{{"eventType": "{CANARY}", "eventType": "{CANARY}"}}', ["GC109 e.json:1:37"]),
        ("null", ["GC841 e.json:1:1"]),
        ("[" * 100, ["GC110 e.json:1:65"]),
    ],
)
def test_what_holds_no_event_is_told_with_its_place(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert codes(tmp_path, "e.json", text) == expected


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    for name in ("none.json", "folder.json"):
        with pytest.raises(DiagnosticError, match="GC101"):
            event_from_file(name, tmp_path)
    (tmp_path / "bytes.json").write_bytes(b"\xff{}")
    with pytest.raises(DiagnosticError, match="GC102"):
        event_from_file("bytes.json", tmp_path)
