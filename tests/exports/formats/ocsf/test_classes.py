import pytest

from nameplate.domain.findings import Severity
from nameplate.exports.formats.ocsf.classes import ALL, OTHER, SESSION, SEVERITIES, EventClass, known, other
from tests.exports.formats.ocsf.samples import schema


@pytest.mark.parametrize("event_class", ALL, ids=lambda each: each.slug)
def test_names_and_activities_are_those_of_the_published_schema(event_class: EventClass) -> None:
    tables = schema().schema.schema
    published = tables["classes"][schema().schema.lookup_class_name_from_uid(event_class.uid)]
    captions = published["attributes"]["activity_id"]["enum"]
    assert published["caption"] == event_class.name
    assert {uid: captions[str(uid)]["caption"] for uid in event_class.activities} == event_class.activities
    assert captions[str(OTHER)]["caption"] == "Other"
    assert str(event_class.category_uid) in published["attributes"]["category_uid"]["enum"]


def test_severities_are_those_of_the_published_schema() -> None:
    captions = schema().schema.schema["dictionary"]["attributes"]["severity_id"]["enum"]
    assert set(SEVERITIES) == set(Severity)
    assert all(captions[str(uid)]["caption"] == name for uid, name in SEVERITIES.values())


def test_an_activity_that_the_schema_does_not_name_cannot_be_called_known() -> None:
    assert known(SESSION, 1).type_uid == 300301
    assert other(SESSION, "Simulate").type_uid == 300399
    with pytest.raises(KeyError):
        known(SESSION, 2)
