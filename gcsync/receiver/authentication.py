"""Who may deliver: `header:NAME`, `basic`, `bearer` or `none`, compared in a time that tells nothing of the secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

SECRET: Final = "GCSYNC_RECEIVER_SECRET"  # noqa: S105 - a variable's name
PREVIOUS: Final = "GCSYNC_RECEIVER_SECRET_PREVIOUS"
BY_DEFAULT: Final = "header:X-Api-Key"
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_TAKEN = frozenset({"host", "content-length", "content-type", "transfer-encoding", "connection", "expect", "upgrade"})
_SECRET = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


class Authentication:
    """Tells whether a request carries one of the secrets. `challenge` is the value of WWW-Authenticate, or nothing."""

    def __init__(self, header: bytes, scheme: bytes, secrets: Iterable[str], challenge: str = "") -> None:
        self._header = header.lower()
        self._scheme = scheme
        self._digests = [_digest(secret.encode()) for secret in secrets]
        self.challenge = challenge

    def admits(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether the header is there exactly once, with a secret of ours. Names are in lower case, as in ASGI."""
        given = [value for name, value in headers if name == self._header]
        if len(given) != 1:
            return False
        credential = self._credential(given[0].strip())
        if credential is None:
            return False
        digest = _digest(credential)
        # Every secret is compared, so that the time does not tell which one it was.
        return sum([hmac.compare_digest(digest, known) for known in self._digests]) > 0

    def _credential(self, value: bytes) -> bytes | None:
        if not self._scheme:
            return value
        scheme, _, rest = value.partition(b" ")
        if scheme.lower() != self._scheme:
            return None
        if self._scheme != b"basic":
            return rest.strip()
        try:
            return base64.b64decode(rest.strip(), validate=True)
        except binascii.Error:
            return None


class Open(Authentication):
    """Lets everybody in."""

    def __init__(self) -> None:
        super().__init__(b"", b"", ())

    def admits(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        return True


def authentication(text: str, environ: Mapping[str, str], *, insecure: bool) -> Authentication:
    """What `--auth` asks for. `insecure` is `--insecure-no-auth`. Raises DiagnosticError (GC808, GC809)."""
    if insecure:
        if text not in (BY_DEFAULT, "none"):
            hint = "leave one of the two out"
            message = f"--auth {text} asks for a credential, and --insecure-no-auth lets everybody in"
            raise DiagnosticError(Diagnostic("GC808", message, path="--auth, --insecure-no-auth", hint=hint))
        return Open()
    kind, _, name = text.partition(":")
    if kind == "header" and _NAME.fullmatch(name.encode()) and name.lower() not in _TAKEN:
        return Authentication(name.encode(), b"", _secrets(environ))
    if text == "basic":
        secrets = _secrets(environ, "basic")
        return Authentication(b"authorization", b"basic", secrets, 'Basic realm="gcsync", charset="UTF-8"')
    if text == "bearer":
        return Authentication(b"authorization", b"bearer", _secrets(environ), 'Bearer realm="gcsync"')
    hint = "write header:X-Api-Key, basic or bearer"
    message = f"there is no way to authenticate called {text!r}"
    if kind == "header" and name.lower() in _TAKEN:
        message = f"the header {name} says something else in every request"
    if text == "none":
        message = "without a credential anybody can send events"
        hint = "set --auth and GCSYNC_RECEIVER_SECRET; to try things on this machine: --insecure-no-auth"
    raise DiagnosticError(Diagnostic("GC808", message, path="--auth", hint=hint))


def why_no_secret(scheme: str, secret: str) -> str:
    """What keeps a text from being the secret of `header`, `basic` or `bearer`; empty for nothing."""
    if not _SECRET.fullmatch(secret):
        return "a header cannot carry it: it has an end of line, a space at an end or other characters"
    if scheme == "basic" and ":" not in secret:
        return "for --auth basic it has the form user:password"
    return ""


def _secrets(environ: Mapping[str, str], scheme: str = "") -> list[str]:
    """The secret, and the one before it while senders are moved over."""
    if not environ.get(SECRET):
        raise _wrong_secret("it is not set")
    secrets = [secret for secret in (environ[SECRET], environ.get(PREVIOUS, "")) if secret]
    for secret in secrets:
        if reason := why_no_secret(scheme, secret):
            raise _wrong_secret(reason)
    return secrets


def _wrong_secret(what: str) -> DiagnosticError:
    hint = f"set {SECRET} to what the sender sends; for a new one: openssl rand -hex 32"
    return DiagnosticError(Diagnostic("GC809", f"{SECRET}: {what}", path="--auth", hint=hint))


def _digest(value: bytes) -> bytes:
    """Of one length whatever is given: comparing texts of two lengths takes another time."""
    return hashlib.sha256(value).digest()
