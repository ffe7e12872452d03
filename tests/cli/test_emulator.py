"""`gcsync emulator serve`: each option reaches the emulator's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme

from gcsync.cli.emulator import serve
from gcsync.emulator import Behaviour, EmulatorSettings
from gcsync.model.diagnostic import DiagnosticError

LINE = """--emulator-db e.db --host localhost --port 8000 --client a:b --organization Acme --latency 250
--rate-limit 60 --rate-window 10 --rate-limiter sliding --no-rate-headers --oauth-rate-limit 3 --fault 503:1
--scopes integrations --deny-permission integrations:integration:add --token-lifetime 600 --no-versions
--integration embedded-client-app --lack-type amazon-eventbridge-source --max-instances 5 --activation-time 2.5
--failing-account 123456789012 --notes-sentinel --reverse-topics --mismatch-status 400 --withdraw-topic v2.a
--unpublished-workflow flow:2 --repeat-pages"""
BEHAVIOUR = Behaviour(
    activation_time=2.5,
    failing_accounts=("123456789012",),
    notes_sentinel=True,
    reverse_topics=True,
    mismatch_status=400,
    max_instances=5,
    lacking_types=("amazon-eventbridge-source",),
    withdrawn_topics=("v2.a",),
    unpublished_workflows={"flow": 2},
    denied_permissions=("integrations:integration:add",),
    repeat_pages=True,
)
SETTINGS = EmulatorSettings(
    database=Path("e.db"),
    host="localhost",
    port=8000,
    clients=(("a", "b"),),
    organization="Acme",
    latency=0.25,
    rate_limit=60,
    rate_window=10.0,
    rate_limiter="sliding",
    rate_headers=False,
    oauth_rate_limit=3,
    faults=("503:1",),
    scopes=("integrations",),
    token_lifetime=600,
    versions=False,
    integrations=("embedded-client-app",),
    behaviour=BEHAVIOUR,
)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[EmulatorSettings]:
    """What the emulator was told instead of being run."""
    seen: list[EmulatorSettings] = []

    def remember(settings: EmulatorSettings, _: Any) -> int:
        seen.append(settings)
        return 0

    monkeypatch.setattr("gcsync.emulator.serve", remember)
    return seen


def run(line: str) -> Any:
    import typer

    app = typer.Typer(add_completion=False)
    app.command("serve")(serve)
    return app(args=line.split(), standalone_mode=False)


def test_every_option_reaches_the_settings(served: list[EmulatorSettings]) -> None:
    assert (run(LINE), served) == (0, [SETTINGS])


def test_without_options_the_defaults_are_those_of_the_settings(served: list[EmulatorSettings]) -> None:
    run("--emulator-db e.db")
    assert served == [EmulatorSettings(Path("e.db"))]


def test_who_delivers_over_https_trusts_the_authorities_that_the_environment_names(
    served: list[EmulatorSettings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    route = "--deliver-map https://a.example.com="
    for options in ("--deliver-https", f"{route}https://127.0.0.1:1", f"{route}http://127.0.0.1:1"):
        run(f"--emulator-db e.db {options}")
    assert [one.deliver_bundle for one in served] == [str(bundle), str(bundle), None]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(DiagnosticError, match="GC852"):
        run("--emulator-db e.db --deliver-https")


def test_a_workflow_without_a_count_is_a_diagnostic(served: list[EmulatorSettings]) -> None:
    with pytest.raises(DiagnosticError, match="GC660"):
        run("--emulator-db e.db --unpublished-workflow flow")
    assert served == []
