"""Two short ways between the application and its server, past ASGI's messages, which cost more than what they carry.

Who stands between the two (telemetry does) wraps `receive` and `send`; so they are functions then and not the methods
of a Shortcut, and everything goes the long way, which is always right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Shortcut:
    """What a server's `receive` and `send` are methods of, where it knows the short ways."""

    def whole_body(self) -> bytes | None:
        """The request's body, once; None where it is not all there, or `receive` has something else to tell."""
        raise NotImplementedError

    def answer(self, status: int, body: bytes) -> bool:
        """Write JSON as the whole answer; False where nothing was done and `send` is to do it."""
        raise NotImplementedError


def shortcut(method: Callable[..., Any]) -> Shortcut | None:
    """The short ways that belong to a `receive` or a `send`."""
    owner = getattr(method, "__self__", None)
    return owner if isinstance(owner, Shortcut) else None
