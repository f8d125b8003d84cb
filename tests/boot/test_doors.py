"""Doors without steel, as the demonstration gets them."""

from nameplate.boot.doors import SimulatedDoor


def test_a_simulated_door_has_a_line_and_a_place_to_stand_at_each_reader(tmp_path):
    with SimulatedDoor(bytes(16), tmp_path, name="entrance") as door:
        assert door.path.startswith("/dev/")
        assert [path.name for path in door.air] == ["entrance-0.sock", "entrance-1.sock"]
        assert all(path.is_socket() for path in door.air)
