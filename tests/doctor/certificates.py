"""A certificate authority for one test, made by openssl: what a server shows, and what a client may trust."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """PEM files; `trusted` is given to clients."""

    certificate: Path
    key: Path

    @property
    def trusted(self) -> Path:
        return self.certificate


def make_certificate(folder: Path, host: str = "localhost") -> Certificate:
    """One that signs itself, for a host name."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    subject = ["-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
    files = ["-keyout", str(made.key), "-out", str(made.certificate)]
    subprocess.run([*command, *subject, *files], check=True, capture_output=True)
    return made
