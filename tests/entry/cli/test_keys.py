import pytest

from nameplate.entry.cli.keys import without_line_end


def test_a_credential_is_put_from_stdin_listed_and_removed(world):
    told = world.run("key", "put", "cli/token", "--json", stdin="s3cret-of-the-cli\n")
    assert (told.code, told.json) == (0, {"name": "cli/token", "stored": True})
    listed = world.run("key", "list")
    assert "cli/token" in listed.out.split()
    assert "s3cret" not in listed.out + world.run("key", "list", "--json").out
    assert world.run("key", "remove", "cli/token").code == 0
    assert world.run("key", "remove", "cli/token").code == 3


@pytest.mark.parametrize(
    ("given", "value"), [(b"abc\n", b"abc"), (b"abc\r\n", b"abc"), (b"a\n\n", b"a\n"), (b"\xff\n", b"\xff\n")]
)
def test_one_line_end_is_no_part_of_a_text_and_bytes_stay_as_they_are(given, value):
    assert without_line_end(given) == value


def test_nothing_and_too_much_are_refused(world, tmp_path):
    assert world.run("key", "put", "cli-empty").code == 1
    assert world.run("key", "put", "cli-huge", stdin="x" * 70_000).code == 1
    assert world.run("key", "put", "../cli", stdin="x").code == 1
    assert world.run("key", "put", "cli-file", "--file", tmp_path / "missing").code == 1
    assert not {"cli-empty", "cli-huge", "cli-file"} & set(world.run("key", "list").out.split())
