"""The address of a resource: its identity in a stack, in a plan and in the marker on the object."""

from __future__ import annotations

import re
from dataclasses import dataclass

KEY_PATTERN = r"[A-Za-z_][A-Za-z0-9_-]{0,62}"
EACH_KEY_PATTERN = r"[A-Za-z0-9._:-]{1,40}"
MAX_LENGTH = 100

_ADDRESS = re.compile(rf'(?P<kind>[a-z][a-z0-9_]*)\.(?P<key>{KEY_PATTERN})(?:\["(?P<each>{EACH_KEY_PATTERN})"\])?')


@dataclass(frozen=True, slots=True)
class Address:
    """`stream.conversations`, or `stream.agents["emea"]` for an instance under `for_each`."""

    kind: str
    key: str
    each: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}.{self.key}" if self.each is None else f'{self.kind}.{self.key}["{self.each}"]'

    def __lt__(self, other: Address) -> bool:
        return self.sort_key() < other.sort_key()

    def sort_key(self) -> tuple[str, str, str]:
        return (self.kind, self.key, self.each or "")

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address; raises ValueError with what an address looks like."""
        match = _ADDRESS.fullmatch(text)
        if match is None or len(text) > MAX_LENGTH:
            raise ValueError(
                f'not an address: "{text}"; one looks like stream.conversations and has at most {MAX_LENGTH} characters'
            )
        return cls(match["kind"], match["key"], match["each"])
