"""The first moments of `gcsync`, in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

INTERRUPTED_AT = """
import signal, sys

# Whoever runs the tests may ignore it, as a shell does for what it starts in the background.
signal.signal(signal.SIGINT, signal.default_int_handler)
module = sys.argv[1]

class Early:
    def find_spec(self, name, *_):
        if name == module:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Early())
from gcsync.__main__ import main
sys.argv = ["gcsync", "--help"]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another thing there")
@pytest.mark.parametrize(
    ("module", "code", "said"),
    [("gcsync.cli.main", -signal.SIGINT, ""), ("gcsync.cli.app", 130, "Interrupted.\n")],
)
def test_ctrl_c_prints_no_traceback_however_early_it_comes(module: str, code: int, said: str) -> None:
    line = [sys.executable, "-c", INTERRUPTED_AT, module]
    done = subprocess.run(line, capture_output=True, encoding="utf-8", timeout=900)
    assert (done.returncode, done.stderr) == (code, said)
