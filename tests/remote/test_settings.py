from __future__ import annotations

import pytest

from gcsync.model.diagnostic import DiagnosticError
from gcsync.model.value import Secret
from gcsync.remote.regions import DOMAINS
from gcsync.remote.settings import (
    Credentials,
    Endpoint,
    credential_variables,
    resolve_credentials,
    resolve_endpoint,
)

OWN = {"GENESYS_CLOUD_CLIENT_ID": "own-id", "GENESYS_CLOUD_CLIENT_SECRET": "own-secret"}
CX_AS_CODE = {"GENESYSCLOUD_OAUTHCLIENT_ID": "cx-id", "GENESYSCLOUD_OAUTHCLIENT_SECRET": "cx-secret"}


def endpoint(region: str, domain: str) -> Endpoint:
    return Endpoint(region, f"https://api.{domain}", f"https://login.{domain}")


@pytest.mark.parametrize(
    ("stack", "environ", "region"),
    [
        ("eu-west-1", {"GENESYS_CLOUD_REGION": "us-west-2"}, endpoint("eu-west-1", "mypurecloud.ie")),
        ("mypurecloud.ie", {}, endpoint("eu-west-1", "mypurecloud.ie")),
        (
            None,
            {"GENESYS_CLOUD_REGION": "us-west-2", "GENESYSCLOUD_REGION": "x"},
            endpoint("us-west-2", "usw2.pure.cloud"),
        ),
        (
            None,
            {"GENESYS_CLOUD_REGION": " ", "GENESYSCLOUD_REGION": "eu-west-2"},
            endpoint("eu-west-2", "euw2.pure.cloud"),
        ),
        (None, {}, endpoint("us-east-1", "mypurecloud.com")),
    ],
)
def test_the_stacks_region_comes_before_that_of_the_environment(
    stack: str | None, environ: dict[str, str], region: Endpoint
) -> None:
    assert resolve_endpoint(stack, environ) == region


@pytest.mark.parametrize("region", DOMAINS)
@pytest.mark.parametrize("variable", ["GENESYS_CLOUD_REGION", "GENESYSCLOUD_REGION"])
def test_every_region_leads_to_its_hosts_by_name_and_by_domain(region: str, variable: str) -> None:
    hosts = endpoint(region, DOMAINS[region])
    assert resolve_endpoint(None, {variable: region}) == hosts
    assert resolve_endpoint(None, {variable: DOMAINS[region]}) == hosts
    assert resolve_endpoint(DOMAINS[region], {variable: "mypurecloud.jp"}) == hosts


def test_an_unknown_region_is_answered_with_all_of_them_and_the_nearest() -> None:
    with pytest.raises(DiagnosticError) as caught:
        resolve_endpoint(None, {"GENESYSCLOUD_REGION": "eu-wst-1"})
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == (
        "GC303",
        'GENESYSCLOUD_REGION: "eu-wst-1" is no region of Genesys Cloud',
    )
    assert found.hint.startswith("did you mean eu-west-1? ")
    assert all(f"{region} ({domain})" in found.hint for region, domain in DOMAINS.items())


def test_the_hosts_can_be_replaced() -> None:
    environ = {
        "GENESYS_CLOUD_API_URL": "http://127.0.0.1:8080/",
        "GENESYS_CLOUD_LOGIN_URL": "https://login.example.com",
    }
    assert resolve_endpoint("eu-west-1", environ) == Endpoint(
        "eu-west-1", "http://127.0.0.1:8080", "https://login.example.com"
    )


@pytest.mark.parametrize("url", ["http://localhost:1", "http://127.8.9.10", "http://[::1]:80"])
def test_plain_http_is_for_this_machine(url: str) -> None:
    assert resolve_endpoint(None, {"GENESYS_CLOUD_API_URL": url}).api_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
        "api.example.com",
        "https://user:hidden-word@api.example.com",
        "https://api.example.com?hidden-word",
        "https://api.example.com#hidden-word",
        "https://api.exam ple.com",
        "https://[::1",
        "https://api.example.com:port",
        "https://",
    ],
)
def test_other_urls_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        resolve_endpoint(None, {"GENESYS_CLOUD_LOGIN_URL": url})
    (found,) = caught.value.diagnostics
    assert found.code == "GC304"
    assert found.message.startswith("GENESYS_CLOUD_LOGIN_URL: ")
    assert "hidden-word" not in found.message


