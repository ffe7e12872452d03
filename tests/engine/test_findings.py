"""Warnings about what meets the stack in the organization."""

from __future__ import annotations

from gcsync.engine import Options, Refreshed, compute
from gcsync.model.address import Address
from gcsync.model.diagnostic import Severity
from gcsync.model.resource import Listing, RemoteObject, Resource
from gcsync.model.value import Secret
from tests.engine.organization import TARGET, URL, Streams, apply, plan_for, stack, stream


def test_an_unmanaged_object_that_does_the_same_is_warned_about() -> None:
    organization = Streams()
    organization.put("by hand", event_types=["b", "a"], description="other words")
    plan = plan_for(stack(stream("s", event_types=["a", "b"], description="ours")), organization)
    (warning,) = plan.diagnostics
    assert (warning.code, warning.severity, plan.applyable) == ("GC450", Severity.WARNING, True)
    assert "by hand" in warning.message


def test_an_object_that_is_adopted_is_no_stranger() -> None:
    organization = Streams()
    organization.put("taken over")
    plan = plan_for(stack(stream("new"), stream("taken over")), organization)
    assert plan.diagnostics == ()


def test_secrets_are_compared_and_not_shown() -> None:
    organization = Streams()
    organization.put("twin", destinations=[{"protocol": "https", "url": URL, "headers": {"X-Key": "canary"}}])
    headers = {"x-key": Secret("canary")}
    plan = plan_for(
        stack(stream("s", destinations=[{"protocol": "https", "url": URL, "headers": headers}])), organization
    )
    assert [d.code for d in plan.diagnostics] == ["GC450"]
    assert "canary" not in str(plan.diagnostics)


def test_another_destination_is_no_look_alike() -> None:
    organization = Streams()
    organization.put("by hand", destinations=[{"protocol": "https", "url": "https://elsewhere.example.com"}])
    assert plan_for(stack(stream("s")), organization).diagnostics == ()


def test_a_managed_twin_is_no_look_alike() -> None:
    organization = Streams()
    apply(stack(stream("a")), organization)
    assert plan_for(stack(stream("a"), stream("b")), organization).diagnostics == ()


def test_an_object_to_be_adopted_is_never_replaced() -> None:
    attributes = {"name": "Callbacks", "topic": "one", "target": {"type": "Workflow", "id": "a"}, "enabled": True}
    there = RemoteObject("trigger", "trigger-1", "Callbacks", attributes, version=1)
    resource = Resource(Address("trigger", "callbacks"), {**attributes, "topic": "two"})
    refreshed = Refreshed({"trigger": Listing((there,))})
    plan = compute(stack(resource), refreshed, TARGET, Options(), fingerprint_key=None)
    assert [problem.code for problem in plan.diagnostics] == ["GC514"]
    assert not plan.applyable
