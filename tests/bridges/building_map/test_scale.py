import math

import pytest

from nameplate.bridges.building_map.scale import TOLERANCE, Marks, scales

CORNERS = {"a": (0.0, 0.0), "b": (100.0, 0.0), "c": (0.0, 50.0)}


def marks(*measures: tuple[float, float], fiducials: dict[str, tuple[float, float]] | None = None) -> Marks:
    return Marks(measures, fiducials or {})


def test_the_median_of_the_measurements_is_the_scale() -> None:
    found, problems = scales({"L1": marks((5, 100), (5.1, 100), (5.2, 100))})
    assert found == {"L1": 0.051}
    assert problems == []


def test_measurements_within_the_tolerance_agree() -> None:
    found, _ = scales({"L1": marks((5, 100), (5, 100), (5 * (1 + TOLERANCE * 0.99), 100))})
    assert found == {"L1": 0.05}


@pytest.mark.parametrize(
    ("measures", "what"),
    [
        ([(5, 100), (5, 100), (5.3, 100)], "disagree"),
        ([(5, 100), (500, 100)], "disagree"),
        ([(0, 100)], "not positive"),
        ([(-5, 100)], "not positive"),
        ([(5, 0)], "has no length"),
        ([], "no measurement"),
    ],
)
def test_a_scale_that_cannot_be_trusted_is_reported_and_not_guessed(
    measures: list[tuple[float, float]], what: str
) -> None:
    found, (problem,) = scales({"L1": marks(*measures)})
    assert found == {}
    assert (problem.severity, problem.level) == ("error", "L1")
    assert what in problem.what
    assert "--scale" in problem.remedy


def test_a_level_without_measurements_takes_its_scale_through_shared_fiducials() -> None:
    half = {name: (x / 2 + 7, y / 2) for name, (x, y) in CORNERS.items()}
    found, problems = scales({"L1": marks((5, 100), fiducials=CORNERS), "L2": marks(fiducials=half)})
    assert math.isclose(found["L2"], 0.1)
    assert problems == []


def test_fiducials_that_name_nothing_in_common_give_no_scale() -> None:
    other = {name * 2: at for name, at in CORNERS.items()}
    found, (problem,) = scales({"L1": marks((5, 100), fiducials=CORNERS), "L2": marks(fiducials=other)})
    assert "L2" not in found
    assert problem.level == "L2"


def test_contradictory_measurements_are_not_replaced_by_fiducials() -> None:
    found, (problem,) = scales(
        {"L1": marks((5, 100), fiducials=CORNERS), "L2": marks((5, 100), (9, 100), fiducials=CORNERS)}
    )
    assert "L2" not in found
    assert problem.level == "L2"
