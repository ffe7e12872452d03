"""Plan files: what `plan --out` writes, and `show` and `apply` read.

    {"gcsync_plan": 1, "checksum": "sha256:…", "applied": null, "content": {…}}

The checksum is over all the rest, so that a cut or edited file is noticed; `applied` is filled in by the apply. The
content is what a plan is bound to and what a reader sees of it, and nothing sensitive (gcsync/model/saved.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from gcsync.model.plan import Plan

FORMAT: Final = 1
LARGEST: Final = 512 * 1024 * 1024
_LOOK: Final = 4096
_KEY: Final = '"gcsync_plan"'
_JSON_PLAN: Final = ('"format_version"', '"resource_changes"', '"terraform_version"')
_PLAN_AGAIN: Final = "make it again: gcsync plan --out FILE"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan file. `content` is described in docs/plan-files.md; `applied` is when an apply of it began, in UTC."""

    content: Json
    applied: str | None = None

    @property
    def id(self) -> str:
        """What tells one plan from another: the beginning of its checksum."""
        return _digest(self.content)[:16]

    @property
    def checksum(self) -> str:
        return f"sha256:{_digest([self.content, self.applied])}"

    def plans(self) -> tuple[Plan, ...]:
        """What the plan says, for views. Raises ValueError where it is not of this form."""
        from gcsync.model.saved import decode_plan

        return tuple(decode_plan(stack["plan"]) for stack in self.content["stacks"])

    def render(self) -> str:
        head = {"gcsync_plan": FORMAT, "checksum": self.checksum, "applied": self.applied}
        return json.dumps(head | {"content": self.content}) + "\n"


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_plan_file(path: Path, file: PlanFile) -> None:
    """Raises OSError."""
    from gcsync.cli.private_file import write_private

    write_private(path, file.render())


def mark_applied(path: Path, file: PlanFile, when: str) -> None:
    """Note in the file that it was applied. Raises OSError."""
    write_plan_file(path, replace(file, applied=when))


def read_plan_file(path: Path) -> PlanFile:
    """The plan in a file. Raises DiagnosticError: GC605 for another plan's form, GC612 for one that is not whole."""
    if path.is_dir():
        raise not_usable(path, "this is a folder, not a plan file")
    if path.is_file() and path.stat().st_size > LARGEST:
        raise not_usable(path, f"it is larger than {LARGEST // 1024 // 1024} MiB")
    text = path.read_text(encoding="utf-8", errors="replace")
    data = _parse(path, text)
    if not isinstance(data, dict) or "gcsync_plan" not in data:
        if isinstance(data, dict) and "format_version" in data:
            raise DiagnosticError(_json_plan(str(path)))
        raise not_usable(path, "this is no plan file of gcsync")
    if data["gcsync_plan"] != FORMAT:
        raise not_usable(path, f"its format is {data['gcsync_plan']!r:.40}, and this gcsync reads {FORMAT}")
    content, applied = data.get("content"), data.get("applied")
    if not isinstance(content, dict) or data.get("checksum") != PlanFile(content, applied).checksum:
        raise not_usable(path, "it was changed, or is not whole: its checksum does not fit")
    return _checked(path, PlanFile(content, applied))


def is_plan_file(path: str) -> bool:
    """Whether a path given to a command is a plan file rather than a stack: told by its beginning."""
    start = _beginning(Path(path))
    return start.startswith("{") and _KEY in start


def refuse_plan_files(paths: Sequence[str] | None) -> None:
    """Raises DiagnosticError for a plan among stacks: GC605 for a JSON plan, GC619 for a plan file."""
    found: list[Diagnostic] = []
    for path in paths or ():
        start = _beginning(Path(path))
        if start.startswith("{") and _KEY in start:
            hint = (
                f"gcsync show {path} shows it, gcsync apply {path} carries it out; neither takes other paths beside it"
            )
            found.append(Diagnostic("GC619", f"{path}: a plan file goes alone, and not to this command", hint=hint))
        elif start.startswith("{") and any(sign in start for sign in _JSON_PLAN):
            found.append(_json_plan(path))
    if found:
        raise DiagnosticError(found)


def _json_plan(path: str) -> Diagnostic:
    hint = "a plan that can be applied is written by gcsync plan --out FILE; gcsync show --format json prints this form"
    return Diagnostic("GC605", f"{path}: this is a JSON plan, for reading; it cannot be applied", hint=hint)


def _parse(path: Path, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_each_key_once)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise not_usable(path, f"it is no JSON, or cut off{place}") from None


def _each_key_once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _checked(path: Path, file: PlanFile) -> PlanFile:
    """The file, if it is of this form. A right checksum does not make it so: anyone can compute one."""
    content = file.content
    texts = ("version", "created")
    if file.applied is not None and not isinstance(file.applied, str):
        raise not_usable(path, "nobody knows whether it was applied")
    try:
        well_formed = all(isinstance(content[name], str) for name in texts)
        well_formed &= all(isinstance(path, str) for path in content["paths"])
        well_formed &= isinstance(content["options"], dict) and isinstance(content["hidden"], dict)
        well_formed &= all(isinstance(stack["api_host"], str) for stack in content["stacks"])
        well_formed &= all(_is_mapping(stack, "variables", "bound", "plan") for stack in content["stacks"])
        file.plans()
    except (KeyError, TypeError, ValueError):
        well_formed = False
    if not well_formed:
        raise not_usable(path, "its content is not that of a plan file")
    return file


def _is_mapping(value: Any, *names: str) -> bool:
    return isinstance(value, Mapping) and all(isinstance(value[name], Mapping) for name in names)


def _beginning(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(_LOOK).lstrip("\ufeff \t\r\n")


def not_usable(path: Path, problem: str) -> DiagnosticError:
    """The error (GC612) for a file that cannot be taken for a plan."""
    return DiagnosticError(Diagnostic("GC612", f"{path}: {problem}", hint=_PLAN_AGAIN))
