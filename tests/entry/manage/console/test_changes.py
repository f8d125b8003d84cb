"""Whoever approves manifests sees what they would change."""

import pytest

from tests.entry.manage.console.browsing import look
from tests.entry.manage.console.furnished import proposed
from tests.entry.owner import Owner

LOCAL = "person:p-local"


@pytest.fixture(name="charged", scope="module")
def charged_fixture(file_world):
    file_world.owner = Owner(file_world.server)
    return file_world


def shown(world, text, *, prune=False):
    body = {"files": [{"name": "a.yaml", "text": text}], "prune": prune}
    ident = proposed(lambda: world.server.client.post("/v1/apply", body))
    return look(world, f"/console/approvals/{ident}", LOCAL)


def test_what_is_new_and_what_is_otherwise_is_told_field_by_field(charged):
    seen = shown(charged, "{kind: Team, id: night, name: Night <shift>}\n---\n{kind: Team, id: ops, name: Others}")
    assert "What it would change" in seen.text
    for words in ("create", "Team", "night", "update", "ops", "name:", '"Others"', '"Operations"'):
        assert words in seen.text, words
    assert "<shift>" not in seen.html, "what was proposed stays text"


def test_what_stands_already_changes_nothing(charged):
    seen = shown(charged, "{kind: Team, id: ops, name: Operations}")
    assert "Nothing: all of it stands already." in seen.text
    assert "1 unchanged" in seen.text


def test_what_would_be_deleted_is_told(charged):
    charged.owner.approve(proposed(lambda: charged.apply("{kind: Team, id: short-lived, name: S}")))
    documents = charged.run("export").out.replace("name: S\n", "").replace("id: short-lived", "")
    kept = "---".join(part for part in documents.split("---") if "kind: Team" not in part or "id: ops" in part)
    seen = shown(charged, kept, prune=True)
    assert "delete" in seen.text
    assert "short-lived" in seen.text


@pytest.mark.parametrize(
    "text", ["{kind: Nothing, id: x}", "{kind: Actor, id: x, type: robot, state: active}", "{kind: Team", "- 1"]
)
def test_what_could_not_be_applied_says_so_and_can_still_be_withdrawn(charged, text):
    seen = shown(charged, text)
    assert "It could not be applied as things stand now: " in seen.text
    assert 'data-act="withdraw"' in seen.html


def test_a_body_that_is_no_request_is_told_as_malformed(charged):
    ident = proposed(lambda: charged.server.client.post("/v1/apply", {"files": 7}))
    assert "it is malformed" in look(charged, f"/console/approvals/{ident}", LOCAL).text


def test_of_other_acts_nothing_is_shown(charged):
    body = {"order": "activate", "actors": ["alice"], "reason": "It is mended"}
    ident = proposed(lambda: charged.server.client.post("/v1/orders", body))
    assert "What it would change" not in look(charged, f"/console/approvals/{ident}", LOCAL).text


def test_many_are_counted(charged):
    text = "\n---\n".join(f"{{kind: Team, id: team-{number}, name: T}}" for number in range(203))
    seen = shown(charged, text)
    assert seen.text.count("create") == 200
    assert "And 3 more." in seen.text
