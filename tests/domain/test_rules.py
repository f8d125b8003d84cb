import pytest

from nameplate.domain.manifests.documents import from_document
from nameplate.domain.manifests.problems import Document, InvalidManifests
from nameplate.domain.registry import Registry
from nameplate.domain.rules import Reference, references
from nameplate.flows.apply import plan


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"kind": "Zone", "id": "z", "site": "s"}, [("site", "Site", "s")]),
        (
            {"kind": "Door", "id": "d", "joins": ["a", "b"]},
            [("site", "Site", "default"), ("joins[0]", "Zone", "a"), ("joins[1]", "Zone", "b")],
        ),
        ({"kind": "Actor", "id": "b", "type": "bot"}, [("site", "Site", "default")]),
        (
            {"kind": "Actor", "id": "b", "type": "bot", "owner": "o", "contract": "c"},
            [("site", "Site", "default"), ("owner", "Team", "o"), ("contract", "Contract", "c")],
        ),
        (
            {"kind": "Point", "id": "p", "type": "osdp", "channels": [{"door": "d", "to": "pty:/x"}]},
            [("site", "Site", "default"), ("channels[0].door", "Door", "d")],
        ),
        ({"kind": "Team", "id": "t"}, []),
        ({"kind": "Contract", "id": "c", "grants": [{"actions": ["a"], "resources": ["zone:z"]}]}, []),
    ],
)
def test_what_refers_to_what(document, named):
    assert list(references(from_document(document))) == [Reference(*each) for each in named]


def test_a_successor_refers_to_the_one_before():
    unit = {"manufacturer": "Acme", "model": "T3", "serial": "1"}
    heir = from_document({"kind": "Actor", "id": "b", "type": "robot", "unit": unit, "succeeds": "a"})
    assert Reference("succeeds", "Actor", "a") in list(references(heir))


PORT = {"reader": "r1", "to": "pty:/p", "key": "k"}
PLACES = [
    {"kind": "Zone", "id": "a"},
    {"kind": "Zone", "id": "b"},
    {"kind": "Door", "id": "d", "joins": ["a", "b"], "readers": [{"id": "r1", "side": "a"}]},
]


def bridge(kind, *ports):
    channel = {"door": "d", "to": "pty:/x"} | ({"panel": list(ports)} if ports else {})
    return {"kind": "Point", "id": "p", "type": kind, "channels": [channel]}


@pytest.mark.parametrize(
    ("documents", "field"),
    [
        ([bridge("osdp-panel")], "channels[0].panel"),
        ([bridge("osdp", PORT)], "channels[0].panel"),
        ([bridge("osdp-panel", PORT | {"reader": "r9"})], "channels[0].panel[0].reader"),
        ([{"kind": "CardPool", "id": each, "format": "wiegand-26", "to": 9} for each in "xy"], "from"),
    ],
)
def test_panels_and_pools_that_do_not_fit_are_refused(documents, field):
    asked = [Document.of(each) for each in (*PLACES, *documents)]
    with pytest.raises(InvalidManifests) as caught:
        plan(Registry(), asked, is_timezone=bool)
    assert {problem.where for problem in caught.value.problems} == {field}


def test_a_panel_that_fits_is_taken():
    asked = [Document.of(each) for each in (*PLACES, bridge("osdp-panel", PORT))]
    assert len(plan(Registry(), asked, is_timezone=bool).changes) == 4
