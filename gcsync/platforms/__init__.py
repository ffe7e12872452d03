"""GitHub and GitLab, where changes are reviewed: comments on pull requests, and issues. Knows only the model."""

from __future__ import annotations

from gcsync.platforms.body import Bounds, Document, Run
from gcsync.platforms.carry_out import Choice, Done, Speaker, keep_comments, keep_issue
from gcsync.platforms.interface import Platform
from gcsync.platforms.opening import open_platform
from gcsync.platforms.settings import (
    GitHubSettings,
    GitLabSettings,
    Kind,
    Settings,
    change_number,
    commit,
    read_settings,
    run_link,
)
from gcsync.platforms.transport import Surroundings
from gcsync.platforms.upsert import FAILURE, Mode

__all__ = [
    "FAILURE",
    "Bounds",
    "Choice",
    "Document",
    "Done",
    "GitHubSettings",
    "GitLabSettings",
    "Kind",
    "Mode",
    "Platform",
    "Run",
    "Settings",
    "Speaker",
    "Surroundings",
    "change_number",
    "commit",
    "keep_comments",
    "keep_issue",
    "open_platform",
    "read_settings",
    "run_link",
]
