"""Asks an emulator that runs to send an event, and waits for what becomes of it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

_ANSWER_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE: Final = 1.0


def emit(
    url: str,
    event: Mapping[str, Any],
    *,
    wait: float,
    now: Callable[[], float],
    sleep: Callable[[float], None],
) -> list[dict[str, Any]]:
    """The deliveries of the event, as the emulator's log has them, once none is pending or `wait` seconds are over.

    Raises DiagnosticError GC850 where nothing answers at `url`, GC851 where no emulator does or it refuses the event.
    """
    begun = now()
    found = _deliveries(url, "/emulator/events", json.dumps(event).encode())
    ids = {delivery["id"] for delivery in found}
    pause = _PAUSE_SECONDS
    while any(one["state"] == "pending" for one in found) and now() - begun < wait:
        sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
        found = [one for one in _deliveries(url, "/emulator/deliveries") if one["id"] in ids]
    return found


def _deliveries(url: str, path: str, body: bytes | None = None) -> list[dict[str, Any]]:
    answer = _ask(url, path, body)
    found = answer.get("deliveries") if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise _no_emulator(url)
    return found


def _ask(url: str, path: str, body: bytes | None) -> Any:
    try:
        if not url.startswith(("http://", "https://")):
            raise ValueError(url)
        request = urllib.request.Request(url.rstrip("/") + path, body, {"Content-Type": "application/json"})  # noqa: S310 - checked above
        # The emulator is on this machine, or near: no proxy stands between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=_ANSWER_SECONDS) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(url, error.read(65536)) from None
    except OSError as error:
        reason = getattr(error, "reason", error)
        message = f"nothing answers at the emulator's URL: {getattr(reason, 'strerror', None) or reason}"
        hint = "start one with `gcsync emulator serve`, which prints its URL, or leave --url away"
        raise DiagnosticError(Diagnostic("GC850", message, path="--url", hint=hint)) from None
    except ValueError:
        raise _no_emulator(url) from None


def _refused(url: str, body: bytes) -> DiagnosticError:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or answer.get("code") != "bad.event":
        return _no_emulator(url)
    return DiagnosticError(Diagnostic("GC851", str(answer.get("message")), hint="write {id, eventType, data}"))


def _no_emulator(url: str) -> DiagnosticError:
    hint = "take the URL that `gcsync emulator serve` prints, http://127.0.0.1:PORT"
    return DiagnosticError(Diagnostic("GC851", "what answers there is no emulator of gcsync", path="--url", hint=hint))
