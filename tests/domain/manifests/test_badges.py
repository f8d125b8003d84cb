import pytest

from nameplate.domain.badges import Badge
from nameplate.domain.manifests.documents import from_document
from nameplate.domain.manifests.problems import InvalidManifests


def test_a_badge_is_for_nothing_unless_it_says_so():
    assert from_document({"kind": "Badge", "id": "b1", "holder": "guards"}) == Badge("b1", "guards")


@pytest.mark.parametrize("field", ["number", "number_hash", "escorts"])
def test_no_number_stands_in_a_manifest(field):
    with pytest.raises(InvalidManifests, match="no such field"):
        from_document({"kind": "Badge", "id": "b1", "holder": "guards", field: "26:8a13c040"})


def test_a_badge_that_nobody_holds_is_refused():
    with pytest.raises(InvalidManifests, match="missing"):
        from_document({"kind": "Badge", "id": "b1"})
