"""`GET /api/v2/organizations/me` and `GET /api/v2/tokens/me`: whom the client speaks to, and as whom."""

from __future__ import annotations

import re

from gcsync.emulator.exchange import Answer, Call
from gcsync.emulator.specification import platform
from gcsync.emulator.store import Token


class Organization:
    """Fields as in SDK 269: models/organization.py, models/token_info.py. Neither call needs a permission."""

    def __init__(self, organization_id: str, name: str) -> None:
        self._id = organization_id
        self._name = name

    def read(self, call: Call, _: Token) -> Answer:
        platform().query("getOrganizationsMe", call.query)
        short_name = re.sub(r"[^a-z0-9]+", "-", self._name.lower()).strip("-") or "organization"
        body = {
            "id": self._id,
            "name": self._name,
            "thirdPartyOrgName": short_name,
            "domain": f"{short_name}.example.com",
            "version": 1,
            "state": "active",
            "productPlatform": "GenesysCloud",
            "selfUri": f"/api/v2/organizations/{self._id}",
        }
        return Answer(200, body)

    def token(self, call: Call, token: Token) -> Answer:
        platform().query("getTokensMe", call.query)
        entity = {"id": self._id, "name": self._name}
        client = {"id": token.client, "name": token.client, "authorizedGrantType": "CLIENT-CREDENTIALS"}
        body = {
            "organization": entity,
            "homeOrganization": entity,
            "authorizedScope": list(token.scopes),
            "OAuthClient": {**client, "organization": entity},
        }
        return Answer(200, body)
