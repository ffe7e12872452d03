from __future__ import annotations

import pytest

from gcsync.cli import comment
from gcsync.platforms import Document, Kind, Mode


@pytest.mark.parametrize(
    ("kind", "title"),
    [("drift", "Drift in a@prod"), ("plan", "Changes to apply in a@prod"), ("text", "a@prod"), ("{0.x}", "a@prod")],
)
def test_an_issue_is_called_by_what_it_is_about(kind: str, title: str) -> None:
    assert comment._title(Document(kind, ("a@prod",), "text")) == title


def test_a_title_is_no_longer_than_a_platform_takes() -> None:
    assert len(comment._title(Document("drift", tuple(f"stack-{number}" for number in range(99)), "text"))) == 200


def test_the_options_offer_what_there_is() -> None:
    assert [one.value for one in comment.PlatformName] == [one.value for one in Kind]
    assert [one.value for one in comment.CommentMode] == [one.value for one in Mode]


def test_an_event_that_cannot_be_read_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_EVENT_PATH", "nowhere.json")
    assert comment._event() is None
    monkeypatch.delenv("GITHUB_EVENT_PATH")
    assert comment._event() is None
