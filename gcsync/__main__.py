"""`gcsync`, and `python -m gcsync`."""

import signal
from typing import NoReturn


def main() -> NoReturn:
    """Load the command line and run it. Ctrl-C before it can heed one ends the process without Python's traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from gcsync.cli.main import main as run_and_exit

    run_and_exit()


if __name__ == "__main__":
    main()
