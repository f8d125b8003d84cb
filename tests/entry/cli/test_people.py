"""`person ...`: from the first owner's link until they are signed out."""

import pytest

from nameplate.entry.login import keep
from tests.entry.owner import Owner
from tests.entry.world import run


@pytest.fixture(name="tokens", autouse=True)
def tokens_fixture(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMEPLATE_LOGIN", str(tmp_path / "login.json"))


@pytest.fixture(name="links", scope="module")
def links_fixture(file_world):
    """What `person link` says while there is no owner, as text and as JSON."""
    return file_world.run("person", "link"), file_world.run("person", "link", "--json")


@pytest.fixture(name="owner")
def owner_fixture(links, taken):
    """The first owner, signed in."""
    taken.sign_in()
    return taken


@pytest.fixture(name="taken", scope="module")
def taken_fixture(links, file_world):
    return Owner(file_world.server)


def test_a_link_for_the_first_owner_is_all_that_stands_on_stdout(links, file_world):
    text, document = links
    start = f"http://localhost:{file_world.server.port}/console/sign-in/first#"
    assert text.out.startswith(start)
    assert len(text.out.splitlines()) == 1
    assert text.err == "Whoever opens it first becomes the owner.\n"
    assert document.json["link"].startswith(start)
    assert document.json["link"] != text.out.strip()
    assert document.json.keys() == {"link", "expires_at"}


def test_there_is_no_link_once_somebody_is_in_charge(owner, file_world):
    told = file_world.run("person", "link")
    assert (told.code, told.out) == (5, "")
    assert "Whoever opens it" not in told.err


def test_people_are_listed_with_what_they_may(owner, file_world):
    head, row = file_world.run("person", "list").out.splitlines()
    assert head.split() == ["ID", "NAME", "ACTIVE", "ROLES", "PASSKEYS", "SESSIONS"]
    assert row.split()[:5] == ["p-local", "-", "yes", "owner", "1"]
    (item,) = file_world.run("person", "list", "--json").json["items"]
    assert (item["id"], item["roles"], item["sessions"] >= 1) == ("p-local", ["owner"], True)


def test_one_person_is_shown(owner, file_world):
    shown = file_world.run("person", "show", "p-local", "--json").json
    assert (shown["bridge"], shown["active"], len(shown["passkeys"])) == ("local", True, 1)
    lines = file_world.run("person", "show", "p-local").out.splitlines()
    assert {line.split()[0] for line in lines} == set(shown)
    assert owner.token not in "\n".join(lines)


@pytest.mark.parametrize("person", ["p-nobody", "p-local?x", "é", "%2e%2e"])
def test_who_is_unknown_is_neither_shown_nor_signed_out(owner, file_world, person):
    for words in (("show", person), ("session", "end", person, "--reason", "x")):
        told = file_world.run("person", *words)
        assert (told.code, told.out) == (3, ""), told
        assert "Traceback" not in told.err


@pytest.mark.parametrize("person", ["../actors", "p-local/sessions"])
def test_a_way_to_elsewhere_is_no_person(owner, file_world, person):
    """No route is meant by it, so that nothing happens without an approval."""
    for words in (("show", person), ("session", "end", person, "--reason", "x")):
        told = file_world.run("person", *words)
        assert (told.code, told.out) in {(3, ""), (4, "")}, told
    assert owner.post("/v1/me/passkeys/challenge").status == 200


def test_a_person_is_signed_out_everywhere_at_once_and_it_is_said_why(owner, file_world):
    owner.sign_in()
    told = file_world.run("person", "session", "end", "p-local", "--reason", "A lost laptop.", "--json").json
    assert told["ended"] >= 2
    assert owner.post("/v1/me/session/end").status == 401
    again = file_world.run("person", "session", "end", "p-local", "--reason", "A lost laptop.")
    assert again.out == "p-local: 0 sessions ended\n"
    assert "A lost laptop." in file_world.run("journal", "tail", "--no-follow", "--json").out


def test_nobody_is_signed_out_without_a_reason(owner, file_world):
    assert file_world.run("person", "session", "end", "p-local").code == 2
    assert owner.post("/v1/me/passkeys/challenge").status == 200


def test_over_the_network_it_is_for_those_who_are_signed_in(owner):
    words = [("list",), ("show", "p-local"), ("session", "end", "p-local", "--reason", "x")]
    for each in words:
        told = run("person", *each, "--server", owner.origin)
        assert (told.code, told.out) == (4, "")
        assert "nameplate login" in told.err
    keep(owner.origin, "nps_wrong")
    assert [run("person", *each, "--server", owner.origin).code for each in words] == [4, 4, 4]
    keep(owner.origin, owner.token)
    assert [run("person", *each, "--server", owner.origin).code for each in words] == [0, 0, 0]
    assert run("person", "list", "--server", owner.origin).code == 4, "it has signed itself out"
