"""A Redis or Valkey server: connecting, and whether it keeps what it is told.

An unsafe server is refused before anything listens: an id that it forgets is an event that is handled twice.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any, Final, TypeAlias

import redis
from redis.backoff import ExponentialBackoff
from redis.cluster import RedisCluster
from redis.exceptions import AuthenticationError, BusyLoadingError, NoPermissionError, RedisError, ResponseError
from redis.retry import Retry

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.stores.redis_url import PASSWORD, Durability, RedisPlace, Tls

SOCKET_SECONDS: Final = 3.0
"""How long one answer is waited for. With the tries below it stays under the store's patience."""
_TRIES_AGAIN = 2
_CODE = re.compile(r"\b(OOM|READONLY|MISCONF|NOREPLICAS|NOAUTH|NOPERM|LOADING|WRONGTYPE|CLUSTERDOWN|BUSY)\b")
_WORDS = {
    "OOM": "its memory is full (maxmemory)",
    "READONLY": "it is a replica, which takes no writes",
    "MISCONF": "it cannot write to its disk",
    "NOREPLICAS": "it has too few replicas",
    "NOAUTH": "it wants a password",
    "NOPERM": "the user may not use a command or key",
    "LOADING": "it is still reading its data",
    "WRONGTYPE": "a key of the store is another program's",
    "CLUSTERDOWN": "its cluster is down",
    "BUSY": "it is busy with a script",
}

_log = logging.getLogger(__name__)

Server: TypeAlias = "redis.Redis | RedisCluster"


def connect(place: RedisPlace, *, only_look: bool = False) -> Server:
    """A client of a server that was found safe, or of any one to look at. Raises DiagnosticError (GC817, GC818)."""
    _need_files(place)
    client: Server = _client(place)
    try:
        told: dict[str, Any] = client.info()
        if told.get("cluster_enabled"):
            client.close()
            client = _cluster(place)
        if not only_look:
            _check(client, place)
    except (RedisError, OSError) as error:
        client.close()
        raise DiagnosticError(_diagnose(place, error)) from None
    except BaseException:
        client.close()
        raise
    return client


def servers_of(client: Server) -> list[Any]:
    """The server, or of a cluster each that takes writes, as clients of their own. Raises RedisError."""
    if not isinstance(client, RedisCluster):
        return [client]
    nodes: Any = client.nodes_manager
    return [client.get_redis_connection(node) for node in nodes.get_nodes_by_server_type("primary")]


def reason(error: Exception) -> str:
    """What went wrong, in words of ours: a server's own may quote what it was sent."""
    if isinstance(error, BusyLoadingError):
        return _WORDS["LOADING"]
    if isinstance(error, AuthenticationError):
        return "it does not take the user and password"
    if isinstance(error, redis.TimeoutError):
        return "it did not answer in time"
    if isinstance(error, redis.ConnectionError | OSError):
        return "it cannot be reached"
    code = _CODE.search(_code_of(error))
    return _WORDS[code[1]] if code else "it refused a command"


def is_replica(error: Exception) -> bool:
    """Whether the connection leads to a server that was a primary once."""
    return "READONLY" in _code_of(error)


def problem_of(server: Any, durability: Durability) -> str:
    """Why the server may forget what it was told; empty where it keeps it. Raises RedisError."""
    told: dict[str, Any] = server.info()
    policy = told.get("maxmemory_policy", "noeviction")
    if policy != "noeviction" and int(told.get("maxmemory", 0)):
        return f"when its memory is full it throws keys away (maxmemory-policy {policy})"
    if not int(told.get("aof_enabled", 0)):
        return "it keeps no log on its disk (appendonly no)"
    return _no_waitaof(server) if durability is Durability.WAITAOF else _lazy_log(server)


def _lazy_log(server: Any) -> str:
    try:
        found: dict[str, str] = server.config_get("appendfsync")
    except ResponseError:
        return "it does not tell whether its log is written before it answers (CONFIG is forbidden)"
    when = found.get("appendfsync", "unknown")
    return "" if when == "always" else f"it answers before its log is on the disk (appendfsync {when})"


def _no_waitaof(server: Any) -> str:
    # Asked for nothing, it answers at once, with an error where it cannot.
    try:
        server.execute_command("WAITAOF", 0, 0, 1)
    except ResponseError:
        return "it has no WAITAOF, which came with Redis 7.2"
    return ""


