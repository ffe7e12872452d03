"""What goes on with an event to whoever gets it: the trace it belongs to (W3C Trace Context), where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_fields: ContextVar[Mapping[str, str] | None] = ContextVar("gcsync_trace_fields", default=None)


def trace_fields() -> Mapping[str, str]:
    """`traceparent` and `tracestate` by name, for headers or for the attributes of a message; empty without a trace."""
    return _fields.get() or {}


@contextmanager
def carrying(fields: Mapping[str, str]) -> Iterator[None]:
    """Let what runs inside, in this task, find these fields."""
    token = _fields.set(fields)
    try:
        yield
    finally:
        _fields.reset(token)
