"""What `gcsync doctor` looks at. Everything is looked at although an earlier look failed; what cannot be says why.

subject       what to look at: a place, its credentials and the kinds that stacks declare there
tool          versions
settings      region and credentials, without a request
reach         DNS, TCP and TLS of a host, each by itself
hearing       the headers of every answer: the server's clock, the rate limit
organization  token, organization, clock, rate limit
access        each kind: can it be read, which scopes and permissions it takes
examine       all of it in order
"""

from __future__ import annotations

from gcsync.doctor.examine import Surroundings, examine
from gcsync.doctor.organization import check_token
from gcsync.doctor.subject import Subject, check_stacks, subjects_of
from gcsync.doctor.tool import check_versions

__all__ = ["Subject", "Surroundings", "check_stacks", "check_token", "check_versions", "examine", "subjects_of"]
