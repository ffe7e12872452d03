"""What the function is told by environment variables: those of `gcsync receiver serve`, less what has no meaning here.

A Lambda function has a disk that lasts as long as the process, and nobody to open a file on it: stores and sinks that
are files are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.authentication import SECRET
from gcsync.receiver.limits import Limits
from gcsync.receiver.stores import Retention

PREFIX: Final = "GCSYNC_RECEIVER_"
SECRET_ARN: Final = "GCSYNC_RECEIVER_SECRET_ARN"  # noqa: S105 - a variable's name
SECRET_AGE: Final = 300.0
"""Seconds for which a credential is used before it is fetched again."""
_WITHOUT_MEANING = {
    "DEAD_LETTER": "it names a file; without it the sender tries for 24 hours, and nothing is set aside",
    "TLS_CERT": "the gateway in front speaks TLS",
    "TLS_KEY": "the gateway in front speaks TLS",
    "WORKERS": "Lambda starts as many processes as there are requests",
}
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class LambdaSettings:
    """`secret_arn` names the credential where it is not in the environment; `secret_age` is in seconds."""

    store: str
    sink: str
    auth: str = "header:X-Api-Key"
    insecure: bool = False
    limits: Limits = field(default_factory=Limits)
    retention: Retention = field(default_factory=Retention)
    open_metrics: bool = False
    secret_arn: str = ""
    secret_age: float = SECRET_AGE
    base_path: str = ""


def read_settings(environ: Mapping[str, str]) -> LambdaSettings:
    """Raises DiagnosticError (GC860, GC861) with all that is wrong."""
    found: list[Diagnostic] = []

    def told(name: str, default: Any, read: Callable[[str], Any], form: str) -> Any:
        text = environ.get(PREFIX + name, "").strip()
        value = read(text) if text else default
        if value is None:
            found.append(_wrong(name, f"it is not {form}", f"set it to {form}"))
        return value

    found.extend(_files(environ))
    settings = LambdaSettings(
        store=told("STORE", "", str, ""),
        sink=told("SINK", "", str, ""),
        auth=told("AUTH", "header:X-Api-Key", str, ""),
        insecure=told("INSECURE_NO_AUTH", False, _switch, "true or false"),
        limits=Limits(
            body=told("MAX_BODY", Limits().body, _number, "a whole number above 0"),
            rate=told("RATE_LIMIT", 0.0, _rate, "a number, 0 for any rate"),
        ),
        retention=Retention(told("RETENTION", Retention().seconds, _duration, "a stretch of time, as 26h or 7d")),
        open_metrics=told("OPEN_METRICS", False, _switch, "true or false"),
        secret_arn=told("SECRET_ARN", "", str, ""),
        secret_age=told("SECRET_MAX_AGE", SECRET_AGE, _duration, "a stretch of time, as 5m"),
        base_path=told("BASE_PATH", "", str, ""),
    )
    if settings.secret_arn and environ.get(SECRET):
        found.append(_wrong("SECRET_ARN", f"{SECRET} is set too", "set one of the two"))
    if found:
        raise DiagnosticError(found)
    return settings


def _files(environ: Mapping[str, str]) -> list[Diagnostic]:
    """What needs a disk that lasts, or is missing altogether."""
    found = []
    store, sink = (environ.get(PREFIX + name, "").strip() for name in ("STORE", "SINK"))
    if not store or store.startswith("sqlite:"):
        what = "a file does not outlive the function's process" if store else "it is not set"
        found.append(_wrong("STORE", what, "set it to dynamodb://TABLE or redis://HOST", code="GC861"))
    if not sink or sink.startswith(("sqlite:", "jsonl:", "parquet:")):
        what = "a file does not outlive the function's process" if sink else "it is not set"
        hint = "set it to sqs:URL, sns:ARN, https://… or python:package.module:function"
        found.append(_wrong("SINK", what, hint, code="GC861"))
    for name, why in _WITHOUT_MEANING.items():
        if environ.get(PREFIX + name):
            found.append(_wrong(name, "it has no meaning on Lambda", f"leave it out: {why}", code="GC861"))
    return found


def _wrong(name: str, what: str, hint: str, *, code: str = "GC860") -> Diagnostic:
    return Diagnostic(code, f"{PREFIX}{name}: {what}", path=PREFIX + name, hint=hint)


def _switch(text: str) -> bool | None:
    lowered = text.lower()
    return True if lowered in _YES else False if lowered in _NO else None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"0*[1-9][0-9]{0,11}", text) else None


def _rate(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,3})?", text) else None


def _duration(text: str) -> float | None:
    from gcsync.model.moment import read_duration

    duration = read_duration(text)
    return None if duration is None else duration.total_seconds()
