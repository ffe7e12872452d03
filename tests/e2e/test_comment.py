"""`gcsync comment` as a workflow runs it, against stand-ins for GitHub and GitLab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gcsync.views.markdown_marker import MarkdownMarker, render_marker
from tests.e2e.canaries import Watched
from tests.e2e.repeating import WAYS
from tests.e2e.workplace import Ran, Workplace
from tests.stand_ins import github as github_server
from tests.stand_ins import gitlab as gitlab_server
from tests.stand_ins.github import GitHub
from tests.stand_ins.gitlab import GitLab
from tests.stand_ins.server import RATE_LIMITED

NUMBER = 12


@dataclass
class Review:
    """A pull request on one of the platforms, and gcsync in a job for it."""

    server: Any
    work: Workplace

    def comment(self, text: str, *arguments: str, **environ: str) -> Ran:
        self.work.given = text
        return self.work.gcsync("comment", "-", *arguments, **(self.server.environ() | environ))

    @property
    def bodies(self) -> list[str]:
        return self.server.bodies(NUMBER)

    def current(self) -> list[str]:
        return [body for body in self.bodies if '"current"' in body.partition("\n")[0]]

    def issue_texts(self) -> list[str]:
        return [getattr(issue, "description", None) or getattr(issue, "body", "") for issue in self.server.issues()]

    def open_issues(self) -> int:
        return len(self.server.issues("open")) + len(self.server.issues("opened"))

    def rename_account(self, login: str) -> None:
        name = "login" if isinstance(self.server, GitHub) else "username"
        for token, account in self.server.accounts.items():
            self.server.accounts[token] = replace(account, **{name: login})


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gcsync.cli.comment.LOOK_AGAIN_SECONDS", 0.01)


@pytest.fixture
def github() -> Iterator[GitHub]:
    with github_server.running() as server:
        server.open_pull(NUMBER)
        yield server


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with gitlab_server.running() as server:
        server.open_merge_request(NUMBER)
        yield server


@pytest.fixture(params=["github", "gitlab"])
def review(request: pytest.FixtureRequest, offline: Workplace) -> Review:
    return Review(request.getfixturevalue(request.param), offline)


def markdown(
    text: str = "1 to create", stack: str = "contact-center@prod", kind: str = "plan", found: bool = True
) -> str:
    marker = MarkdownMarker(kind, (stack,), "4b1c0d7e-0000-4000-8000-000000000001", found, "0123456789ab")
    return f"{render_marker(marker)}\n{text}\n"


def say(review: Review, *what: str, **environ: str) -> Ran:
    ran = review.comment(what[0] if what else markdown(), "--number", str(NUMBER), *what[1:], **environ)
    assert ran.code == 0, ran.err
    return ran


class TestOneComment:
    def test_is_written_with_the_commit_the_run_and_the_time(self, review: Review) -> None:
        ran = say(review)
        (body,) = review.bodies
        assert "\n1 to create\n" in body
        assert "· commit 0123456789abcdef0123456789abcdef01234567 · [run](http://127.0.0.1:" in body
        assert ran.out.startswith(f"contact-center@prod: comment created, {review.server.url}/example/events/")

    def test_is_updated_in_place_when_the_plan_changes(self, review: Review) -> None:
        say(review)
        ran = say(review, markdown("2 to create"))
        assert "comment updated" in ran.out
        (body,) = review.bodies
        assert "\n2 to create\n" in body

    def test_is_updated_for_another_commit(self, review: Review) -> None:
        say(review)
        sha = "f" * 40
        say(review, GITHUB_SHA=sha, CI_COMMIT_SHA=sha)
        assert [sha in body for body in review.bodies] == [True]

    def test_is_not_written_again_when_it_says_the_same(self, review: Review) -> None:
        say(review)
        review.server.writes()
        ran = say(review, GITHUB_RUN_ID="78", CI_JOB_URL="https://gitlab.example.com/-/jobs/78")
        assert "comment unchanged" in ran.out
        assert [line for line in review.server.writes() if "/graphql" not in line] == []

    def test_is_written_anew_when_somebody_changed_it(self, review: Review) -> None:
        say(review)
        own = review.server.on(NUMBER)[0]
        own.body = own.body.replace("1 to create", "0 to create")
        say(review)
        assert "\n1 to create\n" in review.bodies[0]

    def test_is_one_for_each_stack_and_kind(self, review: Review) -> None:
        for text in (markdown(), markdown(stack="contact-center@dev"), markdown(kind="drift")):
            say(review, text)
        assert len(review.current()) == 3

    def test_says_that_nothing_is_to_be_done(self, review: Review) -> None:
        say(review)
        say(review, markdown("No changes.", found=False))
        assert ["\nNo changes.\n" in body for body in review.bodies] == [True]

    def test_is_deleted_when_nothing_is_to_be_done_and_that_is_wished(self, review: Review) -> None:
        say(review)
        ran = say(review, markdown("No changes.", found=False), "--delete-empty")
        assert (review.bodies, ran.out) == ([], "contact-center@prod: 1 comment deleted\n")
        ran = say(review, markdown("No changes.", found=False), "--delete-empty")
        assert (review.bodies, ran.out) == ([], "contact-center@prod: nothing to say, and no comment to delete\n")

    def test_that_there_is_no_plan_stands_beside_an_earlier_plan_until_there_is_one(self, review: Review) -> None:
        say(review)
        failed = review.comment("error[GC107]: unknown key", "--failed", "--job", "prod", "--number", str(NUMBER))
        assert (failed.code, "comment created" in failed.out) == (0, True), failed.err
        assert len(review.bodies) == 2
        assert "GC107" in review.bodies[1]
        say(review, markdown("2 to create"), "--job", "another")
        assert len(review.bodies) == 2, "another job's plan says nothing of this one"
        say(review, markdown(), "--job", "prod")
        assert ["GC107" in body for body in review.bodies] == [False]

    def test_is_found_behind_many_pages_of_others(self, review: Review) -> None:
        for number in range(250):
            review.server.write(NUMBER, f"comment {number}", "person")
        say(review)
        for number in range(30):
            review.server.write(NUMBER, f"later comment {number}", "person")
        say(review, markdown("2 to create"))
        assert len(review.current()) == 1

    def test_of_any_text_has_the_name_that_is_given(self, review: Review) -> None:
        say(review, "All is well.", "--key", "weekly")
        ran = say(review, "All is well again.", "--key", "weekly")
        assert ran.out.startswith("weekly: comment updated")
        assert len(review.bodies) == 1

    def test_of_a_plan_file_is_one_for_each_of_its_stacks(self, review: Review, work: Workplace) -> None:
        work.stack("one")
        work.stack("two", name="other")
        assert work.gcsync("plan", "--out", "plan.gcsync").code == 0
        ran = work.gcsync("comment", "plan.gcsync", "--number", "12", **review.server.environ())
        assert (ran.code, len(review.current())) == (0, 2), ran.err
        assert [line.partition(":")[0] for line in ran.out.splitlines()] == ["contact-center", "other"]


class TestTheJob:
    def test_says_for_which_pull_request_it_runs(self, review: Review) -> None:
        event = {"pull_request": {"number": NUMBER, "head": {"sha": "e" * 40}}}
        path = review.work.write("event.json", json.dumps(event))
        ran = review.comment(markdown(), GITHUB_EVENT_PATH=str(path), CI_MERGE_REQUEST_IID=str(NUMBER))
        assert (ran.code, len(review.bodies)) == (0, 1), ran.err
        assert ("e" * 40 in review.bodies[0]) is isinstance(review.server, GitHub)

    @pytest.mark.parametrize("text", ["", "[", "[]", '{"pull_request": 7}'])
    def test_whose_event_says_nothing_needs_a_number(self, review: Review, text: str) -> None:
        path = review.work.write("event.json", text)
        ran = review.comment(markdown(), GITHUB_EVENT_PATH=str(path))
        assert (ran.code, "error[GC701]: no pull request is named" in ran.err) == (1, True)
        assert review.comment(markdown(), "--number", "12", GITHUB_EVENT_PATH=str(path)).code == 0

    def test_of_another_platform_is_told_which(self, gitlab: GitLab, offline: Workplace) -> None:
        review = Review(gitlab, offline)
        say(review, markdown(), "--platform", "gitlab", GITHUB_ACTIONS="true", GITLAB_CI="")
        assert len(review.bodies) == 1


class TestSomebodyElse:
    def test_who_pastes_the_marker_is_left_alone(self, review: Review) -> None:
        say(review)
        stolen = review.server.write(NUMBER, review.bodies[0], "stranger")
        before = stolen.body
        say(review, markdown("2 to create"))
        assert stolen.body == before
        assert len(review.bodies) == 2

    def test_who_wrote_first_keeps_nobody_from_commenting(self, review: Review) -> None:
        say(review)
        review.rename_account("another-bot")
        say(review, markdown("2 to create"))
        assert len(review.bodies) == 2

    def test_whose_comment_is_quoted_is_no_marker(self, review: Review) -> None:
        say(review)
        inside = review.bodies[0]
        say(review, f"See:\n{inside}", "--key", "quoting")
        say(review, markdown("2 to create"))
        assert sum("1 to create" in body for body in review.bodies) == 1


class TestOrders:
    @pytest.mark.parametrize("text", ["/close", "A\n/merge\nB", "A\n\r/close", "```diff\n/approve\n```", "\n\n/CLOSE"])
    def test_in_what_is_shown_are_not_carried_out(self, gitlab: GitLab, offline: Workplace, text: str) -> None:
        review = Review(gitlab, offline)
        say(review, markdown(text))
        assert "comment unchanged" in say(review, markdown(text)).out
        review.comment(markdown(text, kind="drift"), "--issue")
        review.comment(markdown(text, kind="drift", found=False), "--issue")
        assert (gitlab.orders, [note.body for note in gitlab.on(1, "issues") if not note.system] != []) == ([], True)


class TestOutdatedComments:
    def test_duplicates_are_collapsed(self, review: Review) -> None:
        say(review)
        own = review.server.on(NUMBER)[0]
        twin = review.server.write(NUMBER, own.body, "x")
        twin.account = own.account
        ran = say(review, markdown("2 to create"))
        assert "comment updated, 1 outdated comment collapsed" in ran.out
        assert ["\n2 to create\n" in body for body in review.bodies] == [False, True]
        assert is_collapsed(own)
        review.server.writes()
        say(review, markdown("2 to create"))
        assert [line for line in review.server.writes() if "/graphql" not in line] == []

    def test_a_new_one_is_written_each_time_where_that_is_wished(self, review: Review) -> None:
        for text in (markdown(), markdown("2 to create"), markdown("2 to create")):
            say(review, text, "--mode", "new")
        first, second = review.server.on(NUMBER)
        assert (is_collapsed(first), is_collapsed(second)) == (True, False)

    def test_of_a_stack_that_is_no_longer_planned_are_collapsed_on_request(self, review: Review) -> None:
        say(review, markdown(stack="gone"))
        say(review)
        assert len(review.current()) == 2
        ran = say(review, markdown(), "--prune")
        assert "other stacks: 1 outdated comment collapsed" in ran.out
        assert len(review.current()) == 1
        say(review, markdown(stack="gone"))
        assert len(review.current()) == 2

    def test_are_folded_where_github_does_not_hide_them(self, github: GitHub, offline: Workplace) -> None:
        review = Review(github, offline)
        say(review, markdown(), "--mode", "new")
        error = {"data": None, "errors": [{"message": "no"}]}
        github.fail(path="/graphql", times=2, answer=github_server.Answer(200, error))
        say(review, markdown("2 to create"), "--mode", "new")
        assert "<details><summary>Outdated: a later comment replaces this one</summary>" in review.bodies[0]


def is_collapsed(comment: Any) -> bool:
    hidden = getattr(comment, "minimized", "") == "outdated" or "<details><summary>Outdated" in comment.body
    return hidden and '"outdated"' in comment.body.partition("\n")[0]


class TestFaults:
    @pytest.mark.parametrize("kind", ["drop after", "502 after"])
    def test_a_comment_whose_answer_is_lost_is_not_written_twice(self, review: Review, kind: str) -> None:
        review.server.fail(kind, "POST", "s/12/")
        ran = say(review)
        assert "no answer; then looking whether it was done" in ran.err
        assert len(review.bodies) == 1

    def test_one_that_was_not_written_is_written_then(self, review: Review) -> None:
        review.server.fail("drop", "POST", "s/12/")
        say(review)
        assert len(review.bodies) == 1

    def test_a_rate_limit_is_waited_for_and_said(self, github: GitHub, offline: Workplace) -> None:
        github.fail(method="POST", path="comments", answer=RATE_LIMITED)
        ran = say(Review(github, offline))
        assert "s (GitHub: 403, rate limit, 2 of 5)" in ran.err
        assert len(github.bodies(NUMBER)) == 1

    def test_an_api_that_is_down_ends_with_1_and_says_so(self, offline: Workplace) -> None:
        environ = GitHub().environ(GITHUB_API_URL="http://127.0.0.1:9", GITHUB_TOKEN="ghs_secretsecret")
        offline.given = markdown()
        ran = offline.gcsync("comment", "-", "--number", "12", **environ)
        assert ran.code == 1
        assert "error[GC706]: GitHub (127.0.0.1:9) does not answer" in ran.err
        assert "ghs_" not in ran.err


class TestBadInput:
    def fails(self, review: Review, code: str, *arguments: str, text: str | None = None, **environ: str) -> str:
        ran = review.comment(markdown() if text is None else text, *arguments, **environ)
        assert ran.code == 1
        assert f"error[{code}]" in ran.err, ran.err
        assert (github_server.TOKEN in ran.err, gitlab_server.TOKEN in ran.err, ran.out) == (False, False, "")
        return ran.err

    def test_a_token_that_is_not_known(self, review: Review) -> None:
        review.server.accounts.clear()
        said = self.fails(review, "GC703", "--number", "12")
        assert "_TOKEN is wrong, expired or of another server" in said

    def test_a_token_without_rights(self, github: GitHub, offline: Workplace) -> None:
        github.account.rights = {"contents: read"}
        said = self.fails(Review(github, offline), "GC704", "--number", "12")
        assert "`pull-requests: write`" in said

    @pytest.mark.parametrize("how", ["scope", "role"])
    def test_a_token_without_scope_or_role(self, gitlab: GitLab, offline: Workplace, how: str) -> None:
        if how == "scope":
            gitlab.account.scopes = {"read_api"}
        else:
            gitlab.account.role = "Guest"
        said = self.fails(Review(gitlab, offline), "GC704", "--number", "12")
        assert "the scope `api` and at least the role Reporter" in said

    def test_an_unknown_number(self, review: Review) -> None:
        self.fails(review, "GC705", "--number", "99")

    def test_no_number(self, review: Review) -> None:
        self.fails(review, "GC701")

    def test_a_locked_conversation(self, github: GitHub, offline: Workplace) -> None:
        github.threads[NUMBER].locked = True
        said = self.fails(Review(github, offline), "GC708", "--number", "12")
        assert "are locked" in said

    @pytest.mark.parametrize("text", ["", " \n", "no plan\n", "<!-- gcsync {} -->\n"])
    def test_a_text_that_is_no_plan(self, review: Review, text: str) -> None:
        self.fails(review, "GC702", "--number", "12", text=text)
        assert review.bodies == []

    def test_a_file_that_is_no_plan(self, review: Review) -> None:
        review.work.write("plan.gcsync", "{}")
        ran = review.work.gcsync("comment", "plan.gcsync", "--number", "12", **review.server.environ())
        assert (ran.code, "error[GC612]" in ran.err) == (1, True)

    def test_an_environment_that_tells_no_platform(self, offline: Workplace) -> None:
        offline.given = markdown()
        ran = offline.gcsync("comment", "-", "--number", "12")
        assert "error[GC700]: neither GitHub nor GitLab is told by the environment" in ran.err
        assert "GITHUB_REPOSITORY and GITHUB_TOKEN" in ran.err

    def test_options_that_belong_to_another_use(self, review: Review) -> None:
        self.fails(review, "GC600", "--issue", "--number", "12")
        self.fails(review, "GC600", "--number", "12", "--label", "drift")
        self.fails(review, "GC600", "--failed", "--issue")
        self.fails(review, "GC600", "--failed", "--number", "12", "--prune")
        self.fails(review, "GC600", "--failed", "--number", "12", "--key", "weekly")

    @pytest.mark.parametrize(
        "answer",
        [
            github_server.Answer(200, "<html>Sign in</html>"),
            github_server.Answer(200, {"an": "object"}),
            github_server.Answer(200, [{"id": "text", "body": 7}]),
            github_server.Answer(302, None, {"Location": "http://127.0.0.2:1/elsewhere"}),
            github_server.Answer(200, [], {"Link": '<http://127.0.0.1:1/x?page=1&per_page=100>; rel="next"'}),
        ],
        ids=["HTML", "object", "wrong types", "redirect", "endless"],
    )
    def test_a_hostile_listing(self, review: Review, answer: github_server.Answer) -> None:
        review.server.fail(method="GET", path="s/12/", times=9, answer=answer)
        self.fails(review, "GC707", "--number", "12")

    def test_an_answer_of_ten_megabytes(self, review: Review) -> None:
        review.server.fail(method="POST", path="s/12/", answer=github_server.Answer(201, {"id": "x" * 10_000_000}))
        self.fails(review, "GC707", "--number", "12")

    def test_a_long_plan_is_cut_to_what_the_platform_takes(self, review: Review) -> None:
        text = "\n".join(f"- line {number} of a long plan 🌈" for number in range(40_000))
        say(review, markdown(text))
        (body,) = review.bodies
        assert "left out" in body
        assert 30_000 < len(body.encode("utf-16-le")) // 2 <= review.server.limit


class TestTheToken:
    @pytest.mark.parametrize(
        ("status", "way"), [*((403, way) for way in WAYS), (400, "as it came"), (401, "as it came")]
    )
    def test_is_in_no_message_however_the_api_repeats_it(
        self, github: GitHub, offline: Workplace, way: str, status: int
    ) -> None:
        watched = Watched("token")
        github.accounts[watched["token"]] = github.account
        answer = github_server.Answer(status, {"message": f"I do not like {WAYS[way](watched['token'])}"})
        github.fail(method="POST", path="comments", answer=answer)
        ran = Review(github, offline).comment(markdown(), "--number", "12", "-vv", GITHUB_TOKEN=watched["token"])
        assert (ran.code, watched.leaks({"stderr": ran.err.encode()})) == (1, [])
        assert "I do not like" in ran.err

    def test_goes_to_no_other_host(self, github: GitHub, offline: Workplace) -> None:
        with github_server.running() as other:
            there = github_server.Answer(307, None, {"Location": f"{other.url}/user"})
            github.fail(path="/user", answer=there)
            ran = Review(github, offline).comment(
                markdown(), "--number", "12", GITHUB_GRAPHQL_URL=f"{other.url}/graphql"
            )
            assert ("error[GC707]" in ran.err, other.asked) == (True, [])
            assert say(Review(github, offline), GITHUB_GRAPHQL_URL=f"{other.url}/graphql").code == 0
            assert other.asked == []


class TestIssue:
    DRIFT = markdown("1 drifted", kind="drift")
    NONE = markdown("No drift.", kind="drift", found=False)

    def keep(self, review: Review, text: str, *more: str) -> str:
        ran = review.comment(text, "--issue", *more)
        assert ran.code == 0, ran.err
        return ran.out

    def test_is_opened_updated_closed_and_reopened(self, review: Review) -> None:
        assert "nothing to settle, and no issue is open" in self.keep(review, self.NONE)
        assert "issue opened" in self.keep(review, self.DRIFT, "--title", "Drift!", "--label", "drift")
        assert "issue unchanged" in self.keep(review, self.DRIFT)
        assert "issue updated" in self.keep(review, markdown("2 drifted", kind="drift"))
        assert "issue closed" in self.keep(review, self.NONE)
        assert review.open_issues() == 0
        assert "nothing to settle" in self.keep(review, self.NONE)
        assert "issue reopened" in self.keep(review, self.DRIFT)
        (issue,) = review.server.issues()
        assert (issue.title, issue.labels, review.open_issues()) == ("Drift!", ["drift"], 1)

    def test_says_when_it_closes_and_comes_back(self, review: Review) -> None:
        for text in (self.DRIFT, self.NONE, self.DRIFT):
            self.keep(review, text)
        where = () if isinstance(review.server, GitHub) else ("issues",)
        said = review.server.bodies(1 if where else NUMBER + 1, *where)
        assert ["No drift." in said[0], "again" in said[1], len(said)] == [True, True, 2]

    def test_keeps_what_there_was_when_it_is_closed(self, review: Review) -> None:
        for text in (self.DRIFT, self.NONE):
            self.keep(review, text)
        assert ["1 drifted" in text for text in review.issue_texts()] == [True]

    def test_that_a_person_closed_stays_closed(self, review: Review) -> None:
        self.keep(review, self.DRIFT)
        review.server.issues()[0].state = "closed"
        self.keep(review, self.DRIFT)
        assert (review.open_issues(), len(review.server.issues())) == (1, 2)

    def test_is_one_even_when_its_answer_is_lost(self, review: Review) -> None:
        review.server.fail("drop after", "POST", "/issues")
        self.keep(review, self.DRIFT)
        assert len(review.server.issues()) == 1

    def test_of_somebody_else_is_left_alone(self, review: Review) -> None:
        self.keep(review, self.DRIFT)
        review.rename_account("another-bot")
        before = review.issue_texts()[0]
        self.keep(review, markdown("2 drifted", kind="drift"))
        assert (review.issue_texts()[0], len(review.server.issues())) == (before, 2)

    def test_duplicates_are_closed(self, review: Review) -> None:
        self.keep(review, self.DRIFT)
        first = review.server.issues()[0]
        twin = type(first)(**vars(first))
        threads = review.server.threads if isinstance(review.server, GitHub) else review.server.all_issues
        number = max(threads) + 1
        setattr(twin, "on" if isinstance(review.server, GitHub) else "iid", number)
        threads[number] = twin
        self.keep(review, self.DRIFT)
        assert (first.state[:4], twin.state) == ("open", "closed")
        assert review.open_issues() == 1
