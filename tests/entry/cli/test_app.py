"""What all commands have in common: --json, exit codes, a quick start."""

import os
import subprocess
import sys

import pytest
import typer.main

from nameplate.entry.cli.app import app
from tests.entry.world import run

HEAVY = (
    "fastapi",
    "uvicorn",
    "sqlalchemy",
    "cryptography",
    "osdp",
    "asyncio",
    "nameplate.boot",
    "nameplate.domain.index",
)


def commands(group, *words):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *words, name)
        else:
            yield (*words, name), command


ALL = dict(commands(typer.main.get_command(app)))


def test_there_are_the_commands_that_other_programs_rely_on():
    promised = """access check, decision explain, apply, diff, export, serve, demo, point token, journal verify,
        journal export, journal tail, journal prove, actor list, actor show, actor activate, actor suspend,
        actor repair, actor transfer, actor quarantine, actor retire, actor stop, bench decisions, bench http,
        bench journal, bench stop, bench door"""
    assert {tuple(words.split()) for words in promised.split(",")} - ALL.keys() == set()


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_takes_json_and_explains_itself(words):
    options = {option for parameter in ALL[words].params for option in parameter.opts}
    assert "--json" in options
    assert ALL[words].help
    told = run(*words, "--help")
    assert (told.code, told.err) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("actor", "nonsense"),
        ("actor", "show"),
        ("actor", "list", "--nonsense"),
        ("actor", "suspend", "alice"),
        ("actor", "list", "--limit", "0"),
        ("actor", "list", "--where", "x"),
        ("actor", "stop", "--where", "model=T3", "--as", "asleep", "--reason", "x"),
        ("actor", "stop", "--where", "colour=red", "--as", "suspended", "--reason", "x"),
        ("access", "check", "--actor", "a", "--action", "b", "--resource", "c:d", "--context", "{"),
        ("access", "check", "--actor", "a", "--action", "b", "--resource", "c:d", "--context", "[1]"),
        ("journal", "export"),
        ("apply",),
    ],
)
def test_a_command_that_cannot_be_understood_ends_with_2(words):
    told = run(*words)
    assert (told.code, told.out) == (2, "")
    assert told.err


@pytest.mark.parametrize(
    "words",
    [
        ("actor", "list"),
        ("actor", "show", "x"),
        ("actor", "retire", "x", "--reason", "x"),
        ("point", "list"),
        ("point", "token", "x"),
        ("sink", "list"),
        ("export",),
        ("decision", "explain", "x-1"),
        ("access", "check", "--actor", "a", "--action", "b", "--resource", "c:d"),
    ],
)
def test_without_a_server_a_command_ends_with_6_and_says_how_to_start_one(tmp_path, words):
    told = run(*words, "--data", tmp_path)
    assert (told.code, told.out) == (6, "")
    assert "nameplate serve" in told.err
    assert run(*words, "--data", tmp_path, "--json").json["error"] == "unreachable"


def test_a_file_that_cannot_be_written_ends_with_1_and_its_name(world, tmp_path):
    told = world.run("journal", "export", "--out", tmp_path / "no" / "where.ndjson")
    assert told.code == 1
    assert "where.ndjson" in told.err
    assert "Traceback" not in told.err


def test_a_command_loads_nothing_that_it_does_not_need(tmp_path):
    """The shell waits for it: no server, no database, no cryptography, only to ask a socket."""
    code = (
        "import sys; from nameplate.entry.cli import main\n"
        f"sys.argv = ['nameplate', 'actor', 'list', '--data', {str(tmp_path)!r}]\n"
        "try: main()\nexcept SystemExit: print(*sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert [name for name in told.stdout.split() if name.startswith(HEAVY)] == []


def test_the_installed_command_is_this_one(world):
    environment = {**os.environ, "NAMEPLATE_DATA": str(world.server.data)}
    command = [sys.executable, "-m", "nameplate", "actor", "list", "--json"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=environment)
    assert '"alice"' in told.stdout


def test_a_reader_that_goes_away_is_no_traceback(world):
    shell = f'"{sys.executable}" -m nameplate journal tail --no-follow -n 1000 --data "{world.server.data}" | head -n 1'
    told = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True, timeout=60)
    assert "Traceback" not in told.stderr


def test_the_robot_commands_are_there_when_they_are_asked_for():
    told = run("robot", "--help")
    assert (told.code, "enrol" in told.out) == (0, True)
