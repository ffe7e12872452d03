"""The sink that a text names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Sink, Store

AUTHORIZATION: Final = "GCSYNC_RECEIVER_SINK_AUTHORIZATION"


def open_sink(text: str, store: Store | None, environ: Mapping[str, str]) -> Sink:
    """The sink that a text names: `jsonl:FILE`, `sqlite:`, `sqs:URL`, `sns:ARN`, `https://…` and more.

    Only `sqlite:` asks for a store. `environ` may hold the Authorization header for a webhook, and what AWS needs.
    Raises DiagnosticError (GC804 to GC806, GC812, GC814, GC816).
    """
    scheme, separator, rest = text.partition(":")
    if scheme == "jsonl" and rest:
        from gcsync.receiver.sinks.jsonl import open_lines

        return open_lines(rest)
    if scheme == "parquet":
        from gcsync.receiver.sinks.parquet import open_parquet

        return open_parquet(rest)
    if text == "sqlite:":
        from gcsync.receiver.sinks.recording import open_recording

        return open_recording(store)
    if scheme == "sqs":
        from gcsync.receiver.sinks.sqs import open_sqs

        return open_sqs(rest, environ)
    if scheme == "sns":
        from gcsync.receiver.sinks.sns import open_sns

        return open_sns(rest, environ)
    if scheme == "kinesis":
        from gcsync.receiver.sinks.kinesis import open_kinesis

        return open_kinesis(rest, environ)
    if scheme == "python" and rest:
        from gcsync.receiver.sinks.function import open_function

        return open_function(rest)
    if scheme in ("http", "https") and rest.startswith("//"):
        from gcsync.receiver.sinks.webhook import open_webhook

        return open_webhook(text, environ.get(AUTHORIZATION))
    told = f"there is no sink of the kind {scheme!r}" if separator else "a sink is named by its kind and a colon"
    if scheme == "sqlite":
        told = "the sink sqlite: is a table of the store, and takes no name"
    elif scheme in ("jsonl", "python") and not rest:
        told = f"behind {scheme}: stands what it is"
    hint = (
        "write jsonl:events.jsonl, parquet:FOLDER, sqlite:, sqs:URL, sns:ARN, kinesis:ARN, "
        "python:package.module:function or https://…"
    )
    raise DiagnosticError(Diagnostic("GC804", told, path="--sink", hint=hint))
