"""What can go wrong with an organization, in the words that the engine acts on. No HTTP in here.

RemoteError                 a diagnostic, and what the API said
├── Denied                  a permission or scope is missing (403)
├── NoSuchKind              the organization has no such API (404 on a listing)
├── NotFound                the object is gone (404 on an object)
├── NameTaken               another object bears that name (409 on a create or a rename)
├── ChangedSince            the object is no longer what the plan saw (409 on a version, or read and compared)
├── OutcomeUnknown          a write whose answer was lost: look before doing it again
└── NotCarriedOut           a write that was not done, and is not sent again before the object was looked at anew
"""

from __future__ import annotations

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.model.resource import RemoteObject


class RemoteError(DiagnosticError):
    """Carries one diagnostic; `status`, `code` and `context_id` are the API's own, where it gave them.

    `left_behind` is the object that a create has left half made, as it was when it failed.
    """

    def __init__(
        self,
        diagnostic: Diagnostic,
        *,
        status: int | None = None,
        code: str = "",
        context_id: str = "",
        left_behind: RemoteObject | None = None,
    ) -> None:
        super().__init__(diagnostic)
        self.status = status
        self.code = code
        self.context_id = context_id
        self.left_behind = left_behind

    @property
    def diagnostic(self) -> Diagnostic:
        return self.diagnostics[0]


class Denied(RemoteError):
    """The client may not do this; the diagnostic names the scope and where it is granted."""


class NoSuchKind(RemoteError):
    """The organization does not have this API at all."""


class NotFound(RemoteError):
    """The object is not there (any more)."""


class NameTaken(RemoteError):
    """Another object has that name, whatever the case."""


class ChangedSince(RemoteError):
    """The object changed after it was read."""


class OutcomeUnknown(RemoteError):
    """The request may or may not have been carried out."""


class NotCarriedOut(RemoteError):
    """The request was certainly not carried out, and time has passed since the object was read."""
