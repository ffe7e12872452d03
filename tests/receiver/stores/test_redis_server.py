"""Which servers are refused, with what cure, and that their own words quote nothing."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from gcsync.explanations import explain
from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.interface import Claim, StoreUnavailable
from gcsync.receiver.stores import open_store
from gcsync.receiver.stores.redis_server import reason
from gcsync.receiver.stores.redis_url import PASSWORD
from tests.doctor.certificates import make_certificate
from tests.receiver.stores.redis_servers import DURABLE, RedisServer, redis_server, valkey_program


@pytest.fixture
def server(running: RedisServer) -> Iterator[RedisServer]:
    """Whatever a test sets is taken back."""
    yield running
    with running.client() as client:
        for name, value in SETTINGS.items():
            client.config_set(name, value)
        client.replicaof("NO", "ONE")


SETTINGS = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "maxmemory": "0"}


def opening(url: str, **environ: str) -> Diagnostic | None:
    """What is said when the store is opened and used; None where it works."""

    async def use() -> None:
        store = open_store(url, environ=environ)
        assert (await store.claim("a", "one")).claim is Claim.MINE
        assert await store.done("a", "one")
        await store.close()

    try:
        asyncio.run(use())
    except DiagnosticError as error:
        return error.diagnostics[0]
    return None


def set_to(server: RedisServer, **settings: str) -> None:
    with server.client() as client:
        for name, value in settings.items():
            client.config_set(name.replace("_", "-"), value)


FORGETFUL = {
    "no log": ({"appendonly": "no"}, "appendonly no"),
    "a lazy log": ({"appendfsync": "everysec"}, "appendfsync everysec"),
    "no hurry at all": ({"appendfsync": "no"}, "appendfsync no"),
    "full": ({"maxmemory_policy": "volatile-lru", "maxmemory": "100mb"}, "maxmemory-policy volatile-lru"),
}


@pytest.mark.parametrize(("settings", "words"), FORGETFUL.values(), ids=FORGETFUL)
def test_a_server_that_may_forget_is_refused_unless_somebody_takes_it(
    server: RedisServer, tmp_path: Path, settings: dict[str, str], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    set_to(server, **settings)
    told = opening(server.url(tmp_path))
    assert told is not None
    assert (told.code, words in told.message) == ("GC818", True)
    assert opening(f"{server.url(tmp_path)}&durability=unchecked") is None
    assert [words in record.getMessage() for record in caplog.records if record.name.startswith("gcsync")] == [True]


def test_a_policy_that_never_comes_to_bear_does_no_harm(server: RedisServer, tmp_path: Path) -> None:
    set_to(server, maxmemory_policy="allkeys-lru")
    assert opening(server.url(tmp_path)) is None


def test_a_server_that_is_made_forgetful_later_is_told_of_with_each_sweep(
    server: RedisServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def act() -> None:
        store = open_store(server.url(tmp_path))
        await store.sweep()
        assert caplog.records == []
        set_to(server, appendfsync="everysec")
        await store.sweep()
        await store.close()

    with caplog.at_level(logging.WARNING, "gcsync"):
        asyncio.run(act())
    assert ["appendfsync everysec" in record.getMessage() for record in caplog.records] == [True]


def test_where_config_is_forbidden_nobody_guesses(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis", *DURABLE, "--rename-command", "CONFIG", "") as one:
        told = opening(one.url(tmp_path))
        assert told is not None
        assert (told.code, "CONFIG is forbidden" in told.message) == ("GC818", True)
        assert opening(f"{one.url(tmp_path)}&durability=unchecked") is None


def test_a_replica_is_refused(server: RedisServer, tmp_path: Path) -> None:
    with server.client() as client:
        client.replicaof("127.0.0.1", 1)
    told = opening(server.url(tmp_path))
    assert told is not None
    assert (told.code, "replica" in told.message, "primary" in (told.hint or "")) == ("GC817", True, True)


def test_a_user_who_may_do_what_is_documented_can_run_a_store(server: RedisServer) -> None:
    told = explain("GC817")
    assert told
    line = re.search(r"^ *ACL SETUSER gcsync (.+)$", told.text, re.MULTILINE)
    assert line
    with server.client() as client:
        client.execute_command("ACL", "SETUSER", "gcsync", *line[1].replace(">PASSWORD", ">right").split())
    url = f"redis://gcsync@{server.address}/0"
    assert opening(url, **{PASSWORD: "right"}) is None
    wrong = opening(url, **{PASSWORD: "watched-word"})
    assert wrong is not None
    assert (wrong.code, PASSWORD in (wrong.hint or ""), "watched-word" in repr(wrong)) == ("GC817", True, False)
    elsewhere = opening(f"{url}?prefix=other", **{PASSWORD: "right"})
    assert elsewhere is not None
    assert (elsewhere.code, "other:*" in (elsewhere.hint or "")) == ("GC817", True)


def test_a_server_that_wants_a_password_says_so(server: RedisServer, tmp_path: Path) -> None:
    with server.client() as client:
        client.config_set("requirepass", "right")
        try:
            told = opening(server.url(tmp_path))
            assert told is not None
            assert (told.code, PASSWORD in (told.hint or "")) == ("GC817", True)
            assert opening(server.url(tmp_path), **{PASSWORD: "right"}) is None
        finally:
            client.config_set("requirepass", "")


def test_a_database_that_is_not_there_is_told(server: RedisServer) -> None:
    told = opening(f"redis://{server.address}/16")
    assert told is not None
    assert (told.code, "no database 16" in told.message) == ("GC817", True)


def test_a_server_that_is_not_there_is_told(server: RedisServer) -> None:
    told = opening("redis://user:watched-word@127.0.0.1:1/0")
    assert told is not None
    assert (told.code, "cannot be reached" in told.message, "watched-word" in repr(told)) == ("GC817", True, False)


def test_it_speaks_tls_with_an_authority_of_ones_own(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    files = ("--tls-cert-file", made.certificate, "--tls-key-file", made.key, "--tls-ca-cert-file", made.trusted)
    with redis_server(tmp_path / "redis", *DURABLE, *map(str, files), tls=True) as one:
        client = f"cert={made.certificate}&key={made.key}"
        assert opening(f"rediss://localhost:{one.port}/0?ca={made.trusted}&{client}") is None
        untrusted = opening(f"rediss://localhost:{one.port}/0?{client}")
        other_name = opening(f"rediss://127.0.0.1:{one.port}/0?ca={made.trusted}&{client}")
        missing = opening(f"rediss://localhost:{one.port}/0?ca=none.pem")
        for told, words in ((untrusted, "not trusted"), (other_name, "not trusted"), (missing, "no such file")):
            assert told is not None
            assert (told.code, words in told.message) == ("GC817", True)


@pytest.mark.full
def test_a_cluster_is_found_out_and_used(tmp_path: Path) -> None:
    with redis_server(tmp_path / "redis", *DURABLE, "--cluster-enabled", "yes") as one:
        with one.client() as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
            while "cluster_state:ok" not in str(client.execute_command("CLUSTER", "INFO")):
                pass
        url = one.url(tmp_path)
        assert opening(url) is None
        codes = [told.code for told in map(opening, (f"{url}&durability=waitaof", f"redis://{one.address}/1")) if told]
        assert codes == ["GC818", "GC817"]
        set_to(one, appendfsync="everysec")
        told = opening(url)
        assert told is not None
        assert told.code == "GC818"


@pytest.mark.full
def test_with_waitaof_a_lazy_log_is_waited_for(tmp_path: Path) -> None:
    lazy = ("--appendonly", "yes", "--appendfsync", "everysec")
    with redis_server(tmp_path / "valkey", *lazy, other_program=valkey_program()) as one:
        assert opening(f"{one.url(tmp_path)}&durability=waitaof") is None
        for number in range(3):

            async def use(name: str = f"e-{number}") -> None:
                store = open_store(f"{one.url(tmp_path)}&durability=waitaof")
                await store.claim(name, "one")
                assert await store.done(name, "one")
                one.kill()
                one.start()
                assert await store.state(name) is Claim.HANDLED
                await store.close()

            asyncio.run(use())

        async def impatient() -> None:
            store = open_store(f"{one.url(tmp_path)}&durability=waitaof")
            found: list[object] = []
            for number in range(20):
                await store.claim(f"i-{number}", "one")
                found += await asyncio.gather(store.done(f"i-{number}", "one"), return_exceptions=True)
            await store.close()
            assert any(isinstance(one, StoreUnavailable) and "in time" in str(one) for one in found)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gcsync.receiver.stores.redis._WAITAOF_MILLISECONDS", 1)
            asyncio.run(impatient())
        set_to(one, appendonly="no")
        told = opening(f"{one.url(tmp_path)}&durability=waitaof")
        assert told is not None
        assert told.code == "GC818"


def test_a_server_without_waitaof_is_told(monkeypatch: pytest.MonkeyPatch, server: RedisServer, tmp_path: Path) -> None:
    before: Any = redis.Redis.execute_command

    def without(self: redis.Redis, *command: Any, **options: Any) -> Any:
        name = "NONE" if command[0] == "WAITAOF" else command[0]
        return before(self, name, *command[1:], **options)

    monkeypatch.setattr(redis.Redis, "execute_command", without)
    told = opening(f"{server.url(tmp_path)}&durability=waitaof")
    assert told is not None
    assert (told.code, "WAITAOF" in told.message) == ("GC818", True)


@pytest.mark.parametrize(
    "error",
    [
        redis.ResponseError("unknown command 'AUTH', with args beginning with: 'user' 'watched-word'"),
        redis.ConnectionError("watched-word"),
        redis.AuthenticationError("watched-word"),
        redis.ResponseError("OOM command not allowed, watched-word"),
        OSError("watched-word"),
    ],
)
def test_the_servers_own_words_are_not_repeated(error: Exception) -> None:
    assert "watched-word" not in reason(error)
