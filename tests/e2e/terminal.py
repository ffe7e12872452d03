"""A command at a terminal: a pseudo-terminal for its input and output, as a person has one."""

from __future__ import annotations

import codecs
import os
import pty
import re
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.workplace import LONGEST_SECONDS, Workplace, command

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """What a person sees and types. `seen` is everything so far, without colours."""

    def __init__(self, process: subprocess.Popen[bytes], descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.raw = ""

    @property
    def seen(self) -> str:
        return _COLOURS.sub("", self.raw).replace("\r\n", "\n")

    def wait_for(self, text: str) -> None:
        while text not in self.seen:
            if not self._read():
                raise AssertionError(f"ended without {text!r}; seen: {self.seen}")

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def interrupt(self, number: int = signal.SIGINT) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        while self._read():
            pass
        return self.process.wait(LONGEST_SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], LONGEST_SECONDS)
        if not ready:
            raise AssertionError(f"nothing more came; seen: {self.seen}")
        try:
            read = os.read(self._descriptor, 65536)
        except OSError:
            return False
        # What is read may end in the midst of a character.
        self.raw += self._decoder.decode(read)
        return bool(read)


@contextmanager
def at_terminal(work: Workplace, *arguments: str, **environ: str) -> Iterator[Terminal]:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        cwd=work.folder,
        env=work.environ | {"TERM": "xterm-256color"} | environ,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    try:
        yield Terminal(process, controller)
    finally:
        process.kill()
        process.wait()
        os.close(controller)
