"""What stands between `${{` and `}}` in GitHub's files: as much of that language as the files here use.

Source: GitHub's documentation, "Evaluate expressions in workflows and actions". Anything else is an error, so that a
file that needs more fails its test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

Contexts: TypeAlias = Mapping[str, Any]
Functions: TypeAlias = Mapping[str, Callable[..., Any]]

NO_FUNCTIONS: Functions = MappingProxyType({})

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+(?:\.\d+)?)|(\|\||&&|==|!=|[!().,\[\]])|([A-Za-z_][\w-]*))")
_EMBEDDED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_LITERALS = {"true": True, "false": False, "null": None}


def fill(value: Any, contexts: Contexts, functions: Functions = NO_FUNCTIONS) -> Any:
    """A value of a workflow file with its expressions evaluated; one that is the whole text keeps its type."""
    if isinstance(value, dict):
        return {key: fill(entry, contexts, functions) for key, entry in value.items()}
    if isinstance(value, list):
        return [fill(entry, contexts, functions) for entry in value]
    if not isinstance(value, str):
        return value
    whole = _EMBEDDED.fullmatch(value.strip())
    if whole and "${{" not in whole[1]:
        return evaluate(whole[1], contexts, functions)
    return _EMBEDDED.sub(lambda found: text(evaluate(found[1], contexts, functions)), value)


def evaluate(expression: str, contexts: Contexts, functions: Functions = NO_FUNCTIONS) -> Any:
    """Raises ValueError for what is no expression or is not known here."""
    parser = _Parser(_tokens(expression), contexts, functions)
    value = parser.either()
    if parser.left:
        raise ValueError(f"left over in {expression!r}: {parser.left}")
    return value


def text(value: Any) -> str:
    """How a value reads inside a text, in an environment variable or as an input."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tokens(expression: str) -> list[str]:
    tokens, at = [], 0
    while at < len(expression.rstrip()):
        found = _TOKEN.match(expression, at)
        if not found:
            raise ValueError(f"no expression: {expression!r} at {expression[at:]!r}")
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


class _Parser:
    """Evaluates while it reads; both sides of `&&` and `||` are read, and neither has side effects."""

    def __init__(self, tokens: list[str], contexts: Contexts, functions: Functions) -> None:
        self.left = tokens
        self._contexts = contexts
        self._functions = functions

    def either(self) -> Any:
        value = self._both()
        while self._take("||"):
            other = self._both()
            value = value or other
        return value

    def _both(self) -> Any:
        value = self._equal()
        while self._take("&&"):
            other = self._equal()
            value = value and other
        return value

    def _equal(self) -> Any:
        value = self._not()
        while self.left and self.left[0] in ("==", "!="):
            wanted = self.left.pop(0) == "=="
            value = (_comparable(value) == _comparable(self._not())) == wanted
        return value

    def _not(self) -> Any:
        return not self._not() if self._take("!") else self._value()

    def _value(self) -> Any:
        token = self.left.pop(0)
        if token == "(":
            value = self.either()
            self._expect(")")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if re.fullmatch(r"-?\d+(\.\d+)?", token):
            return float(token) if "." in token else int(token)
        if token in _LITERALS:
            return _LITERALS[token]
        return self._call(token) if self._take("(") else self._property(token)

    def _call(self, name: str) -> Any:
        arguments = []
        while not self._take(")"):
            arguments.append(self.either())
            self._take(",")
        if name not in self._functions:
            raise ValueError(f"no function {name}")
        return self._functions[name](*arguments)

    def _property(self, name: str) -> Any:
        if name not in self._contexts:
            raise ValueError(f"no context {name}")
        value = self._contexts[name]
        while self._take("."):
            key = self.left.pop(0)
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def _take(self, token: str) -> bool:
        if self.left[:1] == [token]:
            self.left.pop(0)
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._take(token):
            raise ValueError(f"{token} expected before {self.left}")


def _comparable(value: Any) -> Any:
    """GitHub compares texts whatever their case, and takes null for an empty text here."""
    return value.lower() if isinstance(value, str) else "" if value is None else value
