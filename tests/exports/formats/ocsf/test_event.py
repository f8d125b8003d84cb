from nameplate.domain.findings import Severity
from nameplate.exports.formats.ocsf.classes import ENTITY, known
from nameplate.exports.formats.ocsf.event import SUCCESS, Draft, attributes


def test_numbers_and_their_names_go_together() -> None:
    draft = Draft(known(ENTITY, 12), Severity.MEDIUM, "a message", {"entity": {"uid": "x"}, **SUCCESS})
    assert attributes(draft) == {
        "class_uid": 3004,
        "class_name": "Entity Management",
        "category_uid": 3,
        "category_name": "Identity & Access Management",
        "activity_id": 12,
        "activity_name": "Suspend",
        "type_uid": 300412,
        "type_name": "Entity Management: Suspend",
        "severity_id": 3,
        "severity": "Medium",
        "message": "a message",
        "entity": {"uid": "x"},
        "status_id": 1,
        "status": "Success",
    }
