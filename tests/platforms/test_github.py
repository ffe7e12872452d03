"""GitHub's side against its stand-in: what is peculiar to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.platforms import Surroundings, open_platform, read_settings
from gcsync.platforms.interface import Platform, Where
from tests.stand_ins import github as stand_in
from tests.stand_ins.github import Account, Answer, GitHub


@pytest.fixture
def server() -> Iterator[GitHub]:
    with stand_in.running(enterprise=True) as running:
        running.open_pull(12)
        yield running


def opened(server: GitHub, **environ: str) -> Platform:
    settings = read_settings(server.environ(**environ), None)
    return open_platform(settings, Surroundings(clean=str, sleep=lambda _: None))


class TestWhoseTokenItIs:
    def test_is_a_users_login(self, server: GitHub) -> None:
        server.accounts[stand_in.TOKEN] = Account("octocat", app=False)
        assert opened(server).author() == "octocat"
        assert server.asked == ["GET /api/v3/user 200"]

    @pytest.mark.parametrize("login", ["github-actions[bot]", "our-app[bot]"])
    def test_is_an_apps_bot_as_graphql_tells(self, server: GitHub, login: str) -> None:
        server.accounts[stand_in.TOKEN] = Account(login)
        assert opened(server).author() == login

    def test_is_never_a_user_who_is_called_like_an_app(self, server: GitHub) -> None:
        server.accounts[stand_in.TOKEN] = Account("our-app")
        assert opened(server).author() == "our-app[bot]"

    def test_is_the_bot_of_actions_where_nobody_tells(self, server: GitHub) -> None:
        server.viewer = False
        assert opened(server).author() == "github-actions[bot]"

    def test_is_an_error_elsewhere(self, server: GitHub) -> None:
        server.viewer = False
        with pytest.raises(DiagnosticError, match="GC709"):
            opened(server, GITHUB_ACTIONS="").author()


class TestComments:
    def test_are_written_read_changed_hidden_and_removed(self, server: GitHub) -> None:
        talk = opened(server).conversation(Where.CHANGE, 12)
        made = talk.create("one")
        assert talk.comments() == [made]
        assert talk.update(made, "two").body == "two"
        assert talk.hide(made) is True
        assert server.comments[made.id].minimized == "outdated"
        talk.delete(made)
        talk.delete(made)
        assert talk.comments() == []

    def test_of_a_deleted_account_have_no_author(self, server: GitHub) -> None:
        shown = server.shown_comment(server.write(12, "text", "gone")) | {"user": None, "body": None}
        server.fail(path="comments", answer=Answer(200, [shown]))
        (found,) = opened(server).conversation(Where.CHANGE, 12).comments()
        assert (found.author, found.body) == ("", "")

    def test_of_a_renamed_repository_are_found(self, server: GitHub) -> None:
        place = {"Location": f"{server.url}/api/v3/repositories/1/issues/12/comments"}
        server.fail(path="comments", answer=Answer(301, {"message": "Moved Permanently"}, place))
        assert opened(server).conversation(Where.CHANGE, 12).create("one").body == "one"

    def test_of_a_token_that_may_only_read_say_which_right_lacks(self, server: GitHub) -> None:
        talk = opened(server).conversation(Where.CHANGE, 12)
        made = talk.create("one")
        server.account.rights.clear()
        for write in (lambda: talk.create("x"), lambda: talk.update(made, "x"), lambda: talk.delete(made)):
            with pytest.raises(DiagnosticError, match="GC704") as caught:
                write()
            assert "`pull-requests: write`" in caught.value.diagnostics[0].hint
        assert talk.hide(made) is False


class TestIssues:
    def test_are_those_of_the_account_without_pull_requests(self, server: GitHub) -> None:
        place = opened(server)
        made = place.create_issue("Drift", "text", ("drift",))
        server.accounts["other"] = Account("stranger")
        opened(server, GITHUB_TOKEN="other").create_issue("Theirs", "text", ())
        assert place.issues("github-actions[bot]") == [made]
        assert server.threads[made.number].labels == ["drift"]

    def test_are_closed_and_opened_with_their_text_in_one_request(self, server: GitHub) -> None:
        place = opened(server)
        made = place.create_issue("Drift", "text", ())
        server.writes()
        closed = place.update_issue(made, "new", open=False)
        assert (closed.open, closed.body, len(server.writes())) == (False, "new", 1)
        assert place.update_issue(closed, "new", open=True).open

    def test_that_a_repository_does_not_have_are_told(self, server: GitHub) -> None:
        server.has_issues = False
        with pytest.raises(
            DiagnosticError, match="GC708: GitHub refuses a new issue in example/events with status 410"
        ):
            opened(server).create_issue("Drift", "text", ())


@pytest.mark.parametrize(("text", "units"), [("a", 1), ("ä", 1), ("🌈", 2), ("\ud800", 1)])
def test_counts_as_nobody_counts_more(text: str, units: int) -> None:
    assert opened(GitHub(), GITHUB_API_URL="https://api.github.com").size(text) == units
