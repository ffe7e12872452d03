"""The first stack of somebody who has none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

STACK_FILE = Path("stacks/event-stream.yaml")

STACK = """\
# yaml-language-server: $schema=stack.schema.json
# The line above is for editors; write that file with: gcsync schema > stacks/stack.schema.json
version: 1
stack: contact-center             # the owner of what this file declares; one file is one stack

genesys:
  region: us-east-1               # AWS region name or Genesys domain
  # organization: Example Ltd     # id or name; with it gcsync refuses to touch any other organization

variables:
  endpoint:                       # --var endpoint=..., GCSYNC_VAR_endpoint, or this:
    type: string
    pattern: '^https://'
    env: AWS_EVENTBRIDGE_ENDPOINT_URL
  # api_key: {type: string, sensitive: true}

streams:
  conversations:                  # the key is the identity: renaming it makes another stream
    name: aws-eventbridge-stream
    description: Conversations and agent states for analytics
    event_types:                  # without them every event of the organization is sent, and paid for
      - conversation:start
      - conversation:end
      - user:state:change
    destinations:
      - protocol: https
        url: ${var.endpoint}
        # headers: {X-Api-Key: '${var.api_key}'}

tests:                            # run by gcsync validate: would this event arrive, and where?
  - event: {eventType: conversation:start}
    expect: [stream.conversations]
"""

IGNORED = ".gcsync/"

NEXT = """\
Next, set AWS_EVENTBRIDGE_ENDPOINT_URL to the https:// URL that takes the events, and run
  gcsync validate
  gcsync plan --emulator        (against an emulated organization; without --emulator against your own)"""


def write_starter(folder: Path) -> Iterator[str]:
    """Write the stack and see that Git ignores `.gcsync/`; yields what was done, line by line. Raises OSError."""
    yield _write_stack(folder)
    yield _ignore_local_folder(folder)
    yield NEXT


def _write_stack(folder: Path) -> str:
    path = folder / STACK_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STACK)
    except FileExistsError:
        return f"kept     {path} (it is there already)"
    return f"created  {path}"


def _ignore_local_folder(folder: Path) -> str:
    path = folder / ".gitignore"
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    if any(line.strip().rstrip("/") in (".gcsync", "/.gcsync") for line in present.splitlines()):
        return f"kept     {path} (it ignores {IGNORED} already)"
    separator = "" if not present or present.endswith("\n") else "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{separator}{IGNORED}\n")
    return f"{'extended' if present else 'created '} {path}"
