"""A user's Git repository, with the pull requests that people make in it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.workplace import stack

_WHO = {f"GIT_{who}_{what}": "Ada" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass(frozen=True)
class Project:
    """A repository whose `main` is checked out."""

    folder: Path

    @classmethod
    def begin(cls, folder: Path) -> Project:
        folder.mkdir(parents=True)
        project = cls(folder)
        project.git("init", "--quiet", "--initial-branch=main")
        project.commit({"stacks/contact-center.yaml": stack("conversations"), ".gitignore": ".gcsync/\n"})
        return project

    def git(self, *arguments: str) -> str:
        environ = {**os.environ, **_WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments], env=environ, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, files: dict[str, str]) -> str:
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "A change")
        return self.git("rev-parse", "HEAD")

    def push(self, branch: str, files: dict[str, str]) -> tuple[str, str]:
        """A commit on a branch made of main; the head and the merge with main that GitHub checks out."""
        self.git("checkout", "--quiet", "-B", branch, "main")
        head = self.commit(files)
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", head)
        merge = self.git("rev-parse", "HEAD")
        self.git("branch", "--force", f"pull-of-{branch}", merge)
        self.git("checkout", "--quiet", "main")
        return head, merge

    def merge(self, branch: str) -> str:
        """Merge as one commit on main, as GitHub's squash does; the commit."""
        self.git("merge", "--quiet", "--squash", branch)
        return self.commit({})
