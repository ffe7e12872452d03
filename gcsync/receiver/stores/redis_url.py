"""What a URL of a Redis store says, and opening that store."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from gcsync.receiver.interface import Store
    from gcsync.receiver.stores.opening import Retention

PASSWORD: Final = "GCSYNC_RECEIVER_STORE_PASSWORD"  # noqa: S105 - a variable's name
DEFAULT_PREFIX: Final = "gcsync:receiver"
_TLS = ("rediss", "valkeys")
_PREFIX = re.compile(r"[!-z|~]{1,100}", re.ASCII)
_HINT = "write redis://user@host:6379/0, rediss:// for TLS, and the password in " + PASSWORD


class Durability(StrEnum):
    """What is asked of the server before an event is acknowledged."""

    FSYNC = "fsync"
    """`appendonly yes` and `appendfsync always`: it answers once its disk has it. Looked at when it starts."""
    WAITAOF = "waitaof"
    """`appendonly yes`: each time, it is asked to answer only when its disk has it. Redis 7.2 or Valkey."""
    UNCHECKED = "unchecked"
    """Whatever it does: somebody who knows the server has decided that this is enough."""


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files: whom to trust instead of the system's authorities, and what to show. Empty ones are not used."""

    authority: str = ""
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """Where ids are kept. `tls` is None for a connection in the open."""

    host: str
    port: int = 6379
    database: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    tls: Tls | None = None
    prefix: str = DEFAULT_PREFIX
    durability: Durability = Durability.FSYNC

    def __str__(self) -> str:
        """For messages: without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'redis' if self.tls is None else 'rediss'}://{host}:{self.port}/{self.database}"


def open_redis(
    url: str,
    retention: Retention,
    claim_seconds: float,
    *,
    only_look: bool,
    environ: Mapping[str, str],
    clock: Callable[[], float] | None,
) -> Store:
    """The store in the server that a URL names; without a clock, the server's own. To look, any server will do.

    Raises DiagnosticError (GC800, GC812, GC817, GC818).
    """
    place = place_of(url, environ)
    try:
        import redis  # noqa: F401
    except ImportError:
        message = "a store redis:// needs redis, which is not installed"
        raise DiagnosticError(
            Diagnostic("GC812", message, path="--store", hint="pip install 'gcsync[receiver,redis]'")
        ) from None
    from gcsync.receiver.stores.redis import RedisStore
    from gcsync.receiver.stores.redis_server import connect

    return RedisStore(connect(place, only_look=only_look), place, retention, claim_seconds, clock)


def place_of(url: str, environ: Mapping[str, str]) -> RedisPlace:
    """The password is the URL's, or that of the environment. Raises DiagnosticError (GC800)."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _wrong("the store's URL is none") from None
    if not host or parts.fragment:
        raise _wrong("a store redis:// needs a host, and has no #")
    options = _options(parts)
    return RedisPlace(
        host,
        6379 if port is None else port,
        _database(parts.path),
        unquote(parts.username or ""),
        unquote(parts.password or "") or environ.get(PASSWORD, ""),
        _tls(parts.scheme, options),
        _prefix(options.get("prefix", DEFAULT_PREFIX)),
        _durability(options.get("durability", Durability.FSYNC)),
    )


def _options(parts: SplitResult) -> dict[str, str]:
    try:
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        given = [("", "")]
    options = dict(given)
    known = {"prefix", "durability", *(("ca", "cert", "key") if parts.scheme in _TLS else ())}
    if len(options) != len(given) or options.keys() - known:
        also = "; ca=, cert= and key= are for rediss://" if parts.scheme not in _TLS else ""
        raise _wrong(
            f"behind the ? of a store {parts.scheme}:// stand {', '.join(f'{o}=' for o in sorted(known))}{also}"
        )
    return options


def _database(path: str) -> int:
    number = path.removeprefix("/") or "0"
    if not re.fullmatch(r"[0-9]{1,5}", number, re.ASCII):
        raise _wrong("behind the host stands the number of the database, as in redis://host:6379/0")
    return int(number)


def _tls(scheme: str, options: Mapping[str, str]) -> Tls | None:
    if scheme not in _TLS:
        return None
    if options.get("key") and not options.get("cert"):
        raise _wrong("key= is the key of the certificate cert=, which is not given")
    return Tls(options.get("ca", ""), options.get("cert", ""), options.get("key", ""))


def _prefix(text: str) -> str:
    # No braces: in a cluster they would put every id on one server.
    if not _PREFIX.fullmatch(text):
        raise _wrong("prefix= is printable ASCII without spaces and braces, 100 characters at most")
    return text


def _durability(text: str) -> Durability:
    try:
        return Durability(text)
    except ValueError:
        raise _wrong("durability= is fsync, waitaof or unchecked") from None


def _wrong(message: str) -> DiagnosticError:
    return DiagnosticError(Diagnostic("GC800", message, path="--store", hint=_HINT))
