"""Is a value as its schema says? fastjsonschema decides; jsonschema, imported only for a value that is not, says why.

The messages are our own: what must be, and what is there instead, unless that is sensitive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gcsync.model.value import SECRET_TEXT, Path, Reference, Value
from gcsync.stack.faults import TYPE_NAMES, Fault, faults_of, subschema
from gcsync.stack.masking import is_secret_key
from gcsync.stack.unknown import Unknown, unknown_of

_VARIABLE_TYPES: Final = {
    "string": ("string",),
    "number": ("number", "integer"),
    "boolean": ("boolean",),
    "list": ("array",),
    "object": ("object",),
}


@dataclass(slots=True)
class Checker:
    """Checks values against one schema. Both validators are made when they are first needed."""

    schema: Mapping[str, Any]
    _decide: Callable[[Value], Any] | None = None
    _explain: Any = None
    _case_insensitive: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._case_insensitive = list(_paths_with(self.schema, "x-case-insensitive-keys"))

    def faults(
        self, value: Value, *, unknown: bool = False, secret: Callable[[Path], bool] = lambda _: False
    ) -> list[Fault]:
        """All that is wrong, at most one fault per place. `unknown` says that `value` holds `Unknown`s or `Reference`s.

        `secret` says of a path whether what stands there is sensitive, beyond what the schema says.
        """
        found = list(self._same_names(value)) if self._case_insensitive else []
        if unknown or not self._decided(value):
            found += self._explained(value, secret)
        return found

    def _decided(self, value: Value) -> bool:
        import fastjsonschema

        if self._decide is None:
            self._decide = fastjsonschema.compile(_without_annotations(self.schema), use_default=False)
        try:
            self._decide(value)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True

    def _explained(self, value: Value, secret: Callable[[Path], bool]) -> list[Fault]:
        if self._explain is None:
            from jsonschema import Draft202012Validator

            self._explain = Draft202012Validator(self.schema)
        gaps: dict[Path, Unknown] = {}
        filled = _fill(value, (), gaps)
        found: dict[tuple[Path, bool], Fault] = {}
        for path, gap in gaps.items():
            if (fault := _gap_fault(self.schema, path, gap)) is not None:
                found[path, False] = fault
        for error in self._explain.iter_errors(filled):
            if not _about(tuple(error.absolute_path), gaps):
                for fault in faults_of(error, self.schema, secret):
                    found.setdefault((fault.path, fault.at_key), fault)
        return list(found.values())

    def _same_names(self, value: Value) -> Iterator[Fault]:
        for pattern in self._case_insensitive:
            for path, names in _select(value, pattern):
                seen: dict[str, str] = {}
                for name in names if isinstance(names, dict) else ():
                    first = seen.setdefault(name.lower(), name)
                    if first != name:
                        message = f"{_header(name)} is {_header(first)} again: only the case differs"
                        yield Fault("GC109", message, (*path, name), "keep one of the two", at_key=True)


def _header(name: str) -> str:
    return SECRET_TEXT if is_secret_key(name, {"additionalProperties": {"x-sensitive": True}}) else f'"{name[:60]}"'


def _fill(value: Value, path: Path, gaps: dict[Path, Unknown]) -> Value:
    """A copy in which each gap holds text that nothing else holds."""
    if isinstance(value, Unknown | Reference):
        gaps[path] = unknown_of(value) if isinstance(value, Reference) else value
        return f"\0{len(gaps)}"
    if isinstance(value, dict):
        return {key: _fill(inner, (*path, key), gaps) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, (*path, index), gaps) for index, inner in enumerate(value)]
    return value


def _about(path: Path, gaps: Mapping[Path, Unknown]) -> bool:
    return bool(gaps) and any(path[:length] in gaps for length in range(len(path) + 1))


def _gap_fault(schema: Mapping[str, Any], path: Path, gap: Unknown) -> Fault | None:
    part = subschema(schema, path)
    expected = part.get("type") if part is not None else None
    if expected is None or gap.type is None or expected in _VARIABLE_TYPES[gap.type]:
        return None
    message = f"must be {TYPE_NAMES[expected]}, got {gap}"
    return Fault("GC105", message, path, "take a value of another type")


def _without_annotations(schema: Any) -> Any:
    """What fastjsonschema needs: it knows draft 7, which agrees on every keyword that the schemas use."""
    if isinstance(schema, list):
        return [_without_annotations(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    drop = ("$schema", "$id", "description", "title")
    return {
        key: _without_annotations(part)
        for key, part in schema.items()
        if not key.startswith("x-") and not (key in drop and isinstance(part, str))
    }


def _paths_with(schema: Any, annotation: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if not isinstance(schema, Mapping):
        return
    if schema.get(annotation):
        yield path
    for name, part in schema.get("properties", {}).items():
        yield from _paths_with(part, annotation, (*path, name))
    yield from _paths_with(schema.get("items"), annotation, (*path, "[]"))


def _select(value: Value, pattern: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """Every value at a path in which `[]` stands for any entry of a list."""
    if not pattern:
        yield path, value
    elif pattern[0] == "[]" and isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _select(inner, pattern[1:], (*path, index))
    elif isinstance(value, dict) and pattern[0] in value:
        yield from _select(value[pattern[0]], pattern[1:], (*path, pattern[0]))
