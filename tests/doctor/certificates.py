"""A certificate authority for one test: what a server shows, and what a client may trust."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificate:
    """PEM files: the server's `certificate` and `key`; `trusted` is given to clients."""

    certificate: Path
    key: Path
    trusted: Path


def make_certificate(folder: Path, host: str = "localhost") -> Certificate:
    """One for a host name, of an authority of its own."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem", folder / "authority.pem")
    authority = trustme.CA()
    issued = authority.issue_cert(host)
    issued.private_key_pem.write_to_path(made.key)
    for part in issued.cert_chain_pems:
        part.write_to_path(made.certificate, append=True)
    authority.cert_pem.write_to_path(made.trusted)
    return made
