"""`-v` and `-vv`: what gcsync logs, on stderr."""

from __future__ import annotations

import logging

from gcsync.cli import output

_LEVELS = {0: logging.WARNING, 1: logging.INFO}
_LIBRARIES = ("urllib3",)


def configure(verbose: int) -> None:
    """Log warnings; with 1 what gcsync does, with 2 every request of the HTTP library too, without its headers."""
    level = _LEVELS.get(verbose, logging.DEBUG)
    handler = _Notices()
    handler.setFormatter(logging.Formatter("%(levelname).1s %(name)s: %(message)s"))
    for name in ("gcsync", *(_LIBRARIES if verbose > 1 else ())):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


class _Notices(logging.Handler):
    """Writes where every notice goes, which a progress line may stand in front of at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        output.notice(self.format(record))
