"""One line of `gcsync doctor`, `verify` and `receiver test`: what was looked at, how it is, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gcsync.model.diagnostic import Place


class CheckStatus(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Check:
    """`check` is its short name (`api.tls`); `hint` the next step, empty where all is well.

    `code` is that of the explanation, where there is one; `about` names the place and the credentials that it is
    about where a run looks at more than one; `address` the resource, where the line is about one, and
    `place` the line of the stack file with what was looked at.
    """

    check: str
    status: CheckStatus
    message: str
    hint: str = ""
    code: str = ""
    about: str = ""
    address: str = ""
    place: Place | None = field(default=None, compare=False)
