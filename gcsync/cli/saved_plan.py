"""Saving a plan, and applying exactly a saved one: computed anew, and executed only where nothing is different."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gcsync import __version__
from gcsync.cli.plan_file import PlanFile, is_plan_file, mark_applied, not_usable, read_plan_file, write_plan_file
from gcsync.model.diagnostic import Diagnostic, DiagnosticError

if TYPE_CHECKING:
    from gcsync.cli.options import Common
    from gcsync.cli.walk import Planned
    from gcsync.engine import Options
    from gcsync.model.plan import Plan
    from gcsync.model.resource import Stack
    from gcsync.stack import Inputs

Json = dict[str, Any]

_EMULATOR: Final = "emulator"
_PLAN_AGAIN: Final = "plan again: gcsync plan --out FILE"


@dataclass(frozen=True, slots=True)
class Pair:
    """A stack and the plan that was made of it."""

    stack: Stack
    planned: Planned

    @property
    def plan(self) -> Plan:
        return self.planned.plan


def paired(stacks: Sequence[Stack], planned: Sequence[Planned]) -> list[Pair]:
    by_owner = {stack.owner: stack for stack in stacks}
    return [Pair(by_owner[one.plan.owner], one) for one in planned]


def check_target(path: Path) -> None:
    """Raises DiagnosticError (GC601) for what must not be replaced by a plan: a stack file, a device, a folder."""
    empty = path.is_file() and path.stat().st_size == 0
    if path.exists() and not empty and not (path.is_file() and is_plan_file(str(path))):
        hint = "name a file that is not there yet, or an older plan file"
        raise DiagnosticError(Diagnostic("GC601", f"--out {path}: it is there, and is no plan file", hint=hint))
    if not path.parent.is_dir():
        hint = f"make the folder first: mkdir -p {path.parent}"
        raise DiagnosticError(Diagnostic("GC601", f"--out {path}: there is no folder {path.parent}", hint=hint))


def save(path: Path, pairs: Sequence[Pair], paths: Sequence[str] | None, options: Options, common: Common) -> None:
    """Write the plans to a file. Raises DiagnosticError (GC601) where they have errors, OSError."""
    from gcsync.cli.commit import current_commit

    if any(pair.plan.errored for pair in pairs):
        hint = "correct what the plan names as an error, then plan again"
        raise DiagnosticError(Diagnostic("GC601", f"{path} was not written: the plan has errors", hint=hint))
    salt = os.urandom(16)
    content = {
        "version": __version__,
        "created": _now(),
        "commit": current_commit(os.environ),
        "paths": list(paths or ()),
        "environment": pairs[0].plan.environment if pairs else None,
        "options": _encode_options(options),
        "stacks": [_encode_stack(pair, common) for pair in pairs],
        "hidden": {
            "salt": salt.hex(),
            "digest": _hidden(pairs, salt),
            "declared": _declared([(pair.stack, set(map(str, pair.stack.resources))) for pair in pairs], salt),
        },
    }
    write_plan_file(path, PlanFile(content))


def _encode_stack(pair: Pair, common: Common) -> Json:
    from gcsync.engine.saved import bound_stack, variables_to_keep
    from gcsync.model.saved import encode_plan

    return {
        "api_host": _api_host(pair.plan, common),
        "variables": variables_to_keep(pair.stack),
        "bound": bound_stack(pair.stack),
        "plan": encode_plan(pair.plan),
    }


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan that is to be applied."""

    path: Path
    file: PlanFile
    common: Common

    @classmethod
    def read(cls, path: str, common: Common, *, any_version: bool = False) -> SavedPlan:
        """Raises DiagnosticError: GC605, GC612, GC617 for one that was applied, GC742 for one without its secrets.

        GC613 for another gcsync's, unless `any_version`.
        """
        file = read_plan_file(Path(path))
        made_by = file.content["version"]
        if made_by != __version__ and not any_version:
            message = f"{path} was made by gcsync {made_by}, and this is {__version__}"
            raise DiagnosticError(Diagnostic("GC613", message, hint=_PLAN_AGAIN))
        if file.applied is not None:
            message = f"{path} was applied already, on {file.applied}"
            raise DiagnosticError(Diagnostic("GC617", message, hint="a plan is applied once; " + _PLAN_AGAIN))
        unknown = dict.fromkeys(name for plan in file.plans() for name in plan.unknown_secrets)
        if unknown:
            message = f"{path} was made with --unknown-secrets, without a value for {', '.join(unknown)}"
            raise DiagnosticError(Diagnostic("GC742", message, hint="it is for reading; " + _PLAN_AGAIN))
        try:
            _decode_options(file.content["options"])
            bytes.fromhex(file.content["hidden"]["salt"])
            _ = [stack["bound"]["resources"].keys() for stack in file.content["stacks"]]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise not_usable(Path(path), "its options are not those of a plan file") from None
        return cls(Path(path), file, common)

    @property
    def paths(self) -> list[str]:
        return list(self.file.content["paths"])

    def options(self) -> Options:
        return _decode_options(self.file.content["options"])

    def load(self, given: Inputs) -> tuple[Stack, ...]:
        """The stacks of the plan, read again. Raises DiagnosticError: GC614, GC615, and what is wrong in them."""
        from gcsync.cli.undo import without_file
        from gcsync.cli.walk import load_stacks

        inputs, undo = self.inputs(given), self.options().undo
        plans = [stack["plan"] for stack in self.file.content["stacks"]]
        if plans and not any(plan["file"] for plan in plans):
            stacks: tuple[Stack, ...] = tuple(without_file(plan["stack"], plan["environment"]) for plan in plans)
        else:
            stacks = load_stacks(self.paths, inputs)
        if undo is not None:
            stacks = tuple(stack for stack in stacks if stack.owner == undo.owner)
        self._check_stacks(stacks)
        return stacks

    def inputs(self, given: Inputs) -> Inputs:
        """What the stacks are read with: the values of then for whatever is not given now. Raises GC614."""
        content = self.file.content
        planned = content["environment"]
        if given.environment and given.environment != planned:
            message = f"{self.path} is for {_environment(planned)}, and {_environment(given.environment)} is chosen"
            raise DiagnosticError(Diagnostic("GC614", message, hint="leave --env and GCSYNC_ENV out, or plan for that"))
        kept = {stack["plan"]["stack"]: stack["variables"] for stack in content["stacks"]}
        return replace(given, environment=planned, kept=kept)

    def _check_stacks(self, stacks: Sequence[Stack]) -> None:
        """Raises DiagnosticError (GC615) with every difference from the stacks that were planned."""
        from gcsync.engine.saved import compare_stack

        planned, found = self.stacks, list[Diagnostic]()
        for stack in stacks:
            if stack.owner in planned:
                found += compare_stack(planned[stack.owner]["bound"], stack)
        hint = "a plan file is applied from the folder in which it was made, with the same stacks; or plan again"
        for owner in sorted(planned.keys() ^ {stack.owner for stack in stacks}):
            what = "is no longer at the paths of" if owner in planned else "was not there when it was made:"
            found.append(Diagnostic("GC615", f'the stack "{owner}" {what} {self.path}', hint=hint))
        if found:
            raise DiagnosticError(found)

    def check(self, pairs: Sequence[Pair]) -> None:
        """Raises DiagnosticError for a plan that would no longer be the same: GC614, GC616, GC618."""
        from gcsync.engine.saved import compare_plan

        planned = self.stacks
        for found in (
            [problem for pair in pairs for problem in self.other_place(pair.plan)],
            [p for pair in pairs for p in compare_plan(planned[pair.plan.owner]["plan"]["changes"], pair.plan)],
            list(self._other_secrets(pairs)),
        ):
            if found:
                raise DiagnosticError(found)

    def begin(self) -> None:
        """Note that it is being applied, before anything is written. Raises OSError."""
        mark_applied(self.path, self.file, _now())

    @property
    def stacks(self) -> dict[str, Json]:
        """What the file holds of each stack, by its owner."""
        return {stack["plan"]["owner"]: stack for stack in self.file.content["stacks"]}

    def declares_the_same_secrets(self, stacks: Sequence[Stack]) -> bool:
        """Whether all that the stacks of the plan declare as sensitive is what it was; False where nobody can tell."""
        hidden, bound = self.file.content["hidden"], self.stacks
        known = [(stack, bound[stack.owner]["bound"]["resources"].keys()) for stack in stacks if stack.owner in bound]
        salt = bytes.fromhex(hidden["salt"])
        return "declared" in hidden and hidden["declared"] == _declared(known, salt)

    def other_place(self, plan: Plan) -> Iterator[Diagnostic]:
        """GC614 where the organization or the API's host is another than that of the stack's plan in the file."""
        saved = self.stacks.get(plan.owner)
        if saved is None:
            return
        target, hint = saved["plan"]["target"], "use the credentials and the region that the plan was made with"
        was, now = target["organization"], plan.target.organization
        if was["id"] != now.id:
            message = f'{self.path} is for the organization "{was["name"]}" ({was["id"]}), not "{now.name}" ({now.id})'
            yield Diagnostic("GC614", message, hint=hint)
        host = _api_host(plan, self.common)
        if saved["api_host"] != host:
            yield Diagnostic("GC614", f"{self.path} was made at {saved['api_host']}, and this is {host}", hint=hint)

    def _other_secrets(self, pairs: Sequence[Pair]) -> Iterator[Diagnostic]:
        hidden = self.file.content["hidden"]
        if _hidden(pairs, bytes.fromhex(hidden["salt"])) != hidden["digest"]:
            message = f"a sensitive value is another than when {self.path} was made, in the stack or on an object"
            hint = "give the sensitive variables as they were (--var, --var-file, GCSYNC_VAR_…), or plan again; "
            yield Diagnostic("GC618", message, hint=hint + "which one it is, the file does not know")


