import pytest

from nameplate.domain.manifests.documents import from_document
from nameplate.domain.manifests.problems import InvalidManifests
from nameplate.domain.robot_classes import RobotClass

CLASS = {"kind": "RobotClass", "id": "beds", "models": ["T3"]}


def test_times_are_read_with_their_units():
    assert from_document(CLASS | {"strike": "8s", "pass": "25s"}) == RobotClass("beds", ("T3",), 8.0, 25.0)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"strike": "26s"}, "25.5s"),
        ({"strike": "0s"}, "25.5s"),
        ({"pass": "301s"}, "300s"),
        ({"pass": "0.5s"}, "300s"),
        ({"pass": 25}, "300s"),
        ({}, "says nothing"),
        ({"pass": "25s", "models": []}, "empty"),
    ],
)
def test_no_class_keeps_a_door_open_for_ever(fields, problem):
    with pytest.raises(InvalidManifests, match=problem):
        from_document(CLASS | fields)
