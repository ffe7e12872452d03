"""What a URL of a Redis store says, and what is refused."""

from __future__ import annotations

import sys

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.receiver.stores import open_store
from gcsync.receiver.stores.redis_url import PASSWORD, Durability, RedisPlace, Tls, place_of

PLACES = {
    "redis://host": RedisPlace("host"),
    "valkey://host:7000/3": RedisPlace("host", 7000, 3),
    "redis://us%40er:p%3Aw%2F@host/0": RedisPlace("host", 6379, 0, "us@er", "p:w/"),
    "redis://:pw@[::1]:1/": RedisPlace("::1", 1, 0, "", "pw"),
    "rediss://host": RedisPlace("host", tls=Tls()),
    "valkeys://host?ca=a.pem&cert=b.pem&key=c.pem": RedisPlace("host", tls=Tls("a.pem", "b.pem", "c.pem")),
    "redis://host/0?prefix=a:b&durability=waitaof": RedisPlace("host", prefix="a:b", durability=Durability.WAITAOF),
}


@pytest.mark.parametrize(("url", "place"), PLACES.items(), ids=PLACES)
def test_a_url_names_a_place(url: str, place: RedisPlace) -> None:
    assert place_of(url, {}) == place


@pytest.mark.parametrize(
    "url",
    [
        "redis://",
        "redis:///0",
        "redis://host:port",
        "redis://host:99999",
        "redis://[host",
        "redis://host/name",
        "redis://host/0/1",
        "redis://host/-1",
        "redis://host/٣",
        "redis://host#x",
        "redis://host?prefix=",
        "redis://host?prefix=a%20b",
        "redis://host?prefix={a}",
        "redis://host?prefix=a&prefix=b",
        "redis://host?durability=maybe",
        "redis://host?timeout=1",
        "redis://host?x",
        "redis://host?ca=a.pem",
        "rediss://host?key=c.pem",
    ],
)
def test_what_names_none_is_told_and_quotes_no_password(url: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        place_of(url.replace("://host", "://user:watched-word@host"), {})
    told = caught.value.diagnostics[0]
    assert told.code == "GC800"
    assert "watched-word" not in f"{told!r}"


def test_the_password_of_the_environment_is_taken_where_the_url_has_none() -> None:
    environ = {PASSWORD: "from the environment"}
    assert place_of("redis://user@host", environ).password == "from the environment"
    assert place_of("redis://user:other@host", environ).password == "other"


def test_a_place_is_shown_without_user_and_password() -> None:
    place = place_of("rediss://user:watched-word@[::1]/2", {})
    assert str(place) == "rediss://[::1]:6379/2"
    assert "watched-word" not in repr(place)


def test_a_missing_library_is_told_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(DiagnosticError) as caught:
        open_store("redis://127.0.0.1")
    told = caught.value.diagnostics[0]
    assert (told.code, "gcsync[receiver,redis]" in (told.hint or "")) == ("GC812", True)
