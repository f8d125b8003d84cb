import pytest

from tests.entry.world import run


@pytest.fixture(name="key")
def key_fixture(tmp_path):
    file = tmp_path / "key"
    file.write_text("00" * 16)
    return file


def test_a_simulated_panel_says_where_its_ports_are(key, tmp_path):
    feed = tmp_path / "feed.csv"
    told = run("panel", "simulate", "--port", "d/r1", "--key-file", key, "--feed", feed, "--for", "0.1", "--json")
    assert told.json["d/r1"].startswith("pty:")
    assert feed.read_text() == "time,door,reader,card,event\n"


def test_a_key_that_is_none_ends_with_1(key):
    key.write_text("00")
    assert run("panel", "simulate", "--port", "d/r1", "--key-file", key, "--for", "0.1").code == 1


def test_feeds_are_listed_with_what_is_wrong_with_them(world):
    world.apply("{kind: Zone, id: c1}\n---\n{kind: Zone, id: c2}\n---\n{kind: Door, id: cd, joins: [c1, c2]}")
    world.apply("{kind: Feed, id: cli-feed, to: 'csv:/no/such.csv', doors: {a: cd}}")
    listed = {each["id"]: each for each in world.run("panel", "feeds", "--json").json["items"]}
    assert listed["cli-feed"]["to"] == "csv:/no/such.csv"
    assert "cli-feed" in world.run("panel", "feeds").out
