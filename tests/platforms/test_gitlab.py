"""GitLab's side against its stand-in: what is peculiar to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.platforms import Surroundings, open_platform, read_settings
from gcsync.platforms.interface import Platform, Where
from tests.stand_ins import gitlab as stand_in
from tests.stand_ins.gitlab import GitLab


@pytest.fixture
def server() -> Iterator[GitLab]:
    with stand_in.running() as running:
        running.open_merge_request(12)
        yield running


def opened(server: GitLab, **environ: str) -> Platform:
    settings = read_settings(server.environ(**environ), None)
    return open_platform(settings, Surroundings(clean=str, sleep=lambda _: None))


def test_notes_are_written_read_changed_and_removed_and_never_hidden(server: GitLab) -> None:
    talk = opened(server).conversation(Where.CHANGE, 12)
    made = talk.create("one")
    assert made.url == f"{server.url}/example/events/-/merge_requests/12#note_{made.id}"
    assert talk.comments() == [made]
    assert talk.update(made, "two").body == "two"
    assert talk.hide(made) is False
    talk.delete(made)
    talk.delete(made)
    assert talk.comments() == []


def test_what_gitlab_itself_notes_is_no_comment(server: GitLab) -> None:
    server.write(12, "added 1 commit", "project_42_bot_1", system=True)
    assert opened(server).conversation(Where.CHANGE, 12).comments() == []


@pytest.mark.parametrize("project", ["42", "example/events"])
def test_a_project_is_named_by_its_id_or_its_path(server: GitLab, project: str) -> None:
    assert opened(server, CI_PROJECT_ID=project).conversation(Where.CHANGE, 12).comments() == []


def test_a_note_of_another_account_is_not_changed(server: GitLab) -> None:
    theirs = server.write(12, "text", "stranger")
    talk = opened(server).conversation(Where.CHANGE, 12)
    (found,) = talk.comments()
    with pytest.raises(DiagnosticError, match="GC704"):
        talk.update(found, "x")
    assert theirs.body == "text"


def test_issues_are_those_of_the_account_and_change_in_one_request(server: GitLab) -> None:
    place = opened(server)
    made = place.create_issue("Drift", "text", ("drift", "cron"))
    server.all_issues[7] = stand_in.Issue(7, "Theirs", "text", stand_in.Account("stranger"))
    assert place.issues(place.author()) == [made]
    assert server.all_issues[made.number].labels == ["drift", "cron"]
    server.writes()
    closed = place.update_issue(made, "new", open=False)
    assert (closed.open, closed.body, len(server.writes())) == (False, "new", 1)
    assert place.update_issue(closed, "new", open=True).open


def test_counts_bytes() -> None:
    assert [opened(GitLab(), CI_API_V4_URL="https://gitlab.com/api/v4").size(text) for text in ("a", "ä", "🌈")] == [
        1,
        2,
        4,
    ]


@pytest.mark.parametrize("text", ["/close", "a\n/close", "a\n\r\r/close", "//x"])
def test_no_line_begins_with_a_slash(text: str) -> None:
    found = opened(GitLab(), CI_API_V4_URL="https://gitlab.com/api/v4").guarded(text)
    assert not any(line.startswith("/") for line in found.replace("\r", "").split("\n"))
    assert found.replace("\u2060", "") == text.replace("\r", "")
