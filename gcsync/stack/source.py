"""Files: reading them, and naming them as the user would."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gcsync.stack.document import Document, Problem
from gcsync.stack.reader import read
from gcsync.stack.syntax import NOT_TEXT, not_text

MAX_BYTES: Final = 64 * 1024 * 1024
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(slots=True, eq=False)
class Source:
    """A file that was read. `name` is what the user would type; `document` holds its values, or what is wrong."""

    name: str
    path: Path
    text: str = ""
    document: Document = field(default_factory=Document)
    _lines: list[str] | None = None

    def line(self, number: int) -> str | None:
        """A line of the file, counted from 0; None behind its end."""
        if self._lines is None:
            self._lines = _LINE_END.split(self.text)
        return self._lines[number] if 0 <= number < len(self._lines) else None


class UnreadableFile(Exception):
    """A file whose text cannot be had; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def open_source(path: Path, name: str, instead: str | None = None) -> Source:
    """Read a YAML file, or a JSON file by its name. Never raises for what is in it: the document says what is wrong.

    `instead` is taken for the file's text where it is given.
    """
    try:
        text = read_text(path) if instead is None else instead
    except UnreadableFile as error:
        return Source(name, path, "", Document(problems=(error.problem,), complete=False))
    if path.suffix == ".json":
        from gcsync.stack.json_reader import read_json

        return Source(name, path, text, read_json(text))
    if not text.isascii() and (found := NOT_TEXT.search(text)) is not None:
        code, message, mark, hint = not_text(text, found)
        return Source(name, path, text, Document(problems=(Problem(code, message, mark, (), hint),), complete=False))
    return Source(name, path, text, read(text))


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file, without its byte order mark. Raises UnreadableFile."""
    return decoded(_read_bytes(path, limit))


def decoded(data: bytes) -> str:
    """UTF-8 as text, without its byte order mark. Raises UnreadableFile."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        hint = "save it as UTF-8"
        raise UnreadableFile(Problem("GC102", "the file is UTF-16, not UTF-8", hint=hint))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(_not_utf8(data, error)) from None


def _read_bytes(path: Path, limit: int) -> bytes:
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            raise UnreadableFile(Problem("GC101", "cannot be read: it is a folder", hint="name a file"))
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "its name is unusable").lower()
        hint = "check the path and its permissions"
        raise UnreadableFile(Problem("GC101", f"cannot be read: {why}", hint=hint)) from None
    if len(data) > limit:
        message = f"the file is larger than {limit // (1024 * 1024)} MiB"
        raise UnreadableFile(Problem("GC113", message, hint="split it with `include:`"))
    return data


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> Problem:
    from gcsync.stack.marks import pack

    if data.startswith(b"\x1f\x8b") or b"\0" in data[:64]:
        return Problem("GC102", "the file is no text", hint="a stack file is YAML, saved as UTF-8")
    before = _LINE_END.split(data[: error.start].decode("utf-8-sig", "replace"))
    message = f"the byte 0x{data[error.start]:02x} is no UTF-8"
    return Problem("GC102", message, pack(len(before) - 1, len(before[-1])), hint="save the file as UTF-8")


def display_name(path: Path, folder: Path) -> str:
    """The file relative to `folder`, by `..` too: what is printed names no folder above those that both share.

    As it is where they share nothing but the root, as /etc and /home do.
    """
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        pass
    absolute = path.is_absolute() and folder.is_absolute()
    if not absolute or path.drive != folder.drive or os.path.commonpath([path, folder]) == path.anchor:
        return path.as_posix()
    return Path(os.path.relpath(path, folder)).as_posix()
