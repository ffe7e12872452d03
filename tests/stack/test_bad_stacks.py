"""The corpus of bad stack files: each says in its leading comments which diagnostics it must give, and where.

    # expect: GC104 14:14 streams.conversations.destinations[0].url     an error: code, line:column, path
    # expect-warning: GC150 5:3 streams.conversations                   the same for a warning
    # expect: GC203 - (file)                                            one without a place, or without a path
    # message: contains http://events                                   some message of the case contains this
    # hint: contains event_types                                        some hint of the case contains this
    # not-shown: hunter2                                                no part of any diagnostic contains this
    # mode: load | validate                                             without it, both must say the same
    # env: dev · # var: a=b · # var-file: a.yaml · # environ: A=b       what the command line and the environment give
    # paths: .                                                          for a folder; `stack.yaml` without it

A file that cannot carry a comment has its comments in a sibling `.expect` file. The expectations of a file in a folder
concern that file. They are the complete set, in order; `load` tells warnings only where there is no error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gcsync import stack
from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Place, Severity
from gcsync.model.value import SECRET_TEXT
from gcsync.stack import Inputs

BAD = Path(__file__).parent / "bad"
CASES = sorted(path for path in BAD.iterdir() if path.is_dir() or path.suffix == ".yaml")
DIRECTIVE = re.compile(r"# (?P<name>[a-z-]+): (?P<value>.+)")
MAX_FILE = 64 * 2**20
UNREAD = {"GC101", "GC102", "GC113"}
MASK = re.compile(rf"(?:\*{{3,}}|{re.escape(SECRET_TEXT)})+")


@dataclass(frozen=True)
class Case:
    folder: Path
    directives: tuple[tuple[str, str, str], ...]
    """File, name and value of each."""
    default_path: str

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(value for _, found, value in self.directives if found == name)

    @property
    def inputs(self) -> Inputs:
        return Inputs(
            environment=next(iter(self.values("env")), None),
            variables=self.values("var"),
            variable_files=self.values("var-file"),
            environ=dict(value.split("=", 1) for value in self.values("environ")),
        )

    @property
    def paths(self) -> list[str]:
        return (" ".join(self.values("paths")) or self.default_path).split()

    @property
    def expected(self) -> list[str]:
        return [
            f"{'warning ' * (name == 'expect-warning')}{_located(file, value)}"
            for file, name, value in self.directives
            if name.startswith("expect")
        ]

    def expected_of(self, run: Callable[..., object]) -> list[str]:
        errors = [line for line in self.expected if not line.startswith("warning")]
        return errors or self.expected if run is diagnose_load else self.expected

    @property
    def runs(self) -> list[Callable[[list[str], Inputs, Path], list[Diagnostic]]]:
        both = {"load": diagnose_load, "validate": diagnose_validate}
        return [both[mode] for mode in self.values("mode") or both]


def _located(file: str, expectation: str) -> str:
    code, place, path = expectation.split(maxsplit=2)
    return f"{code} {file}:{place} {path}" if place != "-" else f"{code} - {path}"


def read_case(path: Path) -> Case:
    if path.is_file():
        return Case(path.parent, tuple(read_directives(path)), path.name)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    return Case(path, tuple(directive for file in files for directive in read_directives(file, path)), "stack.yaml")


def read_directives(file: Path, folder: Path | None = None) -> Iterator[tuple[str, str, str]]:
    beside = file.with_suffix(".expect")
    name = str(file.relative_to(folder or file.parent))
    for line in (beside if beside.exists() else file).read_text(encoding="utf-8-sig").splitlines():
        if not line.startswith("#"):
            return
        if match := DIRECTIVE.fullmatch(line):
            yield name, match["name"], match["value"]


def diagnose_load(paths: list[str], inputs: Inputs, folder: Path) -> list[Diagnostic]:
    try:
        stacks = stack.load(paths, inputs, folder=folder)
    except DiagnosticError as error:
        return list(error.diagnostics)
    return [warning for loaded in stacks for warning in loaded.warnings]


def diagnose_validate(paths: list[str], inputs: Inputs, folder: Path) -> list[Diagnostic]:
    return list(stack.validate(paths, inputs, folder=folder))


def summary(diagnostic: Diagnostic, folder: Path) -> str:
    place = diagnostic.place
    where = f"{relative(place, folder)}:{place.line}:{place.column}" if place else "-"
    warning = "warning " * (diagnostic.severity is Severity.WARNING)
    return f"{warning}{diagnostic.code} {where} {diagnostic.path or '(file)'}"


def relative(place: Place, folder: Path) -> str:
    return os.path.relpath(folder / place.file, folder)


def assert_shown_line_is_the_files_own(diagnostic: Diagnostic, folder: Path) -> None:
    """Character by character, but for what is masked. Of a file whose text could not be had there is none."""
    place, shown = diagnostic.place, diagnostic.source_line
    if place is None or (diagnostic.code in UNREAD and not shown):
        return
    assert shown is not None
    text = (folder / place.file).read_bytes().decode("utf-8-sig", errors="replace")
    lines = text.replace("\r\n", "\n").split("\n")
    pattern = ".+".join(re.escape(part) for part in MASK.split(shown))
    assert re.fullmatch(pattern, lines[place.line - 1]), (shown, lines[place.line - 1])


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_says_exactly_what_is_wrong_and_where(path: Path) -> None:
    case = read_case(path)
    for run in case.runs:
        found = run(case.paths, case.inputs, case.folder)
        assert [summary(diagnostic, case.folder) for diagnostic in found] == case.expected_of(run), run.__name__


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_says_it_in_words_that_help_and_shows_no_secret(path: Path) -> None:
    case = read_case(path)
    for run in case.runs:
        found = run(case.paths, case.inputs, case.folder)
        assert all(diagnostic.message for diagnostic in found)
        for name, texts in (("message", [d.message for d in found]), ("hint", [d.hint for d in found])):
            for wanted in case.values(name):
                assert any(wanted.removeprefix("contains ") in text for text in texts), (name, wanted, texts)
        assert not [secret for secret in case.values("not-shown") if secret in repr(found)]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name)
def test_shows_the_line_of_the_file(path: Path) -> None:
    case = read_case(path)
    for run in case.runs:
        for diagnostic in run(case.paths, case.inputs, case.folder):
            assert_shown_line_is_the_files_own(diagnostic, case.folder)


def test_the_corpus_is_large_and_says_something_in_every_case() -> None:
    assert len(CASES) >= 150
    assert [path.name for path in CASES if not read_case(path).expected] == []


GENERATED_ONLY = {"GC113", "GC119"}
"""Codes that only a test with files of its own can produce: see below."""


def test_every_code_of_the_stack_reader_is_produced_by_some_case() -> None:
    from gcsync.explanations import codes

    produced = {line.removeprefix("warning ")[:5] for path in CASES for line in read_case(path).expected}
    tests_of_stacks = {code for code in codes() if "GC841" <= code <= "GC847"}
    explained = {code for code in codes() if code.startswith(("GC1", "GC2"))} | {"GC609"} | tests_of_stacks
    assert produced | GENERATED_ONLY == explained


VALID = """version: 1
stack: contact-center
streams:
  conversations:
    event_types: [conversation:start]
    destinations: [{protocol: https, url: https://events.example.com/genesys-events}]
"""


def load_text(folder: Path, data: str | bytes) -> list[str]:
    """What loading a file of this content says: code and place of each diagnostic."""
    (folder / "stack.yaml").write_bytes(data.encode() if isinstance(data, str) else data)
    return load_folder(folder)


def load_folder(folder: Path, path: str = "stack.yaml") -> list[str]:
    found = diagnose_load([path], Inputs(), folder)
    return [summary(diagnostic, folder) for diagnostic in found]


def test_the_valid_stack_of_these_tests_is_valid(tmp_path: Path) -> None:
    assert load_text(tmp_path, VALID) == []


@pytest.mark.parametrize(
    ("opening", "column"), [("[", 72), ("{a: ", 72 + 3 * 63), ("- ", 1), ("? ", 1), ("!!seq [", 1)], ids=repr
)
def test_200_000_levels_are_refused_at_the_65th(tmp_path: Path, opening: str, column: int) -> None:
    found = load_text(tmp_path, f"{VALID}x-deep:\n{' ' * 8}{opening * 200_000}")
    assert [line.split()[0] for line in found] == ["GC110"]
    if opening == "[":
        assert found == [f"GC110 stack.yaml:8:{column} x-deep{'[0]' * 63}"]


def test_64_levels_are_read(tmp_path: Path) -> None:
    assert load_text(tmp_path, f"{VALID}x-deep: {'[' * 63}{']' * 63}\n") == []
    assert load_text(tmp_path, f"{VALID}x-deep: {'[' * 64}{']' * 64}\n") != []


def test_each_of_2_000_wrong_values_is_told(tmp_path: Path) -> None:
    many = "".join(f"  stream_{number}: 1\n" for number in range(2_000))
    found = load_text(tmp_path, f"version: 1\nstack: contact-center\nstreams:\n{many}")
    assert {line.split()[0] for line in found} == {"GC105"}
    assert found[0] == "GC105 stack.yaml:4:13 streams.stream_0"
    assert len(found) == 2_000


def test_a_file_over_64_mib_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "stack.yaml").open("wb") as file:
        file.truncate(MAX_FILE + 1)
    assert load_folder(tmp_path) == ["GC113 stack.yaml:1:1 (file)"]


def test_a_path_without_a_file_is_named(tmp_path: Path) -> None:
    (found,) = diagnose_load(["stacks/prod.yaml"], Inputs(), tmp_path)
    assert (found.code, "stacks/prod.yaml" in found.message) == ("GC119", True)


def test_a_folder_without_stack_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "README.md").write_text("Stacks go here.")
    (found,) = diagnose_load(["stacks"], Inputs(), tmp_path)
    assert (found.code, "stacks" in found.message) == ("GC119", True)


def test_a_file_below_the_folder_that_is_a_link_out_of_it_is_refused(tmp_path: Path) -> None:
    outside, folder = tmp_path / "secret.txt", tmp_path / "stacks"
    outside.write_text("hunter2")
    folder.mkdir()
    (folder / "about.txt").symlink_to(outside)
    text = VALID.replace("  conversations:\n", "  conversations:\n    description: ${file.about.txt}\n")
    assert load_text(folder, text) == ["GC208 stack.yaml:5:18 streams.conversations.description"]


def test_an_included_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "stacks"
    folder.mkdir()
    (tmp_path / "part.yaml").write_text("streams: {}\n")
    (folder / "part.yaml").symlink_to(tmp_path / "part.yaml")
    assert load_text(folder, f"{VALID}include: [part.yaml]\n") == ["GC118 stack.yaml:7:11 include[0]"]


def test_an_included_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").symlink_to(tmp_path / "gone.yaml")
    (code, *_) = (line.split()[0] for line in load_text(tmp_path, f"{VALID}include: [part.yaml]\n"))
    assert code in {"GC101", "GC118"}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00" * 2**20, b"\xc3("], ids=["utf-16", "NULs", "latin-1"])
def test_a_file_expression_takes_utf8_text_only(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "about.txt").write_bytes(content)
    text = VALID.replace("  conversations:\n", "  conversations:\n    description: ${file.about.txt}\n")
    assert load_text(tmp_path, text) == ["GC208 stack.yaml:5:18 streams.conversations.description"]


def test_a_large_file_is_no_text_for_an_expression(tmp_path: Path) -> None:
    with (tmp_path / "about.txt").open("wb") as file:
        file.truncate(MAX_FILE + 1)
    text = VALID.replace("  conversations:\n", "  conversations:\n    description: ${file.about.txt}\n")
    assert load_text(tmp_path, text) == ["GC208 stack.yaml:5:18 streams.conversations.description"]


def test_an_alias_bomb_of_merges_is_refused(tmp_path: Path) -> None:
    levels = "".join(f"x-{n}: &a{n} {{a: *a{n - 1}, b: *a{n - 1}, c: *a{n - 1}}}\n" for n in range(1, 40))
    found = load_text(tmp_path, f"{VALID}x-0: &a0 {{a: 1}}\n{levels}")
    assert [line.split()[0] for line in found] == ["GC111"]


def test_aliases_of_what_is_missing_add_up_as_well(tmp_path: Path) -> None:
    undefined, first, second = (", ".join([alias] * 300) for alias in ("*undefined", "*first", "*second"))
    text = VALID.replace("[conversation:start]", "*third")
    found = load_text(tmp_path, f"x-1: &first [{undefined}]\nx-2: &second [{first}]\nx-3: &third [{second}]\n{text}")
    assert {line.split()[0] for line in found} == {"GC111"}


def test_a_name_of_257_characters_is_too_long(tmp_path: Path) -> None:
    text = VALID.replace("  conversations:\n", f"  conversations:\n    name: {'x' * 257}\n")
    assert load_text(tmp_path, text) == ["GC108 stack.yaml:5:11 streams.conversations.name"]


def test_a_number_of_a_million_digits_is_a_wrong_value_like_any_other(tmp_path: Path) -> None:
    text = VALID.replace("  conversations:\n", f"  conversations:\n    enabled: {'9' * 1_000_000}\n")
    (found,) = load_text(tmp_path, text)
    assert found in {f"{code} stack.yaml:5:14 streams.conversations.enabled" for code in ("GC105", "GC108")}
