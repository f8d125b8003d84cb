"""Card numbers from the pool to the list for the panel, and who does not get to see them."""

import pytest

from nameplate.domain.errors import Conflict
from nameplate.entry.robot import Robot

POOL = "{kind: CardPool, id: few, format: wiegand-26, facility: 12, from: 1001, to: 1002}"


@pytest.fixture(scope="module", name="enrolled")
def enrolled_fixture(world, tmp_path_factory):
    """Enrols a unit and returns its actor."""
    folder = tmp_path_factory.mktemp("robots")

    def enrol(ident):
        code = world.run("actor", "enrol", ident, "--json").json["code"]
        state = folder / f"{ident}-{len(list(folder.iterdir()))}"
        Robot.enrol(f"http://127.0.0.1:{world.server.port}", code, state, f"C-{ident}")
        return ident

    return enrol


def declared(world, ident):
    world.actor(ident, unit={"manufacturer": "Acme", "model": "C", "serial": f"C-{ident}"})
    return ident


def cards(world):
    return {each["actor"]: each for each in world.run("card", "list", "--json").json["items"]}


def shown(world, ident):
    return world.server.client.get(f"/v1/actors/{ident}")["card"]


def test_a_unit_gets_its_number_once_keeps_it_and_takes_it_along(world, enrolled):
    early = enrolled(declared(world, "card-early"))
    world.apply(POOL)
    first, second = (enrolled(declared(world, name)) for name in ("card-1", "card-2"))
    assert (shown(world, early), shown(world, first)) == (None, "wiegand-26:12:1001")
    assert shown(world, second) == "wiegand-26:12:1002"
    world.run("actor", "suspend", first, "--reason", "test")
    world.run("actor", "activate", first, "--reason", "test")
    assert shown(world, enrolled(first)) == "wiegand-26:12:1001"
    with pytest.raises(Conflict) as caught:
        enrolled(early)
    assert caught.value.code in ("card_pool_exhausted", "enrolment")
    world.run("actor", "retire", first, "--reason", "scrapped")
    assert shown(world, first) is None
    assert cards(world)[first]["withdrawn"] is True
    with pytest.raises(Conflict):
        enrolled(early)
    world.apply(POOL.replace("1002", "1003"))
    assert shown(world, enrolled(early)) == "wiegand-26:12:1003"


def test_the_list_can_be_loaded_into_a_panel(world):
    told = world.run("card", "list", "--csv").out.splitlines()
    assert told[0] == "format,facility,number,bits,data,actor,unit,state,withdrawn"
    assert "wiegand-26,12,1002,26,0601f500,card-2,Acme/C/C-card-2,active,False" in told
    pages = [world.server.client.get(f"/v1/cards?limit=1&after={after}") for after in ("", "wiegand-26:12:1001")]
    assert [page["items"][0]["number"] for page in pages] == [1001, 1002]
    assert "card-2" in world.run("card", "list").out


def test_pools_that_share_a_number_are_refused(world):
    told = world.run("apply", "-f", "-", stdin=POOL.replace("few", "twin"))
    assert told.code == 1
    assert "overlap" in told.err
