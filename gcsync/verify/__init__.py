"""Do events arrive? What is declared is looked at from the organization to the endpoint. Only a handshake is sent.

endpoint      a URL and its headers as a request is made of them
addresses     which addresses are public
connection    a connection to the very address that was checked, or through a proxy; TLS
certificate   what TLS says of the server
wire          one request and one answer, byte by byte
handshake     was the token echoed exactly, and if not, what was answered instead
destination   one destination: name, address, connection, certificate, handshake
subject       a declared resource and what the plan says of it
organization  what the organization says of one object
examine       all of it in order
hostile       the requests of `receiver test`, and what is well answered to each
trial         sends them to an endpoint
"""

from __future__ import annotations

from gcsync.verify.connection import Network
from gcsync.verify.destination import Probe
from gcsync.verify.endpoint import Endpoint, Unusable, read_endpoint
from gcsync.verify.examine import endpoints_of, examine
from gcsync.verify.organization import why_not_ready
from gcsync.verify.subject import Subject, readable_part, subjects_of
from gcsync.verify.trial import SILENT_SECONDS, Trial, try_out

__all__ = [
    "SILENT_SECONDS",
    "Endpoint",
    "Network",
    "Probe",
    "Subject",
    "Trial",
    "Unusable",
    "endpoints_of",
    "examine",
    "read_endpoint",
    "readable_part",
    "subjects_of",
    "try_out",
    "why_not_ready",
]
