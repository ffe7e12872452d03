from __future__ import annotations

import threading
import time

import pytest

from gcsync.model.value import Secret
from gcsync.remote.settings import Credentials
from gcsync.remote.tokens import FetchedToken, GivenToken, Grant, basic_authorization


class Login:
    """Gives token-1, token-2, ... that last for `seconds`."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.given = 0

    def __call__(self) -> Grant:
        self.given += 1
        return Grant(f"token-{self.given}", self.seconds)


@pytest.mark.parametrize(
    ("expires_in", "last_good_second"),
    [(86400.0, 86339), (300.0, 239), (100.0, 79), (10.0, 7), (None, 10**9)],
)
def test_a_token_is_renewed_before_it_ends(expires_in: float | None, last_good_second: int) -> None:
    now = [0.0]
    tokens = FetchedToken(Login(expires_in), lambda: now[0])
    assert tokens.get() == "token-1"
    now[0] = last_good_second
    assert tokens.get() == "token-1"
    now[0] += 1
    assert tokens.get() == ("token-1" if expires_in is None else "token-2")


def test_threads_that_need_a_token_at_once_share_one() -> None:
    login = Login(None)

    def slow() -> Grant:
        time.sleep(0.01)
        return login()

    tokens = FetchedToken(slow, time.monotonic)
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(tokens.get())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got, login.given) == (["token-1"] * 16, 1)


def test_a_refused_token_is_dropped_once_however_many_threads_were_refused_with_it() -> None:
    login = Login(None)
    tokens = FetchedToken(login, time.monotonic)
    refused = tokens.get()
    assert [tokens.renew(refused, denied=False) for _ in range(3)] == [True] * 3
    assert [tokens.get(), tokens.get(), login.given] == ["token-2", "token-2", 2]


def test_a_403_renews_the_token_once_in_a_run() -> None:
    tokens = FetchedToken(Login(None), time.monotonic)
    first = tokens.get()
    assert tokens.renew(first, denied=True)
    assert tokens.renew(first, denied=True)
    second = tokens.get()
    assert not tokens.renew(second, denied=True)
    assert tokens.renew(second, denied=False)


def test_a_given_token_is_never_renewed() -> None:
    tokens = GivenToken(Secret("t"))
    assert (tokens.get(), tokens.renew("t", denied=False), tokens.renew("t", denied=True)) == ("t", False, False)


def test_the_client_id_and_secret_go_as_basic_authentication() -> None:
    assert basic_authorization(Credentials("id", Secret("word"))) == "Basic aWQ6d29yZA=="


def test_a_grant_shows_no_token() -> None:
    assert "token-1" not in repr(Grant("token-1"))