@pytest.mark.parametrize(
    ("environ", "credentials"),
    [
        (OWN, Credentials("own-id", Secret("own-secret"))),
        (CX_AS_CODE, Credentials("cx-id", Secret("cx-secret"))),
        ({**CX_AS_CODE, **OWN}, Credentials("own-id", Secret("own-secret"))),
        ({**CX_AS_CODE, "GENESYS_CLOUD_CLIENT_ID": "own-id"}, Credentials("own-id", Secret("cx-secret"))),
        ({"GENESYS_CLOUD_ACCESS_TOKEN": " t \n"}, Credentials(None, None, Secret("t"))),
        ({"GENESYSCLOUD_ACCESS_TOKEN": "t"}, Credentials(None, None, Secret("t"))),
        ({**OWN, "GENESYSCLOUD_ACCESS_TOKEN": "t"}, Credentials("own-id", Secret("own-secret"))),
        ({**OWN, "GENESYS_CLOUD_ACCESS_TOKEN": "t"}, Credentials("own-id", Secret("own-secret"), Secret("t"))),
    ],
)
def test_credentials_come_from_own_variables_then_from_those_of_cx_as_code(
    environ: dict[str, str], credentials: Credentials
) -> None:
    assert resolve_credentials(None, environ) == credentials


@pytest.mark.parametrize(
    ("prefix", "environ", "names"),
    [
        (None, OWN, ("GENESYS_CLOUD_CLIENT_ID", "GENESYS_CLOUD_CLIENT_SECRET")),
        (None, {**OWN, "GENESYSCLOUD_ACCESS_TOKEN": "t"}, ("GENESYS_CLOUD_CLIENT_ID", "GENESYS_CLOUD_CLIENT_SECRET")),
        (None, CX_AS_CODE, ("GENESYSCLOUD_OAUTHCLIENT_ID", "GENESYSCLOUD_OAUTHCLIENT_SECRET")),
        (None, {**CX_AS_CODE, "GENESYSCLOUD_ACCESS_TOKEN": "t"}, ("GENESYSCLOUD_ACCESS_TOKEN",)),
        (None, {"GENESYS_CLOUD_CLIENT_ID": "own-id"}, ("GENESYS_CLOUD_CLIENT_ID",)),
        ("PROD", CX_AS_CODE, ()),
    ],
)
def test_the_variables_that_credentials_come_from_can_be_named(
    prefix: str | None, environ: dict[str, str], names: tuple[str, ...]
) -> None:
    assert credential_variables(prefix, environ) == names


def test_an_environment_of_the_stack_reads_its_own_variables_only() -> None:
    environ = {**OWN, **CX_AS_CODE, "GENESYS_CLOUD_PROD_CLIENT_ID": "p", "GENESYS_CLOUD_PROD_CLIENT_SECRET": "q"}
    assert resolve_credentials("PROD", environ) == Credentials("p", Secret("q"))
    with pytest.raises(DiagnosticError) as caught:
        resolve_credentials("TEST", environ)
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == (
        "GC301",
        "no credentials for Genesys Cloud: GENESYS_CLOUD_TEST_CLIENT_ID and GENESYS_CLOUD_TEST_CLIENT_SECRET not set, "
        "and no GENESYS_CLOUD_TEST_ACCESS_TOKEN either",
    )


def test_missing_credentials_name_every_variable_looked_for() -> None:
    with pytest.raises(DiagnosticError) as caught:
        resolve_credentials(None, {"GENESYS_CLOUD_CLIENT_ID": "own-id", "GENESYS_CLOUD_CLIENT_SECRET": ""})
    assert [d.message for d in caught.value.diagnostics] == [
        "no credentials for Genesys Cloud: GENESYS_CLOUD_CLIENT_SECRET (or GENESYSCLOUD_OAUTHCLIENT_SECRET) not set, "
        "and no GENESYS_CLOUD_ACCESS_TOKEN (or GENESYSCLOUD_ACCESS_TOKEN) either"
    ]


@pytest.mark.parametrize("value", ["hidden word", "hidden\nword", "hidden\x00word", "hidden–word"])
def test_a_secret_that_no_header_can_carry_is_refused_unseen(value: str) -> None:
    with pytest.raises(DiagnosticError) as caught:
        resolve_credentials(None, {**OWN, "GENESYS_CLOUD_CLIENT_SECRET": value})
    (found,) = caught.value.diagnostics
    assert found.code == "GC302"
    assert "hidden" not in f"{found}"
    assert found.message.startswith("GENESYS_CLOUD_CLIENT_SECRET ")


def test_credentials_show_no_secret() -> None:
    credentials = resolve_credentials(None, {**OWN, "GENESYS_CLOUD_ACCESS_TOKEN": "own-token"})
    assert "own-secret" not in repr(credentials)
    assert "own-token" not in repr(credentials)
