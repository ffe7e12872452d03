"""From an organization that nobody declared to one under Git."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.workplace import ENDPOINT, Hand, Workplace

SECRET = "https://user:hush@events.example.com/x"
WORKFLOW = "0f4b0d30-5e0c-4c5c-8a9e-3d8e4a4b7c11"
TOPIC = "v2.detail.events.conversation.{id}.customer.end"


def make_source(hand: Hand, name: str, suffix: str) -> None:
    made = hand._call(
        "POST", "/api/v2/integrations", {"name": name, "integrationType": {"id": "amazon-eventbridge-source"}}
    )
    path = f"/api/v2/integrations/{made['id']}/config/current"
    there = hand._call("GET", path)
    place = {"awsAccountId": "123456789012", "awsAccountRegion": "eu-west-1", "eventSourceSuffix": suffix}
    body = {"version": there["version"], "name": name, "notes": f"for {suffix}", "advanced": {}, "credentials": {}}
    hand._call("PUT", path, body | {"properties": place | {"eventFilter": [TOPIC]}})


def make_trigger(hand: Hand, name: str) -> None:
    criteria = [{"jsonPath": "mediaType", "operator": "Equal", "value": "5"}]
    body = {"name": name, "topicName": TOPIC, "enabled": True, "target": {"type": "Workflow", "id": WORKFLOW}}
    hand._call("POST", "/api/v2/processautomation/triggers", body | {"matchCriteria": criteria})


def summary(work: Workplace, *arguments: str, **environ: str) -> dict[str, int]:
    ran = work.gcsync("plan", *arguments, "--format", "json", **environ)
    assert ran.code == 0, ran.err
    changed = [one["change"]["actions"] for one in ran.document["resource_changes"]]
    assert all(actions == ["no-op"] for actions in changed)
    return {name: count for name, count in ran.document["gcsync"]["summary"].items() if count}


def test_an_export_plans_as_adoption_only_and_then_as_nothing(work: Workplace, hand: Hand) -> None:
    hand.create("Contact Center", SECRET)
    hand.create("${odd}: \u2028 'name'")
    make_source(hand, "To AWS", "calls")
    make_trigger(hand, "On the end")
    exported = work.gcsync("export", "--output", "all.yaml")
    text = (work.folder / "all.yaml").read_text(encoding="utf-8")
    assert (exported.code, exported.out, "hush" in text + exported.err) == (0, "", False)
    values = {"GCSYNC_VAR_contact_center_url": SECRET}
    assert work.gcsync("validate", "all.yaml").code == 0
    assert summary(work, "all.yaml", **values) == {"adopt": 4}
    assert work.gcsync("apply", "all.yaml", "--auto-approve", **values).code == 0
    assert summary(work, "all.yaml", **values) == {"unchanged": 4}
    again = work.gcsync("export", "--stack", "exported")
    assert again.out.split("version: 1")[1] == text.split("version: 1")[1]
    rest = work.gcsync("export")
    assert "stack: exported-2\n" in rest.out
    assert "Left out: 4 owned by other stacks." in rest.err


def test_what_is_chosen(work: Workplace, hand: Hand) -> None:
    hand.create("Agents")
    hand.create("Calls")
    make_trigger(hand, "Agents too")
    ran = work.gcsync("export", "--name", "agents*", "--kind", "stream")
    assert ("name: Agents" in ran.out or "  Agents:" in ran.out, "Calls" in ran.out, "triggers" in ran.out) == (
        True,
        False,
        False,
    )
    assert work.gcsync("export", "--kind", "streams").err.startswith('error[GC622]: there is no kind "streams"')
    work.write("there.yaml", "mine")
    ran = work.gcsync("export", "--output", "there.yaml")
    assert (ran.code, "error[GC621]" in ran.err, (work.folder / "there.yaml").read_text()) == (1, True, "mine")


def test_a_kind_that_cannot_be_read_is_an_error_only_where_it_was_asked_for(work: Workplace, hand: Hand) -> None:
    make_trigger(hand, "t")
    hand.scopes("process-automation", "integrations")
    ran = work.gcsync("export")
    assert (ran.code, "# Not read: stream:" in ran.out, "not checked: stream:" in ran.err) == (0, True, True)
    assert "error[GC633]: stream:" in work.gcsync("export", "--kind", "stream").err


def test_an_import_into_a_file_that_somebody_wrote(work: Workplace, hand: Hand) -> None:
    path = work.stack("conversations")
    text = path.read_text(encoding="utf-8").replace("streams:", "# ours\nstreams:  # all of them")
    path.write_text(text + "\n# the end\nsafety: {max_delete_percent: 10}\n", encoding="utf-8")
    made = hand.create("By hand", SECRET)
    ran = work.gcsync("import", "stream.by_hand", made["id"])
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        "Wrote stream.by_hand to stacks/contact-center.yaml.",
        "Its secret by_hand_url is a variable: set GCSYNC_VAR_by_hand_url before you plan.",
        f'The next plan adopts it: "By hand" ({made["id"]}) gets the marker of stack contact-center, '
        "and nothing else changes.",
    ]
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    assert all(line in lines for line in text.splitlines())
    plan = work.gcsync("plan", GCSYNC_VAR_by_hand_url=SECRET)
    assert plan.last_line == "Plan: 1 to create, 0 to update, 0 to replace, 0 to delete, 1 to adopt, 0 unchanged."
    for arguments, code in {
        ("stream.by_hand", made["id"]): "GC625",
        ("stream.again", made["id"]): "GC629",
        ("stream.other", "no-such-id"): "GC626",
        ("stream", made["id"]): "GC631",
    }.items():
        assert f"error[{code}]" in work.gcsync("import", *arguments, GCSYNC_VAR_by_hand_url=SECRET).err


def test_with_several_stacks_the_file_is_named(work: Workplace, hand: Hand) -> None:
    work.stack("a", name="one")
    two = work.stack("b", name="two")
    made = hand.create("c")
    assert "error[GC628]" in work.gcsync("import", "stream.c", made["id"]).err
    assert work.gcsync("import", "stream.c", made["id"], str(two)).code == 0
    assert "\n  c:\n" in two.read_text(encoding="utf-8")


def test_an_import_is_into_every_environment(work: Workplace, hand: Hand) -> None:
    path = work.stack("a", settings="environments:\n  dev: {}\n  prod: {}\n")
    ran = work.gcsync("import", "stream.late", hand.create("late")["id"], "--env", "dev")
    assert (ran.code, "gets the marker of stack contact-center@dev" in ran.out) == (0, True)
    assert "It is declared in prod too" in ran.err
    assert path.read_text(encoding="utf-8").count("  late:\n") == 1


def test_a_stack_whose_file_is_gone_is_destroyed_by_its_name(work: Workplace, hand: Hand) -> None:
    path = work.stack("a", "b")
    path.write_text(path.read_text().replace("  b:\n", "  b:\n    lifecycle: {prevent_destroy: true}\n"))
    assert work.gcsync("apply", "--auto-approve").code == 0
    path.unlink()
    hand.create("nobodys")
    wrong = work.gcsync("destroy", "--stack", "contact-centre", "--auto-approve")
    assert (wrong.code, "Owners: contact-center (2)." in wrong.err) == (0, True)
    refused = work.gcsync("destroy", "--stack", "contact-center", "--auto-approve")
    assert (refused.code, "GC422" in refused.err, len(hand.streams())) == (1, True, 3)
    allowed = ("--allow-delete", "stream.b", "--auto-approve")
    assert work.gcsync("destroy", "--stack", "contact-center", *allowed).code == 0
    assert [stream["name"] for stream in hand.streams()] == ["nobodys"]
    assert "error[GC632]" in work.gcsync("destroy", "--stack", "contact-center", "stacks").err
    assert "error[GC632]" in work.gcsync("destroy", "--stack", "a@dev").err


def test_the_list_of_orphans_and_of_one_stack(work: Workplace) -> None:
    work.stack("a", "b", name="one")
    work.stack("c", name="two")
    work.gcsync("apply", "--auto-approve")
    work.stack("a", name="one")

    def addresses(*arguments: str) -> list[str]:
        return [row["address"] for row in work.gcsync("list", *arguments, "--format", "json").document["objects"]]

    assert addresses("--orphans") == ["stream.b"]
    assert addresses("--stack", "two") == ["stream.c"]
    ran = work.gcsync("list", "stacks/one.yaml", "--orphans")
    assert "whether two have orphans" in ran.err
    assert work.gcsync("list", "--stack", "nobody").out == "No object of stack nobody.\n"


def terraform(*resources: Any) -> str:
    return json.dumps({"format_version": "1.0", "values": {"root_module": {"resources": resources}}})


def test_what_terraform_knows_is_taken_over_without_any_organization(offline: Workplace) -> None:
    properties = {
        "awsAccountId": "123456789012",
        "awsAccountRegion": "eu-west-1",
        "eventSourceSuffix": "calls",
        "eventFilter": [TOPIC],
    }
    integration = {
        "address": "genesyscloud_integration.calls",
        "mode": "managed",
        "type": "genesyscloud_integration",
        "name": "calls",
        "values": {
            "integration_type": "amazon-eventbridge-source",
            "intended_state": "ENABLED",
            "config": [{"name": "To AWS", "notes": "n", "properties": json.dumps(properties)}],
        },
    }
    offline.write("state.json", terraform(integration, {"address": "a.b", "type": "a", "name": "b", "values": {}}))
    ran = offline.gcsync("export", "--from-terraform-json", "state.json", "--stack", "taken-over")
    assert ran.code == 0, ran.err
    assert "removed {\n  from = genesyscloud_integration.calls\n" in ran.err
    assert "not taken over: 1 of a\n" in ran.err
    offline.write("stacks/taken.yaml", ran.out)
    assert offline.gcsync("validate").out == "Valid: 1 stack, 1 resource.\n"
    assert "stack: taken-over\n" in ran.out
    assert "error[GC623]" in offline.gcsync("export", "--from-terraform-json", "stacks/taken.yaml").err


def test_five_hundred_mixed_objects(work: Workplace, hand: Hand) -> None:
    for number in range(300):
        hand.create(f"Stream {number % 100} {'!' * (number // 100)}", f"{ENDPOINT}/{number}")
    for number in range(200):
        make_trigger(hand, f"Trigger {number}")
    assert work.gcsync("export", "--output", "all.yaml").code == 0
    assert summary(work, "all.yaml") == {"adopt": 500}
