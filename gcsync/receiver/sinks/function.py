"""The sink `python:package.module:function`: one's own function, sync or async, called with the event as a dict."""

from __future__ import annotations

import asyncio
import contextvars
import importlib
import inspect
import logging
import os
import sys
from collections.abc import Callable
from typing import Any, Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Event, SinkFailure
from gcsync.receiver.sinks.threads import Threads

THREADS: Final = 16

_log = logging.getLogger(__name__)


def open_function(rest: str) -> FunctionSink:
    """Raises DiagnosticError (GC804, GC806) when the text names no function that can be called with one value."""
    module, separator, name = rest.partition(":")
    if not (separator and module and name):
        hint = "write python:package.module:function"
        raise DiagnosticError(Diagnostic("GC804", "a function is named after a second colon", path="--sink", hint=hint))
    return FunctionSink(_import(module, name))


class FunctionSink:
    """Async functions run beside the requests, others in one of sixteen threads. An exception is a failure."""

    def __init__(self, function: Callable[[dict[str, Any]], Any]) -> None:
        self._function = function
        self._async = inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004 - an object's method, asked whether it is async
        )
        self._threads = Threads(THREADS, "gcsync-function")

    async def handle(self, event: Event) -> None:
        """As the interface says."""
        payload = dict(event.payload)
        try:
            if self._async:
                await self._function(payload)
            else:
                # With the context: a function that makes spans of its own has them in the request's trace.
                run = contextvars.copy_context().run
                result = await asyncio.get_running_loop().run_in_executor(self._threads, run, self._function, payload)
                # Around an async function, a decorator is often a plain one: nothing is done yet.
                if inspect.isawaitable(result):
                    await result
        except (Exception, SystemExit, KeyboardInterrupt, asyncio.CancelledError) as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise
            # Its message may quote the event; where it happened is told, as the log's format does.
            _log.debug("the function raised", exc_info=True)
            raise SinkFailure(f"the function raised {type(error).__name__}") from None

    async def close(self) -> None:
        """Wait for the calls under way, a few seconds at most."""
        await asyncio.to_thread(self._threads.end)


def _import(module: str, name: str) -> Callable[[dict[str, Any]], Any]:
    here = os.getcwd()
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:
        # A module of the user's own may raise anything while it is imported, and quote anything.
        told = type(error).__name__
        if isinstance(error, ImportError | AttributeError | SyntaxError):
            told += f": {error}"
        hint = "it is looked for on PYTHONPATH, then in the current folder"
        message = f"python:{module}:{name} cannot be imported: {told}"
        raise DiagnosticError(Diagnostic("GC806", message, path="--sink", hint=hint)) from None
    if not callable(found):
        hint = "name a function that takes the event as a dict"
        raise DiagnosticError(Diagnostic("GC806", f"python:{module}:{name} cannot be called", path="--sink", hint=hint))
    if inspect.isgeneratorfunction(found) or inspect.isasyncgenfunction(found):
        hint = "write return for yield: calling a generator does nothing of what stands in it"
        raise DiagnosticError(Diagnostic("GC806", f"python:{module}:{name} is a generator", path="--sink", hint=hint))
    return found  # type: ignore[no-any-return]
