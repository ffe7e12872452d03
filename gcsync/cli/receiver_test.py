"""`gcsync receiver test`."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common, Format

if TYPE_CHECKING:
    from gcsync.model.check import Check
    from gcsync.model.diagnostic import DiagnosticError

SECRET_VARIABLE: Final = "GCSYNC_RECEIVER_SECRET"  # noqa: S105 - the name of a variable


@options.command
def receiver_test(
    common: Common,
    url: Annotated[str, typer.Argument(metavar="URL", help="The endpoint: https://, or http:// on this machine.")],
    auth: Annotated[
        str | None,
        typer.Option(
            "--auth",
            metavar="header:NAME|basic|bearer",
            help="How to send the credential, which is in GCSYNC_RECEIVER_SECRET (basic: user:password).",
        ),
    ] = None,
    send_event: Annotated[
        bool, typer.Option("--send-event", help="Send an event too, of type gcsync:test, twice with the same id.")
    ] = False,
    timeout: Annotated[
        int, typer.Option("--timeout", min=1, max=300, metavar="SECONDS", help="How long an answer may take.")
    ] = 5,
    output_format: options.OutputFormat = Format.TEXT,
) -> int:
    """Try an endpoint out as a sender and as an attacker would. The handshake, then hostile requests."""
    from gcsync.cli.progress import verifying
    from gcsync.cli.verification import probe
    from gcsync.model.check import CheckStatus
    from gcsync.verify import SILENT_SECONDS, Trial, Unusable, read_endpoint, try_out

    right, wrong = _credentials(auth, os.environ.get(SECRET_VARIABLE, ""))
    try:
        endpoint = read_endpoint(url, dict(right))
    except Unusable as error:
        raise _unusable(f"URL: {error}", "write it like https://events.example.com/genesys-events") from None
    edge = probe(os.environ, allow_private=True, seconds=timeout)
    with verifying(no_color=common.no_color):
        trial = Trial(endpoint, edge, wrong, send_event, silent_seconds=max(timeout, SILENT_SECONDS))
        checks = tuple(try_out(trial))
    _show(checks, common, output_format)
    return ExitCode.ERROR if any(check.status is CheckStatus.FAIL for check in checks) else ExitCode.DONE


def _show(checks: Sequence[Check], common: Common, output_format: Format) -> None:
    if output_format is Format.JSON:
        from gcsync.views.json_doctor import render_json_doctor

        output.result(render_json_doctor(checks))
        return
    from gcsync.views.text_verify import render_trial

    output.result(render_trial(checks, output.style_of(sys.stdout, no_color=common.no_color)))


def _credentials(auth: str | None, secret: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The header with the credential, and one with a wrong one; nothing without `--auth`. Raises DiagnosticError."""
    if auth is None:
        return (), ()
    if not secret:
        raise _unusable(f"--auth {auth.partition(':')[0]}: {SECRET_VARIABLE} is not set", "set it to the credential")
    from gcsync.receiver.authentication import why_no_secret

    scheme = auth.partition(":")[0]
    if reason := why_no_secret(scheme, secret):
        raise _unusable(f"--auth {scheme}: {SECRET_VARIABLE}: {reason}", "set it to what gcsync receiver serve has")
    return (_header(auth, secret),), (_header(auth, f"{secret}x"),)


def _header(auth: str, secret: str) -> tuple[str, str]:
    scheme, _, name = auth.partition(":")
    if scheme == "header" and name:
        return name, secret
    if auth == "bearer":
        return "Authorization", f"Bearer {secret}"
    if auth == "basic":
        return "Authorization", f"Basic {base64.b64encode(secret.encode()).decode()}"
    raise _unusable("--auth: it is neither header:NAME nor basic nor bearer", "write it like --auth header:X-Api-Key")


def _unusable(message: str, hint: str) -> DiagnosticError:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError

    return DiagnosticError(Diagnostic("GC836", message, hint=hint))
