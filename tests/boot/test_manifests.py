import pytest

from nameplate.boot.manifests import read_manifests, write_manifest
from nameplate.domain.manifests.documents import from_document, to_document
from nameplate.domain.manifests.problems import InvalidManifests
from tests.flows.heart import CONTRACT, robot


@pytest.mark.parametrize("document", [CONTRACT, robot(), {"kind": "Zone", "id": "no"}])
def test_what_is_written_is_read_as_the_same(document):
    value = from_document(document)
    (read,) = read_manifests(write_manifest(to_document(value)), "x.yaml")
    assert from_document(read.mapping) == value


def test_what_cannot_be_read_names_its_file():
    with pytest.raises(InvalidManifests, match=r"broken\.yaml"):
        read_manifests("kind: [", "broken.yaml")
