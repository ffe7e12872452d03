"""From settings to the platform that they name."""

from __future__ import annotations

from gcsync.platforms.github import GitHub
from gcsync.platforms.gitlab import GitLab
from gcsync.platforms.interface import Platform
from gcsync.platforms.settings import GitHubSettings, Settings
from gcsync.platforms.transport import Surroundings


def open_platform(settings: Settings, surroundings: Surroundings) -> Platform:
    """Speaks to nobody yet."""
    if isinstance(settings, GitHubSettings):
        return GitHub(settings, surroundings)
    return GitLab(settings, surroundings)