def _hidden(pairs: Sequence[Pair], salt: bytes) -> str:
    from gcsync.engine.saved import hidden_values, hide

    return hide([hidden_values(pair.stack, pair.plan) for pair in pairs], salt)


def _declared(stacks: Sequence[tuple[Stack, Collection[str]]], salt: bytes) -> str:
    """The digest of what stacks declare as sensitive at these addresses."""
    from gcsync.engine.saved import declared_secrets, hide

    ordered = sorted(stacks, key=lambda pair: pair[0].owner)
    return hide(["declared", *(declared_secrets(stack, addresses) for stack, addresses in ordered)], salt)


def _api_host(plan: Plan, common: Common) -> str:
    """The API's address; that of `--emulator` is another one in every run."""
    return _EMULATOR if common.emulated else plan.target.api_url


def _environment(name: str | None) -> str:
    return "a stack without environments" if name is None else f'the environment "{name}"'


def _encode_options(options: Options) -> Json:
    return {
        "targets": list(options.targets),
        "excludes": list(options.excludes),
        "no_delete": options.no_delete,
        "allow_delete": sorted(map(str, options.allow_delete)),
        "replace": sorted(map(str, options.replace)),
        "destroy": options.destroy,
        "undo": None if options.undo is None else options.undo.to_json(),
    }


def _decode_options(data: Mapping[str, Any]) -> Options:
    from gcsync.engine import Options
    from gcsync.model.address import Address
    from gcsync.model.journal import Undo

    return Options(
        targets=tuple(data["targets"]),
        excludes=tuple(data["excludes"]),
        no_delete=data["no_delete"],
        allow_delete=frozenset(map(Address.parse, data["allow_delete"])),
        replace=frozenset(map(Address.parse, data["replace"])),
        destroy=data["destroy"],
        undo=None if data["undo"] is None else Undo.from_json(data["undo"]),
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
