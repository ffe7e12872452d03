"""Stacks that speak to the same place as the same client share a session."""

from __future__ import annotations

import pytest

from gcsync.cli.options import Common
from gcsync.cli.walk import grouped, visit
from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.resource import Stack


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("REGION", "ACCESS_TOKEN", "API_URL", "LOGIN_URL"):
        monkeypatch.delenv(f"GENESYS_CLOUD_{name}", raising=False)
    for prefix in ("", "PROD_"):
        monkeypatch.setenv(f"GENESYS_CLOUD_{prefix}CLIENT_ID", f"{prefix}client")
        monkeypatch.setenv(f"GENESYS_CLOUD_{prefix}CLIENT_SECRET", f"{prefix}secret")
    return monkeypatch


def stack(name: str, **settings: str) -> Stack:
    return Stack(name, {}, f"{name}.yaml", **settings)


def shared(*stacks: Stack) -> list[list[str]]:
    with grouped(stacks, Common()) as groups:
        return [[stack.name for stack in group.stacks] for group in groups]


@pytest.mark.usefixtures("environ")
def test_the_same_region_and_client_is_one_group() -> None:
    assert shared(stack("a"), stack("b", region="us-east-1"), stack("c", region="mypurecloud.com")) == [["a", "b", "c"]]


@pytest.mark.usefixtures("environ")
def test_another_region_or_client_is_another() -> None:
    stacks = stack("a"), stack("b", region="eu-west-1"), stack("c", credentials="PROD"), stack("d")
    assert shared(*stacks) == [["a", "d"], ["b"], ["c"]]


@pytest.mark.usefixtures("environ")
def test_without_a_stack_there_is_one_group_of_none() -> None:
    assert shared() == [[]]


def test_what_is_wrong_with_any_of_them_is_said_at_once_and_once(environ: pytest.MonkeyPatch) -> None:
    environ.delenv("GENESYS_CLOUD_CLIENT_SECRET")
    with pytest.raises(DiagnosticError) as error:
        shared(stack("a"), stack("b"), stack("c", region="nowhere-1"))
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == ["GC301", "GC303"]


@pytest.mark.usefixtures("environ")
def test_what_is_only_read_is_read_through_a_session_that_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[dict[str, object]] = []

    class Stopped(Exception):
        pass

    def open_session(*_: object, **how: object) -> None:
        opened.append(how)
        raise Stopped

    monkeypatch.setattr("gcsync.remote.session.GenesysSession", open_session)
    with grouped([stack("a")], Common()) as groups, pytest.raises(Stopped):
        visit(groups, lambda _: None, no_color=True)
    assert [how["read_only"] for how in opened] == [True]
