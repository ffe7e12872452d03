"""`gcsync comment`."""

from __future__ import annotations

import os
from contextlib import closing
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gcsync.cli import options, output
from gcsync.cli.exit_codes import ExitCode
from gcsync.cli.options import Common

if TYPE_CHECKING:
    from gcsync.platforms import Document, Kind, Platform, Settings, Speaker, Surroundings


class PlatformName(StrEnum):
    """The platforms by name."""

    GITHUB = "github"
    GITLAB = "gitlab"


class CommentMode(StrEnum):
    """What happens to an earlier comment."""

    UPDATE = "update"
    NEW = "new"


LOOK_AGAIN_SECONDS: Final = 2.0
JOB: Final = "plan"
"""Whose failure is told where no other name is given."""
_TITLES: Final = {"plan": "Changes to apply in {}", "drift": "Drift in {}"}
_LONGEST_TITLE: Final = 200


@options.command
def comment(
    common: Common,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="PLANFILE|-...",
            help="What gcsync plan --out wrote; or - for the markdown that plan or drift prints, on stdin.",
        ),
    ],
    number: Annotated[
        int | None,
        typer.Option(
            "--number", metavar="N", min=1, help="The pull request; by default the one that the job runs for."
        ),
    ] = None,
    platform: Annotated[
        PlatformName | None, typer.Option("--platform", help="By default the environment tells which.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="NAME", help="What the text on stdin is about, where it does not say so itself."),
    ] = None,
    mode: Annotated[
        CommentMode,
        typer.Option("--mode", help="Change the comment that is there, or write a new one and collapse it."),
    ] = CommentMode.UPDATE,
    delete_empty: Annotated[
        bool, typer.Option("--delete-empty", help="Where nothing is to be done, delete the comment instead.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Collapse the comments on stacks that are not among those given.")
    ] = False,
    failed: Annotated[
        bool, typer.Option("--failed", help="Tell that there is no plan; on stdin comes what plan wrote to stderr.")
    ] = False,
    job: Annotated[
        str | None,
        typer.Option(
            "--job", metavar="NAME", help=f"Whose failure it is, and whose is over with a plan.  [default: {JOB}]"
        ),
    ] = None,
    issue: Annotated[
        bool, typer.Option("--issue", help="Keep an issue open while there is something to settle; no pull request.")
    ] = False,
    title: Annotated[str | None, typer.Option("--title", metavar="T", help="The title of a new issue.")] = None,
    labels: Annotated[
        list[str] | None, typer.Option("--label", metavar="L", help="A label of a new issue. Repeatable.")
    ] = None,
) -> int:
    """Write a plan on its pull request, or drift in an issue. One comment per stack, kept up to date."""
    from gcsync.cli.documents import read_documents, read_failure

    _refuse_mixture(issue, {"--number": number, "--failed": failed, "--job": job}, "a pull request")
    _refuse_mixture(issue or failed, {"--prune": prune, "--delete-empty": delete_empty}, "a plan on a pull request")
    _refuse_mixture(not issue, {"--title": title, "--label": labels}, "--issue")
    _refuse_mixture(failed, {"--key": key}, "a text that is no failure")
    job = " ".join((job or JOB).split())[:_LONGEST_TITLE]
    documents = [read_failure(files, job)] if failed else read_documents(files, key)
    from gcsync.platforms import Choice, Kind, Mode, keep_comments, keep_issue, open_platform, read_settings

    settings = read_settings(os.environ, Kind(platform.value) if platform else None)
    event = _event()
    change = None if issue else number or _number_of_job(settings, event)
    surroundings = _surroundings(settings)
    with closing(surroundings.adapter):
        speaker = _speaker(open_platform(settings, surroundings), settings, event)
        if change is None:
            done = [keep_issue(speaker, one, title or _title(one), tuple(labels or ())) for one in documents]
        else:
            done = keep_comments(speaker, change, documents, Choice(Mode(mode.value), delete_empty, prune, job))
    output.result("\n".join(f"{one.name}: {one.what}{f', {one.url}' if one.url else ''}" for one in done))
    return ExitCode.DONE


def _refuse_mixture(forbidden: bool, given: dict[str, object], belongs_to: str) -> None:
    """Raises BadParameter for an option that would have no effect."""
    for name, value in given.items():
        if forbidden and value:
            raise typer.BadParameter(f"{name} belongs to {belongs_to}")


def _event() -> object:
    """What GitHub Actions says of the event that the job runs for; None where it says nothing that can be read."""
    import json

    path = os.environ.get("GITHUB_EVENT_PATH", "")
    try:
        found: object = json.loads(Path(path).read_text(encoding="utf-8")) if path else None
    except (OSError, ValueError, RecursionError):
        return None
    return found


def _number_of_job(settings: Settings, event: object) -> int:
    from gcsync.model.diagnostic import Diagnostic, DiagnosticError
    from gcsync.platforms import change_number

    kind = _kind(settings)
    found = change_number(os.environ, kind, event)
    if found is not None:
        return found
    looked = "pull_request.number in the file that GITHUB_EVENT_PATH names, and GITHUB_REF"
    looked = "CI_MERGE_REQUEST_IID" if kind.value == "gitlab" else looked
    hint = "say which: --number N; a job that runs for no pull request has none"
    raise DiagnosticError(Diagnostic("GC701", f"no pull request is named (looked for {looked})", hint=hint))


def _kind(settings: Settings) -> Kind:
    from gcsync.platforms import GitHubSettings, Kind

    return Kind.GITHUB if isinstance(settings, GitHubSettings) else Kind.GITLAB


def _surroundings(settings: Settings) -> Surroundings:
    """The network as the environment sets it up: certificates, proxies, and the token kept out of every text."""
    from gcsync.platforms import Surroundings
    from gcsync.remote.redaction import Redactor
    from gcsync.remote.transport import proxies_for, trusted_certificates

    return Surroundings(
        clean=Redactor(settings.token).clean,
        notify=output.notice,
        verify=trusted_certificates(os.environ),
        proxies=proxies_for(settings.api_url, os.environ),
    )


def _speaker(place: Platform, settings: Settings, event: object) -> Speaker:
    import time

    from gcsync.platforms import Bounds, Run, Speaker, commit, run_link
    from gcsync.views.markdown_fit import fit

    def look_again() -> None:
        output.notice(f"waiting {LOOK_AGAIN_SECONDS:.0f} s (no answer; then looking whether it was done)")
        time.sleep(LOOK_AGAIN_SECONDS)

    kind = _kind(settings)
    run = Run(commit(os.environ, kind, event), run_link(os.environ, kind), datetime.now(UTC), place.author())
    return Speaker(place, run, Bounds(place.limit, place.size, fit), look_again)


def _title(document: Document) -> str:
    return _TITLES.get(document.kind, "{}").format(document.name)[:_LONGEST_TITLE]
