"""Each kind: is its API there, may the client read it, and what does writing take. Nothing is written to find out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gcsync.doctor.organization import Token
from gcsync.doctor.settings import failed
from gcsync.doctor.subject import Subject
from gcsync.kinds.interface import Kind, Limited
from gcsync.model.check import Check, CheckStatus
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.failure import Denied, NoSuchKind
from gcsync.remote.errors import denied_hint
from gcsync.remote.session import GenesysSession
from gcsync.remote.topics import read_topics
from gcsync.schema.access import Access, Needs, kind_access
from gcsync.schema.topics import topic_attributes


def check_kinds(kinds: Mapping[str, Kind], session: GenesysSession, subject: Subject, token: Token) -> Iterator[Check]:
    """`<kind>.read` and `<kind>.write` for each. What no stack declares is a warning where it would be a failure."""
    for name, kind in kinds.items():
        needed = name in subject.kinds
        read, there = _check_read(kind, session, needed=needed)
        yield read
        if not there:
            yield Check(f"{name}.write", CheckStatus.NOT_CHECKED, "there is no such API")
        else:
            yield _check_write(name, kind_access(name).write, token, needed=needed)


def check_topics(session: GenesysSession, subject: Subject) -> Check:
    """Can the lists of topics be read, with which plan checks those that stacks name."""
    found = read_topics(session)
    if not found.notes:
        return Check("topics", CheckStatus.OK, f"{len(found.topics)} offered, to EventBridge and to triggers")
    uses = {use for kind in subject.kinds for use in topic_attributes(kind).values()}
    status = CheckStatus.OK if uses <= found.listed and found.listed else CheckStatus.WARN
    message = "; ".join(note.message for note in found.notes)
    return Check("topics", status, message, found.notes[0].hint, found.notes[0].code)


def _check_read(kind: Kind, session: GenesysSession, *, needed: bool) -> tuple[Check, bool]:
    """How a listing of the kind ends, and whether the organization has such a thing at all."""
    access = kind_access(kind.name)
    problem = CheckStatus.FAIL if needed else CheckStatus.WARN
    name = f"{kind.name}.read"
    try:
        if isinstance(kind, Limited):
            kind.capacity(session)
        listing = kind.list(session)
    except NoSuchKind as error:
        hint = error.diagnostic.hint if needed else "nothing to do: no stack declares the kind"
        return Check(name, problem, _absent(access, error), hint, error.diagnostic.code), False
    except Denied as error:
        return Check(name, problem, error.diagnostic.message, _grant(access.read), "GC696"), True
    except DiagnosticError as error:
        return failed(name, error.diagnostics[0]), True
    owned = sum(remote.marker is not None for remote in listing.objects)
    message = f"{access.api} is there: {len(listing.objects)} found, {owned} of them with a marker of gcsync"
    return Check(name, CheckStatus.OK, message), True


def _absent(access: Access, error: NoSuchKind) -> str:
    """What the schema says that it means; else what the kind itself says."""
    return f"the organization has no {access.api}: {access.absent}" if access.absent else error.diagnostic.message


def _check_write(kind: str, needs: Needs, token: Token, *, needed: bool) -> Check:
    name = f"{kind}.write"
    permissions = f"its role needs {', '.join(needs.permissions)}" if needs.permissions else ""
    if token.scopes is None:
        wanted = permissions or f"it takes {', '.join(needs.scopes)}"
        return Check(name, CheckStatus.NOT_CHECKED, f"shows only when something is written: {wanted}")
    missing = needs.missing_scopes(token.scopes)
    if missing:
        problem = CheckStatus.FAIL if needed else CheckStatus.WARN
        return Check(name, problem, f"the token lacks {', '.join(missing)}", _grant(needs), "GC696")
    message = f"the token has {', '.join(needs.scopes)}"
    return Check(name, CheckStatus.OK, f"{message}; {permissions}{_UNTOLD}" if permissions else message)


_UNTOLD = " (the API does not tell which permissions it has)"


def _grant(needs: Needs) -> str:
    return denied_hint(", ".join(needs.scopes), ", ".join(needs.permissions))
