"""With --emulator nothing of a real organization is left in reach."""

from __future__ import annotations

from gcsync.cli.local_emulator import environment_for
from gcsync.model.resource import Stack

URL = "http://127.0.0.1:4010"


def test_the_environment_points_to_the_emulator_and_nowhere_else() -> None:
    real = {
        "PATH": "/usr/bin",
        "GENESYS_CLOUD_ACCESS_TOKEN": "real",
        "GENESYSCLOUD_OAUTHCLIENT_SECRET": "real",
        "GENESYS_CLOUD_PROD_CLIENT_SECRET": "real",
        "GENESYS_CLOUD_API_URL": "https://real.example.com",
        "NO_PROXY": "intern.example.com",
    }
    stack = Stack("one", {}, "one.yaml", credentials="PROD")
    exempt = "intern.example.com,127.0.0.1,localhost"
    assert environment_for(URL, [stack], real) == {
        "PATH": "/usr/bin",
        "GENESYS_CLOUD_API_URL": URL,
        "GENESYS_CLOUD_LOGIN_URL": URL,
        "GENESYS_CLOUD_CLIENT_ID": "emulator",
        "GENESYS_CLOUD_CLIENT_SECRET": "any-word-will-do",
        "GENESYS_CLOUD_PROD_CLIENT_ID": "emulator",
        "GENESYS_CLOUD_PROD_CLIENT_SECRET": "any-word-will-do",
        "NO_PROXY": exempt,
        "no_proxy": exempt,
    }
