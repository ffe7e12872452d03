"""The certificate that the receiver serves with, read again when its files are renewed."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from pathlib import Path
from typing import Final, TypeAlias

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

LOOK_SECONDS: Final = 60.0

_Stamp: TypeAlias = "tuple[tuple[int, int, int, int] | None, ...]"

_log = logging.getLogger(__name__)


class Certificate:
    """The files, and the `context` made of them: new connections get what was loaded last.

    Raises DiagnosticError (GC811) for files that cannot be used.
    """

    def __init__(self, certificate: Path, key: Path | None) -> None:
        self._certificate = certificate
        self._key = key
        self._seen = self._stamp()
        self.context = self._loaded()

    def renew(self) -> bool:
        """Take what the files hold now, where they have changed; what cannot be used is logged once, and not taken."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            # In another context first: one that could not be loaded whole would have no key any more.
            self._loaded()
            self._load(self.context)
        except DiagnosticError as error:
            _log.error("the certificate was changed, and the one before is served: %s", error.diagnostics[0].message)
            return False
        _log.info("the certificate was renewed")
        return True

    async def keep(self, seconds: float = LOOK_SECONDS) -> None:
        """Look at the files every so many seconds, for ever."""
        while True:
            await asyncio.sleep(seconds)
            self.renew()

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._load(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            # An encrypted key would be asked for at the terminal, which a server has none of.
            context.load_cert_chain(self._certificate, self._key, password=lambda: "")
        except (OSError, ValueError) as error:
            hint = "name PEM files: the certificate with its chain, and its key without a passphrase"
            told = getattr(error, "strerror", None) or getattr(error, "reason", None) or "not PEM"
            message = f"the certificate or its key cannot be used: {told}"
            raise DiagnosticError(Diagnostic("GC811", message, path="--tls-cert, --tls-key", hint=hint)) from None

    def _stamp(self) -> _Stamp:
        return tuple(_look(path) for path in (self._certificate, self._key) if path is not None)


def certificate_of(certificate: Path | None, key: Path | None) -> Certificate | None:
    """None where neither is named. Raises DiagnosticError (GC811)."""
    if certificate is None and key is None:
        return None
    if certificate is None:
        hint = "--tls-cert names the certificate with its chain, --tls-key its key where that is another file"
        raise DiagnosticError(Diagnostic("GC811", "a key without a certificate", path="--tls-key", hint=hint))
    return Certificate(certificate, key)


def _look(path: Path) -> tuple[int, int, int, int] | None:
    try:
        there = os.stat(path)
    except OSError:
        return None
    return there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns
