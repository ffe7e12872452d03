"""The function that Lambda calls: `gcsync.receiver.aws_lambda.handler.handler`.

The receiver is started while Lambda loads this module, before the first request. Where that fails, each request tries
once more and is answered 500 meanwhile, so that the sender comes again; the log has one line with the cause.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.aws_lambda.function import FAILED, Function, place_of, start
from gcsync.receiver.aws_lambda.gateway import Event, NoRequest, read_request

_DEFAULT_SECONDS = 30.0

_log = logging.getLogger(__name__)
_function: Function | None = None


def handler(event: Event, context: Any) -> dict[str, Any]:
    """The answer for a function URL, an HTTP API, a REST API or a load balancer.

    Raises DiagnosticError (GC863) for an event of anything else, which Lambda tells whoever has sent it.
    """
    try:
        running = _started()
        if running is None:
            return FAILED.result(legacy=read_request(event).legacy)
        return running.invoke(event, _seconds(context))
    except NoRequest as error:
        message = f"the event is no request of a function URL, an API or a load balancer: {error}"
        raise DiagnosticError(Diagnostic("GC863", message)) from None


def _started() -> Function | None:
    """The function, started now if it was not; None where that fails."""
    global _function
    if _function is None:
        try:
            _function = start(os.environ)
        except DiagnosticError as error:
            for told in error.diagnostics:
                _log.error("the receiver cannot start: %s: %s (%s)", told.code, told.message, told.hint)
        except Exception as error:
            _log.error("the receiver cannot start: %s", place_of(error))
    return _function


def _seconds(context: Any) -> float:
    """What is left of the invocation's time."""
    told = getattr(context, "get_remaining_time_in_millis", None)
    return float(told()) / 1000 if callable(told) else _DEFAULT_SECONDS


def _log_what_happens() -> None:
    """From INFO on, which holds nothing of an event, through the handler that Lambda has given to the root logger.

    Never DEBUG, whatever Lambda's own log level: it tells where a function of one's own has raised, in full.
    """
    logger = logging.getLogger("gcsync")
    logger.setLevel(max(logging.INFO, logging.getLogger().level if "AWS_LAMBDA_LOG_LEVEL" in os.environ else 0))


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    _log_what_happens()
    _started()
