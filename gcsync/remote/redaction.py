"""Text that a server sent, made fit for a terminal: secrets out, control characters out, short."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from gcsync.model.value import SECRET_TEXT, Secret, Value, leaves

LONGEST = 300
_READ_AT_MOST = 20_000
_SHORT = 4

_CREDENTIALS = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]+"
    r"|(?P<origin>\bhttps?://)[^\s/?#@'\"<>]+@"
    r"|(?P<path>\bhttps?://[^\s?#'\"<>]+\?)[^\s#'\"<>]+",
    re.IGNORECASE,
)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
# C0 and C1 controls, surrogates, what is invisible, and the marks that turn the direction of text round.
_BLANKS = dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+")


class Redactor:
    """Knows the secrets of a run and takes them out of text. Safe to use from several threads."""

    def __init__(self, *secrets: Secret | None) -> None:
        self._lock = threading.Lock()
        self._known: frozenset[str] = frozenset()
        self.learn(*(secret.reveal() for secret in secrets if secret is not None))

    def learn(self, *secrets: str) -> None:
        with self._lock:
            self._known |= {form for secret in secrets if secret for form in _forms(secret)}

    def clean(self, text: object, *more: str) -> str:
        """At most 300 characters of `text` on one line, without secrets (`more` holds those of one request)."""
        kept = str(text)[:_READ_AT_MOST]
        secrets = self._known.union(form for secret in more if secret for form in _forms(secret))
        # Twice: a secret may hold a line end, and a control character inside one would hide it from the first pass.
        kept = _redact(kept, secrets)
        kept = " ".join(_CONTROLS.sub("", _ESCAPES.sub("", kept).translate(_BLANKS)).split())
        kept = _CREDENTIALS.sub(_mask, _redact(kept, secrets))
        return kept if len(kept) <= LONGEST else f"{kept[: LONGEST - 1]}…"


def secrets_in(body: Value) -> Iterator[str]:
    """What in a request's body a server may repeat and nobody may see: secrets, header values, URLs' credentials."""
    for path, leaf in leaves(body):
        if isinstance(leaf, Secret):
            yield from (str(inner) for _, inner in leaves(leaf.reveal()) if not isinstance(inner, bool | None))
        elif isinstance(leaf, str) and (len(path) > 1 and path[-2] == "headers"):
            yield leaf
        elif isinstance(leaf, str) and "://" in leaf:
            yield from _credentials_of(leaf)


def _credentials_of(url: str) -> Iterator[str]:
    before, _, query = url.partition("?")
    if query:
        yield query
        yield from (value for _, _, value in (part.partition("=") for part in query.split("&")) if len(value) >= _SHORT)
    authority = before.split("://", 1)[1].split("/", 1)[0]
    user, found, _ = authority.rpartition("@")
    if found:
        yield user
        yield from (part for part in user.split(":", 1)[1:] if part)


def _forms(secret: str) -> set[str]:
    """The secret as it may come back: plain, inside JSON, percent-encoded."""
    return {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], quote(secret, safe="")}


def _redact(text: str, secrets: frozenset[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORT:
            text = text.replace(secret, SECRET_TEXT)
        else:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", SECRET_TEXT, text)
    return text


def _mask(match: re.Match[str]) -> str:
    groups: Mapping[str, str | None] = match.groupdict()
    if groups["origin"]:
        return f"{groups['origin']}{SECRET_TEXT}@"
    return f"{groups['scheme'] or groups['path']}{SECRET_TEXT}"
