import json

import pytest
from typer.testing import CliRunner

from nameplate.domain.presence import Place
from nameplate.entry.robot.cli import app

HERE = Place("clinic", "entrance", "r1")


def run(*words: object, stdin: str = ""):
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin)


def present(site, state, reader_id="r1"):
    words = ("--site", "clinic", "--door", "entrance", "--reader-id", reader_id, "--json")
    return run("present", "--state", state, "--reader", site.path("entrance-r1"), *words)


def test_present_says_permit_and_ends_with_0(site):
    with site.reader(HERE):
        result = present(site, site.state)
    assert (json.loads(result.stdout), result.exit_code) == ({"decision": "permit", "reason": "granted"}, 0)


def test_present_says_deny_and_ends_with_4(site, tmp_path):
    site.forget(site.enrolled(tmp_path / "stranger"))
    with site.reader(HERE):
        result = present(site, tmp_path / "stranger")
    assert (json.loads(result.stdout), result.exit_code) == ({"decision": "deny", "reason": "unknown_key"}, 4)


def test_a_relayed_challenge_ends_with_4(site):
    with site.reader(HERE):
        result = present(site, site.state, reader_id="r2")
    assert (json.loads(result.stdout)["error"], result.exit_code) == ("relayed", 4)


def test_a_reader_that_is_not_there_ends_with_6(site):
    result = present(site, site.state)
    assert (json.loads(result.stdout)["error"], result.exit_code) == ("line_lost", 6)


@pytest.mark.parametrize("timeout", ["0", "-1", "61", "nan"])
def test_an_odd_timeout_is_a_usage_error(site, timeout):
    words = ("--site", "clinic", "--door", "entrance", "--reader-id", "r1", "--timeout", timeout)
    assert run("present", "--state", site.state, "--reader", site.path("x"), *words).exit_code == 2


def test_show_says_who_the_unit_is(site):
    result = run("show", "--state", site.state, "--json")
    assert (json.loads(result.stdout), result.exit_code) == (site.robot.identity._asdict(), 0)
    words = run("show", "--state", site.state)
    assert words.stdout.startswith("amr-17 at clinic")


def test_show_without_a_unit_ends_with_3_and_words_for_people(tmp_path):
    result = run("show", "--state", tmp_path)
    assert (result.stdout, result.exit_code) == ("", 3)
    assert "Enrol this unit first." in result.stderr


def test_show_of_an_exposed_key_ends_with_4_and_shows_nothing_of_it(site):
    (site.state / "key.pem").chmod(0o644)
    result = run("show", "--state", site.state, "--json")
    assert (json.loads(result.stdout)["error"], result.exit_code) == ("exposed", 4)
    assert "PRIVATE" not in result.output


def enrol(state, source, stdin=""):
    # Nothing listens at port 9 of this machine, and a code in the clear goes nowhere else.
    words = ("--server", "http://127.0.0.1:9", "--state", state, "--serial", "T3-00417", "--json")
    return run("enrol", "--code-file", source, *words, stdin=stdin)


@pytest.mark.parametrize("by", ["file", "stdin"])
def test_enrol_reads_the_code_and_asks_the_server(tmp_path, by):
    (tmp_path / "code").write_text("A" * 26 + "\n")
    result = enrol(tmp_path / "state", "-" if by == "stdin" else tmp_path / "code", "A" * 26)
    assert (json.loads(result.stdout)["error"], result.exit_code) == ("unreachable", 6)
    assert "A" * 26 not in result.output


def test_enrol_without_a_code_file_ends_with_3(tmp_path):
    assert enrol(tmp_path / "state", tmp_path / "absent").exit_code == 3


def test_enrol_with_an_unreadable_code_ends_with_2(tmp_path):
    (tmp_path / "code").write_bytes(b"\xff\xfe")
    for source in (tmp_path / "code", tmp_path):
        assert enrol(tmp_path / "state", source).exit_code == 2


def test_enrol_takes_no_code_as_an_argument(tmp_path):
    words = ("--server", "http://127.0.0.1:9", "--state", tmp_path, "--serial", "x", "--code", "A" * 26)
    assert run("enrol", *words).exit_code == 2
