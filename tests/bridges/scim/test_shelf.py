from typing import Any

from nameplate.bridges.scim.schemas import ACTOR, provider
from nameplate.bridges.scim.shelf import Change, Shelf, version_of
from tests.bridges.scim.house import device, user


def test_there_and_back_with_what_is_never_kept_left_out():
    shelf = Shelf(provider(), "entra", lambda: 1_700_000_000_000_000)
    ada = shelf.model("User").model_validate(user("ada", password="secret", externalId="x1", groups=[{"value": "g"}]))
    entry = shelf.entry(Change("User", None, ada), "id1")
    assert (entry.key, entry.version, set(entry.body)) == ("x1", 1, {"schemas", "userName", "active", "externalId"})
    back: Any = shelf.resource(entry)
    assert (back.id, back.user_name, back.meta.version, back.meta.resource_type) == (
        "id1",
        "ada",
        version_of(entry),
        "User",
    )
    back.active = False
    later = shelf.entry(Change("User", entry, back), "")
    assert (later.id, later.version, later.body["active"]) == ("id1", 2, False)
    assert version_of(later) != version_of(entry)


def test_what_is_only_computed_is_not_kept():
    shelf = Shelf(provider(), "entra", lambda: 1)
    made = shelf.model("Device").model_validate(device("amr-1", owner="ops", state="active", actor="x"))
    assert shelf.entry(Change("Device", None, made), "d").body[ACTOR] == {"owner": "ops"}
