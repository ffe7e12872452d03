"""The marker on a managed object: who owns it, under which address, and what was last applied.

    [gcsync1:contact-center@dev:stream.conversations:Qm3..fJ0a..x:k7Qp]
     |      ||                 |                     |            |
     |      ||                 address               fingerprints check digits
     |      |owner
     |      grammar version, then `p` when the object is protected by prevent_destroy
     name

It is the last thing in the object's description or notes, ASCII, at most 200 characters, and holds no white space,
quotation mark, angle bracket, ampersand or slash: trimming, escaping and newline changes by a server leave it whole.
The instance key of `for_each` follows the address after a tilde. Reasons: docs/decisions/0003-marker.md.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from gcsync.model.address import Address

GRAMMAR = 1
MAX_LENGTH = 200
SLOT_LENGTH = 3
ABSENT = "..."
CHECK_LENGTH = 4

_FRAME = re.compile(r"\[gcsync(?P<grammar>[0-9]{1,4})(?P<rest>[!-Z\\^-~]{0,400})\]")
_START = re.compile(r"\[gcsync[0-9]")
_BODY = re.compile(
    r"(?P<protected>p?):(?P<owner>[a-z0-9@-]+):(?P<kind>[a-z][a-z0-9_]*)\.(?P<key>[A-Za-z0-9_-]+)"
    r"(?:~(?P<each>[A-Za-z0-9._:-]+))?:(?P<slots>[A-Za-z0-9_.-]*):(?P<check>[A-Za-z0-9_-]{4})"
)
_SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Marker:
    """`slots` are the fingerprints in the order of the kind's schema, each of three characters, `...` for none."""

    owner: str
    address: Address
    slots: tuple[str, ...] = ()
    protected: bool = False
    grammar: int = GRAMMAR

    def render(self) -> str:
        body = f"{GRAMMAR}{'p' * self.protected}:{self.owner}:{_address_text(self.address)}:{''.join(self.slots)}"
        return f"[gcsync{body}:{check_digits(body)}]"


@dataclass(frozen=True, slots=True)
class UnusableMarker:
    """A marker that must not be acted on: of a later grammar, or one whose check fails."""

    reason: str
    owner: str | None = None
    address: str | None = None


def split(text: str) -> tuple[str, Marker | UnusableMarker | None]:
    """Part a description from its marker: the text as declared, and the marker, if there is one."""
    if "[gcsync" not in text or not _START.search(text):
        return text, None
    frames = list(_FRAME.finditer(text))
    if not frames:
        return text, UnusableMarker("what looks like a marker of gcsync is cut or broken")
    frame = frames[-1]
    before, after = text[: frame.start()].rstrip(), text[frame.end() :].strip()
    return f"{before}\n{after}" if before and after else before or after, _read(frame)


def join(text: str | None, marker: Marker | None) -> str:
    """A description with its marker at the end."""
    declared = (text or "").rstrip()
    if marker is None:
        return declared
    return f"{declared}{_SEPARATOR}{marker.render()}" if declared else marker.render()


def check_digits(body: str) -> str:
    """Four characters over everything before them, so that an edited or cut marker is noticed."""
    digest = hashlib.sha256(body.encode()).digest()
    return base64.urlsafe_b64encode(digest[:3]).decode()


def _address_text(address: Address) -> str:
    text = f"{address.kind}.{address.key}"
    return text if address.each is None else f"{text}~{address.each}"


def _read(frame: re.Match[str]) -> Marker | UnusableMarker:
    grammar, rest = int(frame["grammar"]), frame["rest"]
    if grammar > GRAMMAR:
        return UnusableMarker(f"its marker has grammar version {grammar}; this gcsync reads up to {GRAMMAR}")
    body = _BODY.fullmatch(rest)
    if body is None or check_digits(f"{frame['grammar']}{rest[: -CHECK_LENGTH - 1]}") != body["check"]:
        address = f"{body['kind']}.{body['key']}" if body is not None else None
        return UnusableMarker(
            "the check digits of its marker do not match: its description was edited",
            owner=body["owner"] if body is not None else None,
            address=f'{address}["{body["each"]}"]' if body is not None and body["each"] else address,
        )
    slots = body["slots"]
    return Marker(
        owner=body["owner"],
        address=Address(body["kind"], body["key"], body["each"]),
        slots=tuple(slots[i : i + SLOT_LENGTH] for i in range(0, len(slots), SLOT_LENGTH)),
        protected=bool(body["protected"]),
        grammar=grammar,
    )
