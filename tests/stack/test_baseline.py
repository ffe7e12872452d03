"""A baseline is read whole or not at all: everything that is wrong is told at once, with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gcsync.model.address import Address
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.drift import Accepted
from gcsync.model.value import Value
from gcsync.schema.files import read_schema
from gcsync.stack.baseline import read_baseline

PAGE = Path(__file__).parents[2] / "docs/drift.md"
HEAD = "version: 1\nknown:\n"


def written(tmp_path: Path, text: str, name: str = "drift-baseline.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def entries(tmp_path: Path, *lines: str) -> tuple[Accepted, ...]:
    written(tmp_path, HEAD + "".join(f"  - {line}\n" for line in lines))
    return read_baseline("drift-baseline.yaml", tmp_path)


def problems(tmp_path: Path, text: str) -> tuple[Diagnostic, ...]:
    written(tmp_path, text)
    with pytest.raises(DiagnosticError) as caught:
        read_baseline("drift-baseline.yaml", tmp_path)
    assert all(found.hint for found in caught.value.diagnostics)
    return caught.value.diagnostics


def codes(tmp_path: Path, *lines: str) -> list[str]:
    """`GC720 3:15`, of each problem with entries of these lines."""
    found = problems(tmp_path, HEAD + "".join(f"  - {line}\n" for line in lines))
    return [f"{one.code} {one.place.line}:{one.place.column}" for one in found if one.place is not None]


GOOD = "{address: stream.a, attribute: enabled, reason: why, expires: 2026-12-31}"


def test_an_entry_as_a_value(tmp_path: Path) -> None:
    (found,) = entries(tmp_path, GOOD)
    assert found == Accepted(Address("stream", "a"), "enabled", "why", date(2026, 12, 31))
    assert str(found.place) == "drift-baseline.yaml:3:15"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("false", False),
        ("null", None),
        ("[b, a]", ["b", "a"]),
        ("5", 5),
        ("'5'", "5"),
        ("{type: Workflow}", {"type": "Workflow"}),
    ],
)
def test_a_value_keeps_its_type(tmp_path: Path, text: str, value: Value) -> None:
    (found,) = entries(tmp_path, GOOD.replace("reason", f"value: {text}, reason"))
    assert (found.any_value, found.value, type(found.value)) == (False, value, type(value))


def test_an_instance_is_named_in_quotes(tmp_path: Path) -> None:
    (found,) = entries(tmp_path, GOOD.replace("stream.a", "'stream.a[\"emea\"]'"))
    assert found.address == Address("stream", "a", "emea")


def test_the_example_of_the_docs_is_one(tmp_path: Path) -> None:
    example = PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    written(tmp_path, example)
    (found,) = read_baseline("drift-baseline.yaml", tmp_path)
    assert (found.attribute, found.value, found.expires) == ("enabled", False, date(2026, 12, 31))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(read_schema("baseline"))


def test_no_entries_are_a_baseline_too(tmp_path: Path) -> None:
    written(tmp_path, "version: 1\nknown: []\n")
    assert read_baseline("drift-baseline.yaml", tmp_path) == ()


def test_json_is_read_by_the_files_name(tmp_path: Path) -> None:
    written(tmp_path, '{"version": 1, "known": []}', "baseline.json")
    assert read_baseline("baseline.json", tmp_path) == ()


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    found = codes(
        tmp_path,
        "{address: steam.a, attribute: enabled, reason: why, expires: 2026-02-30}",
        "{address: stream.a, attribute: enabld, reason: why, expires: 2026-12-31}",
        "{address: stream.a, attribute: enabled, reson: why, expires: soon}",
    )
    assert found == ["GC720 3:15", "GC724 3:66", "GC721 4:36", "GC106 5:5", "GC107 5:45", "GC104 5:66"]


@pytest.mark.parametrize(
    ("change", "code", "hint"),
    [
        (("stream.a", "steam.a"), "GC720", 'did you mean "stream"?'),
        (("stream.a", "queue.a"), "GC720", "the kinds are eventbridge_source, stream, trigger"),
        (("stream.a", "stream.*"), "GC720", "looks like"),
        (("stream.a", "conversations"), "GC720", "looks like"),
        (("stream.a", "7"), "GC105", "put it in quotes"),
        (("enabled", "enabel"), "GC721", 'did you mean "enabled"?'),
        (("enabled", "'destinations[0].url'"), "GC721", 'the whole attribute: "destinations"'),
        (("enabled", "zzz"), "GC721", "it has name, description"),
        (("why", "' '"), "GC104", ""),
        (("why", "''"), "GC108", ""),
        (("2026-12-31", "2026-13-01"), "GC724", "such as"),
        (("2026-12-31", "31.12.2026"), "GC104", ""),
        (("reason: why, ", ""), "GC106", "add `reason:`"),
        (("expires: 2026-12-31", "until: 2026-12-31"), "GC106", "add `expires:`"),
    ],
)
def test_an_entry_that_cannot_be(tmp_path: Path, change: tuple[str, str], code: str, hint: str) -> None:
    found = problems(tmp_path, f"{HEAD}  - {GOOD.replace(*change)}\n")[0]
    assert found.code == code
    assert hint in found.hint
    assert found.place is not None
    assert (found.place.file, found.place.line) == ("drift-baseline.yaml", 3)
    assert found.source_line is not None


@pytest.mark.parametrize("value", ["", "value: false, ", "value: [b, a], "])
def test_the_same_drift_twice(tmp_path: Path, value: str) -> None:
    name = "event_types" if "[" in value else "enabled"
    line = GOOD.replace("reason", f"{value}reason").replace("enabled", name)
    assert codes(tmp_path, line, line.replace("[b, a]", "[b, a]")) == ["GC722 4:15"]


def test_another_value_of_the_same_attribute_is_another_entry(tmp_path: Path) -> None:
    lines = [GOOD.replace("reason", f"value: {value}, reason") for value in ("a", "b")]
    lines = [line.replace("enabled", "description") for line in [*lines, GOOD]]
    assert len(entries(tmp_path, *lines)) == 3


def test_a_sensitive_value_is_refused_and_not_shown(tmp_path: Path) -> None:
    value = "[{protocol: https, url: 'https://e.example.com', headers: {X-Api-Key: hunter-2}}]"
    line = GOOD.replace("enabled", "destinations").replace("reason", f"value: {value}, reason")
    (found,) = problems(tmp_path, f"{HEAD}  - {line}\n")
    assert (found.code, found.path) == ("GC723", "known[0].value")
    assert "hunter-2" not in str(found)


def test_no_value_is_shown_where_something_else_is_wrong(tmp_path: Path) -> None:
    text = f"{HEAD}  - {GOOD.replace('reason', 'value: hunter-2, reson')}\n"
    assert "hunter-2" not in str(problems(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "api_key: hunter-2",
        "hunter-2",
        "[hunter-2]",
        "version: 1\nknown: hunter-2",
        "version: 1\nknown: [hunter-2]",
        "version: 1\nknown: {a: hunter-2}",
        "version: 1\nknown:\n  - {address: {a: hunter-2}}",
        "version: 1\nknown:\n  - {value: {address: hunter-2}}",
        "version: 1\nknown:\n  - {value: 1, value: hunter-2}",
        "version: 1\nknown:\n  - {address: stream.a, attribute: [hunter-2], value: x}",
    ],
)
def test_nothing_of_another_file_is_shown(tmp_path: Path, text: str) -> None:
    found = problems(tmp_path, text)
    assert any(one.source_line is not None for one in found)
    assert "hunter-2" not in str(found)


def test_a_destination_without_secrets_may_be_a_value(tmp_path: Path) -> None:
    value = "[{protocol: https, url: 'https://e.example.com/in'}]"
    (found,) = entries(tmp_path, GOOD.replace("enabled", "destinations").replace("reason", f"value: {value}, reason"))
    assert found.value == [{"protocol": "https", "url": "https://e.example.com/in"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["GC116"]),
        ("[]", ["GC105"]),
        ("text", ["GC105"]),
        ("version: 2\nknown: []", ["GC108"]),
        ("known: []", ["GC106"]),
        ("version: 1", ["GC106"]),
        ("version: 1\nknown: {}", ["GC105"]),
        ("version: 1\nknown: [7]", ["GC105"]),
        ("version: 1\nknown: []\nknow: []", ["GC107"]),
        ("version: 1\nknown: []\nknown: []", ["GC109"]),
        ("version: 1\nknown: []\n---\nversion: 1\n", ["GC112"]),
        ("version: 1\nknown: [", ["GC103"]),
        ("version: 1\nknown: *x", ["GC111"]),
    ],
)
def test_a_file_that_is_no_baseline(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert [found.code for found in problems(tmp_path, text)] == expected


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticError) as caught:
        read_baseline("nowhere.yaml", tmp_path)
    assert [found.code for found in caught.value.diagnostics] == ["GC101"]


def test_several_documents_are_told_in_the_words_of_a_baseline(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "version: 1\nknown: []\n---\n")
    assert "stack" not in found.hint