def _check(client: Any, place: RedisPlace) -> None:
    """Raises DiagnosticError, RedisError."""
    if isinstance(client, RedisCluster) and place.durability is Durability.WAITAOF:
        _refuse(place, "WAITAOF cannot be asked of a cluster")
    # A user who may not do what events need is told now, and not with the first event.
    client.execute_command("EVAL", _PROBE, 1, f"{place.prefix}:start")
    for server in servers_of(client):
        if place.durability is not Durability.UNCHECKED:
            _refuse(place, problem_of(server, place.durability))
        elif problem := problem_of(server, Durability.FSYNC):
            _log.warning("the store may forget ids, and events may be handled twice then: %s", problem)


_PROBE = "redis.call('GET', KEYS[1]); redis.call('TIME'); return redis.call('SET', KEYS[1], '1', 'PX', 1)"


def _refuse(place: RedisPlace, problem: str) -> None:
    if problem:
        hint = (
            "set appendonly yes, appendfsync always and maxmemory-policy noeviction; other ways: gcsync explain GC818"
        )
        message = f"the store at {place} may forget ids: {problem}"
        raise DiagnosticError(Diagnostic("GC818", message, path="--store", hint=hint))


def _client(place: RedisPlace) -> redis.Redis:
    return redis.Redis(db=place.database, **_how(place))


def _need_files(place: RedisPlace) -> None:
    tls = place.tls or Tls()
    for name, path in (("ca", tls.authority), ("cert", tls.certificate), ("key", tls.key)):
        if path and not Path(path).is_file():
            hint = "name a PEM file, from the current folder or with its whole path"
            raise DiagnosticError(
                Diagnostic("GC817", f"{name}={path}: there is no such file", path="--store", hint=hint)
            )


def _cluster(place: RedisPlace) -> RedisCluster:
    return RedisCluster(**_how(place))


def _how(place: RedisPlace) -> dict[str, Any]:
    how: dict[str, Any] = {
        "host": place.host,
        "port": place.port,
        "username": place.user or None,
        "password": place.password or None,
        "socket_timeout": SOCKET_SECONDS,
        "socket_connect_timeout": SOCKET_SECONDS,
        "socket_keepalive": True,
        "protocol": 2,
        "retry": Retry(ExponentialBackoff(cap=0.5, base=0.05), _TRIES_AGAIN),
    }
    if place.tls is not None:
        how |= {"ssl": True, "ssl_cert_reqs": "required", "ssl_check_hostname": True}
        files = {
            "ssl_ca_certs": place.tls.authority,
            "ssl_certfile": place.tls.certificate,
            "ssl_keyfile": place.tls.key,
        }
        how |= {name: path for name, path in files.items() if path}
    return how


def _code_of(error: Exception) -> str:
    """The answer's text with the word that names its kind, which redis-py takes off known ones."""
    return f"{_KINDS.get(type(error).__name__, '')} {error}"


_KINDS = {"ReadOnlyError": "READONLY", "OutOfMemoryError": "OOM", "NoPermissionError": "NOPERM"}


def _diagnose(place: RedisPlace, error: Exception) -> Diagnostic:
    message = f"the store at {place} cannot be used: {reason(error)}"
    hint = "see that the server runs and can be reached from here, by this host, port and scheme"
    if isinstance(error, AuthenticationError) or "NOAUTH" in str(error):
        hint = f"set {PASSWORD}, and the user in the URL where there are users: redis://user@host:6379/0"
    elif isinstance(error, NoPermissionError):
        hint = f"let the user have the keys {place.prefix}:* and the commands that gcsync explain GC817 lists"
    elif "DB index" in str(error) or "SELECT" in str(error):
        message = f"the store at {place} cannot be used: there is no database {place.database}"
        hint = "name one that is there, usually 0 to 15; a cluster has only 0"
    elif is_replica(error):
        hint = "name its primary, or the address that follows it after a failover"
    elif isinstance(error, BusyLoadingError):
        hint = "start the receiver again when the server has read its data"
    elif place.tls is not None and "certificate" in str(error).lower():
        message = f"the store at {place} cannot be used: its certificate is not trusted"
        hint = "name the authority's PEM file, and the host as the certificate has it: rediss://host:6379/0?ca=ca.pem"
    elif place.tls is not None:
        hint = "see that the server speaks TLS at this port, and wants no certificate or the one of cert= and key="
    return Diagnostic("GC817", message, path="--store", hint=hint)
