"""What a shell offers when Tab is pressed: environments, addresses, codes. It reads files, and never says a word."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

_LARGEST_FILE = 4 * 1024 * 1024
"""Bytes of a stack file that is read while somebody waits for a completion."""


def environments(context: typer.Context, incomplete: str) -> list[str]:
    """The environments that the stacks at the paths of the command line declare."""
    return _beginning(incomplete, _environments(context))


def addresses(context: typer.Context, incomplete: str) -> list[str]:
    """The addresses that those stacks declare, for the environment of the command line, else for their first one."""
    from gcsync.model.diagnostic import GcsyncError

    with suppress(GcsyncError, OSError):
        return _beginning(incomplete, _addresses(context))
    return []


def codes(incomplete: str) -> list[str]:
    """The codes of all diagnostics."""
    from gcsync.explanations import codes as known

    return _beginning(incomplete.upper(), known())


def kinds(incomplete: str) -> list[str]:
    """The kinds of resources."""
    from gcsync.schema.compose import kind_names

    return _beginning(incomplete, kind_names())


def attributes(incomplete: str) -> list[str]:
    """The attributes of any kind."""
    from gcsync.schema.compose import kind_names
    from gcsync.schema.semantics import kind_schema

    return _beginning(incomplete, sorted({name for kind in kind_names() for name in kind_schema(kind).attributes}))


def schemas(incomplete: str) -> list[str]:
    """What `gcsync schema` can print."""
    from gcsync.cli.schema import names

    return _beginning(incomplete, names())


def _addresses(context: typer.Context) -> list[str]:
    from gcsync.cli.options import inputs
    from gcsync.cli.walk import outline_stacks

    given = context.params.get("environment") or context.params.get("environments")
    chosen = given[0] if isinstance(given, list | tuple) and given else given
    if not isinstance(chosen, str):
        chosen = next(iter(_environments(context)), None)
    stacks = outline_stacks(_paths(context), inputs(chosen, None, None))
    return [str(address) for stack in stacks for address in stack.resources]


def _environments(context: typer.Context) -> list[str]:
    found: list[str] = []
    for path in _files(_paths(context)):
        declared = _document(path).get("environments")
        found += [name for name in declared if isinstance(name, str)] if isinstance(declared, dict) else []
    return list(dict.fromkeys(found))


def _paths(context: typer.Context) -> list[str]:
    """The paths that stand before the word; behind an option that has no value yet they are left over, unread."""
    given = context.params.get("paths") or context.args
    return [str(path) for path in given] if isinstance(given, list | tuple) else []


def _files(paths: list[str]) -> list[Path]:
    roots = [Path(path) for path in paths] or [Path("stacks") if Path("stacks").is_dir() else Path()]
    found: list[Path] = []
    for root in roots:
        pattern = "*.y*ml" if root == Path() else "**/*.y*ml"
        found += sorted(root.glob(pattern)) if root.is_dir() else [root]
    return found


def _document(path: Path) -> dict[str, Any]:
    import yaml

    with suppress(OSError, yaml.YAMLError, ValueError, RecursionError):
        with path.open("rb") as file:
            text = file.read(_LARGEST_FILE)
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
        if isinstance(document, dict):
            return document
    return {}


def _beginning(incomplete: str, found: Any) -> list[str]:
    return [one for one in found if one.startswith(incomplete)]
