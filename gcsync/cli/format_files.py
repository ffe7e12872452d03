"""`gcsync fmt`."""

from __future__ import annotations

import difflib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common
from gcsync.model.diagnostic import Diagnostic, DiagnosticError, Place

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        show_default=False,
        help="Stack files or folders; stacks/ by default, else the current folder; - lays out what comes on stdin.",
    ),
]
NEWEST_VERSION = 1
"""Of stack files."""
_STDIN = "-"


@dataclass(frozen=True, slots=True)
class _Layout:
    """A file whose layout is to change. Texts are without a byte order mark, and with the file's own line ends."""

    name: str
    path: Path
    data: bytes
    before: str
    after: str

    def difference(self) -> str:
        """What changes, line by line, with sensitive values masked."""
        from gcsync.stack import masked_lines

        sides = masked_lines(self.before, self.name), masked_lines(self.after, self.name)
        lines = difflib.unified_diff(*sides, fromfile=self.name, tofile=self.name, lineterm="")
        return "\n".join(lines) or f"{self.name}: blanks beside a sensitive value, or line ends"


@options.command
def format_files(
    common: Common,
    paths: Paths = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 when a file has another layout.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Rewrite files of an older version in the newest one.")
    ] = False,
) -> int:
    """Give stack files and their parts one layout. Prints the names of those that had another."""
    if paths == [_STDIN]:
        return _format_stdin(check=check, diff=diff)
    from gcsync.stack import written_files

    sources = [source for source in written_files(paths or (), folder=Path.cwd()) if source.path.suffix != ".json"]
    layouts, problems = _layouts([(source.name, source.path) for source in sources])
    for layout in layouts:
        output.result(layout.difference() if diff else layout.name)
        if not (check or diff):
            _write(layout)
    if upgrade and not problems:
        output.notice(f"Every file is of version {NEWEST_VERSION}, the newest.")
    if problems:
        raise DiagnosticError(problems)
    return ExitCode.ERROR if check and layouts else ExitCode.DONE


def _format_stdin(*, check: bool, diff: bool) -> ExitCode:
    """For editors: the text of stdin, laid out, on stdout; what is wrong with it is told, and stdout stays empty."""
    from gcsync.stack import text_given

    raw = getattr(sys.stdin, "buffer", None)
    data = raw.read() if raw is not None else sys.stdin.read().encode("utf-8", "surrogateescape")
    name = "(stdin)"
    text = text_given(data, name)
    layout = _Layout(name, Path(name), data, text, _formatted(name, text))
    changed = layout.after != text
    if diff or check:
        output.result((layout.difference() if diff else name) if changed else "")
    else:
        output.result(layout.after.removesuffix("\n"))
    return ExitCode.ERROR if check and changed else ExitCode.DONE


def _layouts(files: list[tuple[str, Path]]) -> tuple[list[_Layout], list[Diagnostic]]:
    layouts: list[_Layout] = []
    problems: list[Diagnostic] = []
    for name, path in files:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
        try:
            after = _formatted(name, text)
        except DiagnosticError as error:
            problems += error.diagnostics
            continue
        if after != text:
            layouts.append(_Layout(name, path, data, text, after))
    return layouts, problems


def _formatted(name: str, text: str) -> str:
    """The text in its layout, with the line ends that it has. Raises DiagnosticError (GC760)."""
    from gcsync.adopt import CannotFormat, formatted

    try:
        found = formatted(text)
    except CannotFormat as error:
        place = Place(name, error.line, 1)
        hint = "the file is left as it is; every other command reads it all the same"
        raise DiagnosticError(Diagnostic("GC760", str(error), place=place, hint=hint)) from None
    return found.replace("\n", "\r\n") if "\r\n" in text else found


def _write(layout: _Layout) -> None:
    from gcsync.adopt.files import replace_text

    replace_text(layout.path, layout.data, layout.after, lambda _: None)
