"""Two organizations, three environments in them, and a folder whose commands may speak to all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.organizations import one_host
from tests.e2e.workplace import Hand, Inside, Workplace, clean_environment

SECRET = "canary-of-the-api-key"
STACK = """\
version: 1
stack: team
variables:
  endpoint: {type: string}
  api_key: {type: string, sensitive: true}
  teams: {type: list, default: [emea]}
environments:
  dev: {genesys: {organization: Example Dev}, credentials: DEV, variables: {endpoint: https://dev.example.com/e}}
  test: {genesys: {organization: Example Dev}, credentials: DEV, variables: {endpoint: https://test.example.com/e}}
  prod: {genesys: {organization: Example Ltd}, credentials: PROD, variables: {endpoint: https://prod.example.com/e}}
streams:
  calls:
    name: calls-${env_name}
    description: Calls for analytics
    event_types: [conversation:start]
    destinations: [{protocol: https, url: '${var.endpoint}', headers: {X-Key: '${var.api_key}'}}]
  agents:
    name: agents-${env_name}
    event_types: [user:state:change]
    destinations: [{protocol: https, url: '${var.endpoint}/agents'}]
"""


@dataclass(frozen=True)
class Place:
    """`dev` and `prod` change things in the organizations by hand; `dev` has the environments dev and test."""

    work: Workplace
    dev: Hand
    prod: Hand

    def apply(self, *environments: str) -> None:
        for name in environments:
            ran = self.work.gcsync("apply", "--env", name, "--auto-approve")
            assert ran.code == 0, ran.err


@contextmanager
def two_organizations(folder: Path) -> Iterator[Place]:
    """Each behind the credentials of its environments, one host before both."""
    from gcsync.emulator import EmulatorSettings, start

    (folder / "work").mkdir()
    with (
        start(EmulatorSettings(database=folder / "dev.db", organization="Example Dev")) as dev,
        start(EmulatorSettings(database=folder / "prod.db", organization="Example Ltd")) as prod,
        one_host({"dev-client": dev.url, "prod-client": prod.url}) as url,
    ):
        environ = clean_environment(
            GENESYS_CLOUD_API_URL=url,
            GENESYS_CLOUD_LOGIN_URL=url,
            GENESYS_CLOUD_DEV_CLIENT_ID="dev-client",
            GENESYS_CLOUD_DEV_CLIENT_SECRET="a-secret-of-dev",
            GENESYS_CLOUD_PROD_CLIENT_ID="prod-client",
            GENESYS_CLOUD_PROD_CLIENT_SECRET="a-secret-of-prod",
            GCSYNC_VAR_api_key=SECRET,
        )
        work = Inside(folder / "work", environ)
        work.write("stacks/team.yaml", STACK)
        yield Place(work, Hand(dev.url), Hand(prod.url))
