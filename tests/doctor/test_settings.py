from __future__ import annotations

import pytest

from gcsync.doctor.settings import check_credentials, check_region
from gcsync.doctor.subject import Subject
from gcsync.model.check import Check, CheckStatus
from gcsync.model.value import Secret
from gcsync.remote.settings import Credentials, Endpoint

OWN = {"GENESYS_CLOUD_CLIENT_ID": "own-id", "GENESYS_CLOUD_CLIENT_SECRET": "hidden-word"}
CX_AS_CODE = {"GENESYSCLOUD_OAUTHCLIENT_ID": "cx-id", "GENESYSCLOUD_OAUTHCLIENT_SECRET": "hidden-word"}
HERE = {"GENESYS_CLOUD_API_URL": "http://127.0.0.1:1", "GENESYS_CLOUD_LOGIN_URL": "http://127.0.0.1:2"}


@pytest.mark.parametrize(
    ("region", "environ", "message"),
    [
        ("eu-west-1", {}, "eu-west-1 (mypurecloud.ie), from genesys.region of the stack"),
        (None, {"GENESYSCLOUD_REGION": "usw2.pure.cloud"}, "us-west-2 (usw2.pure.cloud), from GENESYSCLOUD_REGION"),
        (None, {}, "us-east-1 (mypurecloud.com), the default"),
        (
            None,
            HERE,
            "us-east-1 (mypurecloud.com), the default; "
            "GENESYS_CLOUD_API_URL and GENESYS_CLOUD_LOGIN_URL replace its hosts",
        ),
    ],
)
def test_the_region_is_told_with_where_it_was_taken_from(
    region: str | None, environ: dict[str, str], message: str
) -> None:
    endpoint, found = check_region(Subject(region), environ)
    assert isinstance(endpoint, Endpoint)
    assert found == Check("region", CheckStatus.OK, message)


def test_one_replaced_host_alone_is_worth_a_warning() -> None:
    _, found = check_region(Subject(), {"GENESYS_CLOUD_API_URL": "http://127.0.0.1:1"})
    assert found.status is CheckStatus.WARN
    assert found.message == (
        "us-east-1 (mypurecloud.com), the default; GENESYS_CLOUD_API_URL replaces one of its two hosts, "
        "and the other is https://login.mypurecloud.com"
    )


def test_an_unknown_region_fails_with_all_that_there_are() -> None:
    endpoint, found = check_region(Subject("eu-wst-1"), {})
    assert (endpoint, found.status, found.code) == (None, CheckStatus.FAIL, "GC303")
    assert "eu-central-2 (euc2.pure.cloud)" in found.hint


@pytest.mark.parametrize(
    ("prefix", "environ", "message"),
    [
        (None, OWN, "GENESYS_CLOUD_CLIENT_ID and GENESYS_CLOUD_CLIENT_SECRET are set"),
        (None, CX_AS_CODE, "GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET are set"),
        (
            None,
            {**CX_AS_CODE, "GENESYS_CLOUD_CLIENT_ID": "own-id"},
            "GENESYS_CLOUD_CLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET are set",
        ),
        (
            None,
            {**OWN, "GENESYSCLOUD_ACCESS_TOKEN": "hidden-word"},
            "GENESYS_CLOUD_CLIENT_ID and GENESYS_CLOUD_CLIENT_SECRET are set",
        ),
        (
            None,
            {**OWN, "GENESYS_CLOUD_ACCESS_TOKEN": "hidden-word"},
            "GENESYS_CLOUD_ACCESS_TOKEN is set: a token that gcsync cannot renew",
        ),
        (
            "PROD",
            {**CX_AS_CODE, "GENESYS_CLOUD_PROD_ACCESS_TOKEN": "hidden-word"},
            "GENESYS_CLOUD_PROD_ACCESS_TOKEN is set: a token that gcsync cannot renew",
        ),
    ],
)
def test_credentials_are_told_by_their_variables_and_never_by_their_values(
    prefix: str | None, environ: dict[str, str], message: str
) -> None:
    credentials, found = check_credentials(Subject(credentials=prefix), environ)
    assert isinstance(credentials, Credentials)
    assert found == Check("credentials", CheckStatus.OK, message)
    assert Secret("hidden-word") in (credentials.client_secret, credentials.access_token)


def test_missing_credentials_fail_with_every_variable_that_was_looked_for() -> None:
    credentials, found = check_credentials(Subject(credentials="PROD"), OWN)
    assert (credentials, found.status, found.code) == (None, CheckStatus.FAIL, "GC301")
    assert "GENESYS_CLOUD_PROD_CLIENT_ID" in found.message
