"""Two stacks for the policies: one that keeps to all of them, and what becomes of it when every one is broken."""

from __future__ import annotations

from tests.e2e.workplace import Workplace

GOOD = """\
version: 1
stack: policies
variables:
  api_key: {type: string, sensitive: true}
safety: {max_delete_percent: 100}
streams:
  kept:
    name: kept-stream
    description: Conversations, for analytics
    event_types: [conversation:start, conversation:end]
    destinations:
      - {protocol: https, url: 'https://events.example.com/kept', headers: {X-Api-Key: '${var.api_key}'}}
    lifecycle: {prevent_destroy: true}
  old:
    description: Agent states, for analytics
    event_types: [user:state:change]
    destinations:
      - {protocol: https, url: 'https://events.example.com/old'}
eventbridge_sources:
  calls:
    aws_account_id: '123456789012'
    aws_region: eu-west-1
    suffix: calls
    topics: ['v2.detail.events.conversation.{id}.customer.end']
"""

BAD = """\
version: 1
stack: policies
safety: {max_delete_percent: 100}
streams:
  kept:
    name: Kept Stream!
    description: to do
    event_types: ['*']
    destinations:
      - {protocol: https, url: 'https://elsewhere.example.org/kept', headers: {X-Api-Key: in-plain-sight}}
eventbridge_sources:
  calls:
    aws_account_id: '123456789012'
    aws_region: us-east-1
    suffix: calls
    topics: ['v2.detail.events.conversation.{id}.customer.end']
"""

_REPLACING = ("--replace", "stream.kept")
_KEY = ("--var", "api_key=a-secret-key")


def write_plans(work: Workplace) -> None:
    """`good.json`, a first plan of GOOD; `bad.json`, of BAD once GOOD is applied; `gone.json`, when nothing stays."""
    path = "stacks/policies.yaml"
    work.write(path, GOOD)
    work.write("good.json", _plan(work, *_KEY))
    applied = work.gcsync("apply", "--auto-approve", *_KEY)
    assert applied.code == 0, applied.err
    work.write("gone.json", _plan(work, "--destroy", *_KEY))
    work.write(path, BAD)
    work.write("bad.json", _plan(work, *_REPLACING))


def _plan(work: Workplace, *options: str) -> str:
    ran = work.gcsync("plan", "--format", "json", *options)
    assert ran.out, ran.err
    return ran.out
