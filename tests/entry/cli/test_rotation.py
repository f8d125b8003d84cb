"""What the commands say. What they do: `tests/entry/decide/test_rotations.py` and `tests/journeys/test_rotation.py`."""

from nameplate.entry.cli.rotation import app


def test_the_new_key_is_told_to_people_and_programs(world):
    told = world.run("key", "rotate", "node", "--reason", "Every year")
    assert told.code == 0
    vkey = (world.server.data / "journal" / "node.vkey").read_text()
    assert told.out.startswith("The journal is signed by ")
    answer = world.run("key", "rotate", "node", "--reason", "Every year", "--json").json
    assert answer["former"] in told.out
    assert (world.server.data / "journal" / "node.vkey").read_text() != vkey


def test_what_is_not_there_is_said_in_words_with_an_exit_code(world):
    for words in (("point", "no-such"), ("transport", "no-such")):
        told = world.run("key", "rotate", *words, "--reason", "x")
        assert (told.code, "There is no" in told.err) == (3, True)


def test_nothing_is_done_without_a_reason(world):
    for command in app.registered_commands:
        assert command.callback is not None
        assert world.run("key", "rotate", command.callback.__name__, "x").code == 2
