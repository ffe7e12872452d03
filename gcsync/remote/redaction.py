"""Text that a server sent, made fit for a terminal: secrets out, control characters out, short."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from gcsync.model.value import SECRET_TEXT, Secret, Value, leaves
from gcsync.schema.semantics import has_credentials

LONGEST = 300
_READ_AT_MOST = 20_000
_SHORT = 4
_PIECE = 8

_CREDENTIALS = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]+"
    r"|(?P<origin>\bhttps?://)[^\s/?#@'\"<>]+@"
    r"|(?P<path>\bhttps?://[^\s?#'\"<>]+\?)[^\s#'\"<>]+",
    re.IGNORECASE,
)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_SECRET_KEY = re.compile(r"auth|key|token|secret|passw|credential|signature|cookie|private", re.IGNORECASE)
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
_PERCENT = re.compile(r"%[0-9A-F]{2}")
# C0 and C1 controls, surrogates, what is invisible, and the marks that turn the direction of text round.
_BLANKS = dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+")


class Redactor:
    """Knows the secrets of a run and takes them out of text. Safe to use from several threads."""

    def __init__(self, *secrets: Secret | None) -> None:
        self._lock = threading.Lock()
        self._known = _Known()
        self._later: list[Callable[[], Iterable[str]]] = []
        self.learn(*(secret.reveal() for secret in secrets if secret is not None))

    def learn(self, *secrets: str) -> None:
        """Take these out of every text from now on."""
        self.learn_later(lambda: secrets)

    def learn_later(self, secrets: Callable[[], Iterable[str]]) -> None:
        """The same for secrets that take time to collect: they are asked for when there is a text to clean."""
        with self._lock:
            self._later.append(secrets)

    def clean(self, text: object, *more: str, longest: int = LONGEST) -> str:
        """At most `longest` characters of `text` on one line, without secrets (`more` holds those of one request)."""
        kept = str(text)[:_READ_AT_MOST]
        known = self._all_known().joined(_Known.of(more)) if more else self._all_known()
        # Before and after: a secret may hold a line end, and a control character inside one would hide it.
        kept = _redact(kept, known.forms)
        kept = " ".join(_CONTROLS.sub("", _ESCAPES.sub("", kept).translate(_BLANKS)).split())
        kept = _CREDENTIALS.sub(_mask, _hide_pieces(_redact(kept, known.forms), known.pieces))
        return kept if len(kept) <= longest else f"{kept[: longest - 1]}…"

    def _all_known(self) -> _Known:
        with self._lock:
            if self._later:
                self._known = self._known.joined(_Known.of(text for ask in self._later for text in ask()))
                self._later.clear()
            return self._known


@dataclass(frozen=True, slots=True)
class _Known:
    """Secrets as they may come back, and every piece of eight characters of them, white space left out.

    By its pieces a secret is found that a server cut, broke into lines or quoted in a way of its own.
    """

    forms: frozenset[str] = frozenset()
    pieces: frozenset[str] = frozenset()

    @classmethod
    def of(cls, secrets: Iterable[str]) -> _Known:
        forms = frozenset(form for secret in set(secrets) if secret for form in _forms(secret))
        return cls(forms, frozenset(piece for form in forms for piece in _pieces(form)))

    def joined(self, other: _Known) -> _Known:
        return _Known(self.forms | other.forms, self.pieces | other.pieces)


def masked(body: Value, hidden: bool = False) -> Value:
    """A request's body as a log may hold it: what is secret, or looks like it, is not in it."""
    if isinstance(body, Mapping):
        return {key: masked(inner, hidden or _hides(key)) for key, inner in body.items()}
    if isinstance(body, list | tuple):
        return [masked(inner, hidden) for inner in body]
    if isinstance(body, Secret) or has_credentials(body):
        return SECRET_TEXT
    return SECRET_TEXT if hidden and body is not None else body


def _hides(key: object) -> bool:
    return key == "headers" or _SECRET_KEY.search(str(key)) is not None


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
    """The secret as it may come back: plain, inside JSON or HTML, percent-encoded, in Base64."""
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    lower = {_PERCENT.sub(lambda found: found[0].lower(), form) for form in quoted}
    texts = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], html.escape(secret)}
    texts |= {text.replace("/", "\\/") for text in texts}
    return {secret} | texts | quoted | lower | set(_base64_forms(secret.encode("utf-8", "surrogatepass")))


def _base64_forms(secret: bytes) -> Iterator[str]:
    """The secret in Base64, and what of it is the same wherever in a longer text it began."""
    if len(secret) < _SHORT:
        return
    yield base64.b64encode(secret).decode()
    for before, unsure in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + secret).decode()
        sure = encoded[unsure : (before + len(secret)) * 8 // 6]
        if len(sure) >= _PIECE:
            yield sure
            yield sure.replace("+", "-").replace("/", "_")


def _pieces(form: str) -> Iterator[str]:
    """Every eight neighbouring characters; the scheme that any URL begins with is none of a secret."""
    squeezed = "".join(_CONTROLS.sub("", _ESCAPES.sub("", form)).split())
    squeezed = _SCHEME.sub("", squeezed)
    return (squeezed[start : start + _PIECE] for start in range(len(squeezed) - _PIECE + 1))


def _hide_pieces(text: str, pieces: frozenset[str]) -> str:
    places = [place for place, character in enumerate(text) if not character.isspace()]
    squeezed = "".join(text[place] for place in places)
    spans: list[tuple[int, int]] = []
    for start in range(len(squeezed) - _PIECE + 1):
        if squeezed[start : start + _PIECE] in pieces:
            first, last = places[start], places[start + _PIECE - 1] + 1
            spans.append((spans.pop()[0] if spans and first <= spans[-1][1] else first, last))
    for first, last in reversed(spans):
        text = text[:first] + SECRET_TEXT + text[last:]
    return text


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
