"""The table that `dynamodb://TABLE?region=REGION&endpoint=URL` names, and whether it is one for the receiver."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from gcsync.model.diagnostic import Diagnostic, DiagnosticError
from gcsync.receiver.aws import aws_client, code_of, refusal

CONNECTIONS: Final = 32
KEY: Final = "id"
_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+")
_DEFINITION = "gcsync explain GC815 has the commands, docs/receiver-aws.md the template"


@dataclass(frozen=True, slots=True)
class Place:
    """A table by its name; region and endpoint are empty where the environment tells them."""

    table: str
    region: str = ""
    endpoint: str = ""


def place_of(rest: str) -> Place:
    """What stands behind `dynamodb://`. Raises DiagnosticError (GC800)."""
    table, _, query = rest.partition("?")
    given = parse_qsl(query, keep_blank_values=True)
    told = dict(given)
    region, endpoint = told.pop("region", None), told.pop("endpoint", None)
    if not _NAME.fullmatch(table):
        raise _no_place("a table's name has 3 to 255 letters, digits, '_', '-' and '.'")
    if told or len(given) > len(dict(given)):
        raise _no_place("behind the ? of dynamodb:// stand region= and endpoint=, each once")
    if region is not None and not _REGION.fullmatch(region):
        raise _no_place("region= is none")
    if endpoint is not None and not _is_origin(endpoint):
        raise _no_place("endpoint= is no URL")
    return Place(table, region or "", endpoint or "")


def open_table(place: Place, environ: Mapping[str, str]) -> Any:
    """A client for the table, which is there and has the right key. Raises DiagnosticError (GC814, GC815)."""
    client = aws_client(
        "dynamodb", "--store", environ, region=place.region, endpoint=place.endpoint, connections=CONNECTIONS
    )
    try:
        _check(client, place.table)
    except BaseException:
        client.close()
        raise
    return client


def _check(client: Any, table: str) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found = client.describe_table(TableName=table)["Table"]
    except (BotoCoreError, ClientError) as error:
        if code_of(error) == "ResourceNotFoundException":
            where = client.meta.region_name
            hint = f"make it, or correct its name or region: {_DEFINITION}"
            raise _no_table(f"there is no table {table} in {where}", hint) from None
        raise DiagnosticError(refusal(error, f"dynamodb://{table}", "--store")) from None
    if found.get("TableStatus") == "CREATING":
        raise _no_table(f"the table {table} is being created", "start the receiver again in a minute")
    types = {one["AttributeName"]: one["AttributeType"] for one in found.get("AttributeDefinitions", ())}
    keys = [(one["AttributeName"], one["KeyType"]) for one in found.get("KeySchema", ())]
    if keys != [(KEY, "HASH")] or types.get(KEY) != "S":
        hint = f'give the receiver a table of its own, with the partition key "{KEY}" of type string: {_DEFINITION}'
        raise _no_table(f"the table {table} has another key", hint)


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username


def _no_place(message: str) -> DiagnosticError:
    hint = "write dynamodb://gcsync-events?region=eu-west-1"
    return DiagnosticError(Diagnostic("GC800", message, path="--store", hint=hint))


def _no_table(message: str, hint: str) -> DiagnosticError:
    return DiagnosticError(Diagnostic("GC815", message, path="--store", hint=hint))
