"""What a refusal of either platform means for a person, as a diagnostic."""

from __future__ import annotations

from gcsync.model.diagnostic import Diagnostic


def unauthorized(platform: str, variable: str, message: str) -> Diagnostic:
    """401: the token is not known."""
    hint = f"{variable} is wrong, expired or of another server; set a new one"
    return Diagnostic("GC703", f"{platform} does not know the token in {variable}{_said(message)}", hint=hint)


def forbidden(platform: str, what: str, needs: str, message: str) -> Diagnostic:
    """403: the token may not do this; `needs` says what it takes."""
    return Diagnostic("GC704", f"{platform}: the token may not use {what}{_said(message)}", hint=f"it needs {needs}")


def not_found(platform: str, what: str, needs: str, message: str) -> Diagnostic:
    """404: it is not there, or is hidden from the token. No platform tells which."""
    hint = f"check the number and the repository; a token that may not see it gets the same answer: it needs {needs}"
    return Diagnostic("GC705", f"{platform}: {what} cannot be found{_said(message)}", hint=hint)


def locked(platform: str, what: str, message: str) -> Diagnostic:
    """The conversation takes no comments."""
    hint = "unlock the conversation, or let somebody with write access comment"
    return Diagnostic("GC708", f"{platform}: {what} are locked{_said(message)}", hint=hint)


def refused(platform: str, what: str, status: int, message: str) -> Diagnostic:
    """Anything else that the platform does not take."""
    hint = "gcsync explain GC708 tells what this may be"
    return Diagnostic("GC708", f"{platform} refuses {what} with status {status}{_said(message)}", hint=hint)


def _said(message: str) -> str:
    return f': "{message}"' if message else ""
