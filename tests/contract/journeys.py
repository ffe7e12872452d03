"""What a user does with gcsync, step by step, against any organization that there is a hand on."""

from __future__ import annotations

from typing import Any, Protocol

from tests.e2e.workplace import Ran, Workplace

HEADER = "a-header-value-that-is-secret"

DECLARED = """\
version: 1
stack: contact-center
variables:
  api_key: {{type: string, sensitive: true}}
streams:
  conversations:
    name: Conversations
    description: {description}
    event_types: [conversation:start, conversation:end, user:state:change]
    destinations:
      - {{protocol: https, url: 'https://one.example.com/events', headers: {{X-Api-Key: '${{var.api_key}}'}}}}
      - {{protocol: https, url: 'https://two.example.com/events'}}
  plain:
    destinations: [{{protocol: https, url: 'https://three.example.com/events'}}]
    event_types: [conversation:start]
  silent:
    name: {name}
    description: ''
    enabled: false
    event_types: [conversation:end]
    destinations: [{{protocol: https, url: 'https://four.example.com/events'}}]
"""

TWO_NAMES = """\
version: 1
stack: contact-center
streams:
  first:
    name: {first}
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: 'https://one.example.com/events'}}]
  second:
    name: {second}
    event_types: [conversation:start]
    destinations: [{{protocol: https, url: 'https://two.example.com/events'}}]
"""


class Hand(Protocol):
    """Changes an organization behind gcsync's back."""

    def streams(self) -> list[dict[str, Any]]: ...

    def stream(self, name: str) -> dict[str, Any]: ...

    def create(self, name: str, url: str = ...) -> dict[str, Any]: ...

    def change(self, stream_name: str, **changes: Any) -> None: ...

    def delete(self, name: str) -> None: ...


def declare(work: Workplace, *, description: str = "For analytics", name: str = "Silent", header: str = HEADER) -> None:
    work.write("stacks/one.yaml", DECLARED.format(description=description, name=name))
    work.environ["GCSYNC_VAR_api_key"] = header


def applied(**counts: int) -> str:
    names = ("created", "updated", "replaced", "deleted", "adopted", "failed", "skipped")
    return "Applied: " + ", ".join(f"{counts.get(name, 0)} {name}" for name in names) + "."


def expect(ran: Ran, last_line: str, code: int = 0) -> Ran:
    assert (ran.last_line, ran.code) == (last_line, code), ran.out + ran.err
    assert HEADER not in ran.out + ran.err
    return ran


def apply(work: Workplace, **counts: int) -> None:
    """Apply, with these counts, and nothing is left to do: neither for a plan nor for drift."""
    expect(work.gcsync("apply", "--auto-approve"), applied(**counts))
    again = work.gcsync("plan", "--detailed-exitcode")
    assert (again.code, again.last_line.startswith("No changes.")) == (0, True), again.out + again.err


def keep(work: Workplace, hand: Hand) -> None:
    """Plan, apply, an empty plan, drift by hand, repair, destroy; nobody else's object is ever touched."""
    others = hand.streams()
    declare(work)
    planned = "Plan: 3 to create, 0 to update, 0 to replace, 0 to delete, 0 to adopt, 0 unchanged."
    expect(work.gcsync("plan"), planned)
    apply(work, created=3)
    hand.change("Conversations", enabled=False, eventTypes=["conversation:start"])
    assert work.gcsync("drift").code == 2
    apply(work, updated=1)
    expect(work.gcsync("destroy", "--auto-approve"), applied(deleted=3))
    assert hand.streams() == others


def edit(work: Workplace, hand: Hand) -> None:
    """What is edited in the stack is pending, no drift, and is applied in place; what is lost is made again."""
    declare(work)
    apply(work, created=3)
    ids = {stream["id"] for stream in hand.streams()}
    declare(work, description="For the new team", name="Quiet", header=f"{HEADER}-rotated")
    assert work.gcsync("drift").code == 0
    apply(work, updated=2)
    assert {stream["id"] for stream in hand.streams()} == ids
    assert hand.stream("Conversations")["destinations"][0]["headers"] == {"X-Api-Key": f"{HEADER}-rotated"}
    assert hand.stream("Quiet")["enabled"] is False
    hand.delete("plain")
    assert work.gcsync("drift").code == 2
    apply(work, created=1)


def adopt(work: Workplace, hand: Hand) -> None:
    """An unmanaged object with a declared name, whatever its case, becomes the stack's own and keeps its id."""
    before = [hand.create("Conversations")["id"], hand.create("PLAIN")["id"]]
    declare(work)
    planned = "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete, 2 to adopt, 0 unchanged."
    expect(work.gcsync("plan", "--detailed-exitcode"), planned, code=2)
    apply(work, created=1, adopted=2)
    assert [hand.stream("Conversations")["id"], hand.stream("plain")["id"]] == before


def swap_names(work: Workplace, hand: Hand) -> None:
    """Two streams take each other's name, and then one its own in another case."""
    work.write("stacks/one.yaml", TWO_NAMES.format(first="alpha", second="beta"))
    apply(work, created=2)
    before = (hand.stream("alpha")["id"], hand.stream("beta")["id"])
    work.write("stacks/one.yaml", TWO_NAMES.format(first="beta", second="alpha"))
    apply(work, updated=2)
    assert (hand.stream("beta")["id"], hand.stream("alpha")["id"]) == before
    work.write("stacks/one.yaml", TWO_NAMES.format(first="Beta", second="alpha"))
    apply(work, updated=1)


def lose_and_give_away(work: Workplace, hand: Hand) -> None:
    """A section that leaves the file is a delete; one that is `removed` keeps its object, without the marker."""
    work.write("stacks/one.yaml", TWO_NAMES.format(first="alpha", second="beta"))
    apply(work, created=2)
    removed = "removed: [{from: stream.second, destroy: false}]\n"
    text = TWO_NAMES.format(first="alpha", second="beta").partition("  second:")[0]
    work.write("stacks/one.yaml", text + removed)
    apply(work, updated=1)
    assert "gcsync" not in hand.stream("beta").get("description", "")
    expect(work.gcsync("destroy", "--auto-approve"), applied(deleted=1))
    assert [stream["name"] for stream in hand.streams()] == ["beta"]


JOURNEYS = (keep, edit, adopt, swap_names, lose_and_give_away)
