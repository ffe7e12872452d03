"""What is allowed and yet worth a word: streams of every event, and plain secrets in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gcsync.model.value import Path, Value, leaves
from gcsync.schema.compose import kind_schema
from gcsync.stack.declared import Declared
from gcsync.stack.kind_rules import FOR_EACH
from gcsync.stack.report import Report
from gcsync.stack.settings import Settings

_SECRET_NAME = re.compile(
    r"auth|key|token|secret|passw|credential|signature|cookie|^(?:code|sig|sas|pwd|jwt|session)$", re.I
)
_IN_AN_INSTANCE = re.compile(r"token|secret|passw|credential|api[-_]?key|^authorization$", re.I)
_EXPRESSION = re.compile(r"(?<!\$)\$\{[^}]*\}")


@cache
def _everything(kind: str) -> tuple[tuple[str, str], ...]:
    """The attributes of a kind that mean everything when they are absent, or hold this entry."""
    properties = kind_schema(kind)["properties"]
    return tuple((name, part["x-everything"]) for name, part in properties.items() if "x-everything" in part)


def warn_of_everything(entry: Declared, value: Mapping[str, Value], report: Report) -> None:
    """`value` is the resource with its expressions resolved."""
    hint = "every event of the organization is sent, and paid for; list the event types that you need in `{}`"
    for name, everything in _everything(entry.kind):
        given = value.get(name, [])
        if given == []:
            path: Path = (name,) if name in value else ()
            message = f"without `{name}`, every event of the organization is sent"
        elif isinstance(given, list) and everything in given:
            path = (name, given.index(everything)) if isinstance(entry.value.get(name), list) else (name,)
            message = f'"{everything}" stands for every event of the organization'
        else:
            continue
        report.warn("GC150", message, entry.spot(path), entry.path(path), hint.format(name))


def warn_of_plain_secrets(entry: Declared, report: Report) -> None:
    """`Authorization: Bearer abc` and `https://user:password@host` in the file itself."""
    hint = "take it from a variable with `sensitive: true`, and change the secret: whoever read the file knows it"
    for path, kind in _sensitive(entry.value, kind_schema(entry.kind), ()):
        message = f"a plain secret in the file: {kind}"
        report.warn("GC151", message, entry.spot(path), entry.path(path), hint)
    written = entry.value.get(FOR_EACH) if isinstance(entry.value, dict) else None
    for inner, value in leaves(written) if isinstance(written, dict) else ():
        name = str(inner[-1]) if len(inner) > 1 else ""
        if isinstance(value, str) and _IN_AN_INSTANCE.search(name) and _EXPRESSION.sub("", value).strip():
            path = (FOR_EACH, *inner)
            message = f"a plain secret in the file: `{name}` of an instance"
            report.warn("GC151", message, entry.spot(path), entry.path(path), hint)


def warn_of_default_secrets(settings: Settings, report: Report) -> None:
    for name, declaration in settings.variables.items():
        meant = settings.value.get("variables", {}).get(name, {}).get("sensitive")
        if meant and declaration.has_default and declaration.default not in (None, ""):
            path = ("variables", name, "default")
            hint = "take the default away, and give the value by GCSYNC_VAR_ or `env:`"
            report.warn("GC151", "a sensitive variable with a default in the file", settings.spot(*path), path, hint)


def _sensitive(value: Value, schema: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if not isinstance(schema, Mapping):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            part = schema.get("properties", {}).get(key) or schema.get("additionalProperties")
            yield from _sensitive(inner, part, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _sensitive(inner, schema.get("items"), (*path, index))
    elif isinstance(value, str) and value and "x-sensitive" in schema:
        found = _plain_secret(value, schema["x-sensitive"], str(path[-1]))
        if found:
            yield path, found


def _plain_secret(text: str, sensitive: Any, name: str) -> str:
    if sensitive == "url-credentials":
        return "credentials in a URL" if _url_holds_secret(text) else ""
    rest = _EXPRESSION.sub("", text)
    is_scheme = rest != text and rest.strip(" {}").lower() in ("", "bearer", "basic", "token", "apikey")
    return f"the header {name}" if _SECRET_NAME.search(name) and not is_scheme else ""


def _url_holds_secret(text: str) -> bool:
    try:
        parts = urlsplit(text)
        user, colon, behind = parts.netloc.rpartition("@")[0].partition(":")
    except ValueError:
        return False
    if _EXPRESSION.sub("", behind if colon else user):
        return True
    pairs = parse_qsl(parts.query)
    return any(_SECRET_NAME.search(name) and not _EXPRESSION.search(value) for name, value in pairs)
