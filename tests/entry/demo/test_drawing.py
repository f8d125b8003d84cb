import pytest

from nameplate.boot.simulation import Point
from nameplate.entry.demo.drawing import Axis, Cell, draw

SIZES = [(50, 15), (57, 17), (90, 31), (51, 7)]


def lines(drawing):
    marks = {**drawing.names, **drawing.walls} | {cell: "#" for cells, _ in drawing.doors.values() for cell in cells}
    columns, rows = range(drawing.scale.across.size), range(drawing.scale.down.size)
    return ["".join(marks.get(Cell(column, row), " ") for column in columns) for row in rows]


@pytest.mark.parametrize("size", SIZES)
def test_a_drawing_fills_the_size_that_it_is_given(floor, size):
    drawn = lines(draw(floor, *size))
    assert (max(map(len, drawn)), len(drawn)) == (size[0], max(size[1], 8))
    assert drawn[0][0] + drawn[0][-1] + drawn[-1][0] + drawn[-1][-1] == "┌┐└┘"


@pytest.mark.parametrize("size", SIZES)
def test_every_door_is_drawn(floor, size):
    drawing = draw(floor, *size)
    assert set(drawing.doors) == {door.id for door in floor.plan.doors}
    assert all(cells for cells, _ in drawing.doors.values())
    assert not drawing.doors["L1-main-entrance"][1]
    assert drawing.doors["L1-pharmacy-entrance"][1]


def test_rooms_carry_their_names(floor):
    drawn = "\n".join(lines(draw(floor, 90, 31)))
    for name in ("pharmacy", "sterile store", "corridor north", "corridor south", "charging bay"):
        assert name in drawn


def test_a_name_that_does_not_fit_is_cut_and_says_so(floor):
    assert "airlo." in "\n".join(lines(draw(floor, 50, 15)))


@pytest.mark.parametrize("size", SIZES[:3])
def test_no_robot_on_a_lane_in_a_corridor_is_drawn_into_a_wall(floor, size):
    drawing = draw(floor, *size)
    for stop in ("corridor_north", "corridor_south"):
        assert drawing.scale.cell(floor.graph.nodes[stop].at) not in drawing.walls


def test_what_lies_outside_goes_to_the_edge(floor):
    scale = draw(floor, 50, 15).scale
    assert scale.cell(Point(-100, 1000)) == Cell(0, 14)


def test_an_axis_leads_there_and_back():
    axis = Axis((0.0, 2.0, 10.0), (0, 4, 6))
    assert [axis.cell(metre) for metre in (0, 1, 2, 6, 10)] == [0, 2, 4, 5, 6]
    assert [axis.metre(cell) for cell in (0, 2, 4, 5, 6)] == [0, 1, 2, 6, 10]
