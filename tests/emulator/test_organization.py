from __future__ import annotations


def test_the_organization_has_the_name_given_and_an_id_of_its_own(run):
    body = run(organization="Example Dev, Inc.").send("GET", "/api/v2/organizations/me").json()
    assert body == {
        "id": body["id"],
        "name": "Example Dev, Inc.",
        "thirdPartyOrgName": "example-dev-inc",
        "domain": "example-dev-inc.example.com",
        "version": 1,
        "state": "active",
        "productPlatform": "GenesysCloud",
        "selfUri": f"/api/v2/organizations/{body['id']}",
    }


def test_the_id_belongs_to_the_database(run, tmp_path):
    def identifier(**settings):
        return run(**settings).send("GET", "/api/v2/organizations/me").json()["id"]

    first = identifier()
    assert identifier() == first
    assert identifier(database=tmp_path / "other.db") != first


def test_the_token_tells_its_organization_client_and_scopes(run):
    client = run(clients=(("demo", "secret"),), scopes=("event:stream:read",))
    organization = {"id": client.send("GET", "/api/v2/organizations/me").json()["id"], "name": "Example Ltd"}
    assert client.send("GET", "/api/v2/tokens/me?preserveIdleTTL=true").json() == {
        "organization": organization,
        "homeOrganization": organization,
        "authorizedScope": ["event:stream:read"],
        "OAuthClient": {
            "id": "demo",
            "name": "demo",
            "authorizedGrantType": "CLIENT-CREDENTIALS",
            "organization": organization,
        },
    }


def test_neither_takes_other_parameters(client):
    for path in ("organizations", "tokens"):
        assert client.send("GET", f"/api/v2/{path}/me?expand=all").status_code == 400
