import pytest

from nameplate.domain.manifests.documents import from_document
from nameplate.domain.rules import Reference, references


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
