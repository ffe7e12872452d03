"""`-v` and `-vv`: what gcsync logs, on stderr."""

from __future__ import annotations

import logging
from typing import Any

from gcsync.cli import output

_LEVELS = {0: logging.WARNING, 1: logging.INFO}


def configure(verbose: int) -> None:
    """Log warnings; with 1 what gcsync does, with 2 every exchange with the API too, its secrets taken out.

    What libraries log is not shown: nothing is taken out of that.
    """
    handler = _Notices()
    handler.setFormatter(_Lines("%(levelname).1s %(name)s: %(message)s"))
    logger = logging.getLogger("gcsync")
    logger.handlers = [handler]
    logger.setLevel(_LEVELS.get(verbose, logging.DEBUG))
    logger.propagate = False


class _Lines(logging.Formatter):
    """One line for each record. Of an exception its type and its place are told; its message may quote a secret."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        kind, _, trace = ei
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f" at {trace.tb_frame.f_globals.get('__name__')}, line {trace.tb_lineno}" if trace is not None else ""
        return f"{kind.__name__ if kind else 'no exception'}{where}"


class _Notices(logging.Handler):
    """Writes where every notice goes, which a progress line may stand in front of at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        from gcsync.views.style import clean

        output.notice(clean(self.format(record)))
