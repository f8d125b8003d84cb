"""All commands. Each module imports what it needs only when its command runs: the command line must answer at once."""

import sys
from collections.abc import Callable
from functools import cache

import typer
from typer.main import get_command

from nameplate.domain.errors import NameplateError

from . import (
    access,
    actors,
    alarms,
    backup,
    badges,
    bench,
    bridges,
    buildings,
    cards,
    contracts,
    demo,
    doctor,
    fleets,
    journal,
    keys,
    login,
    manifests,
    panels,
    people,
    plans,
    points,
    proposals,
    rollout,
    rotation,
    rules,
    server,
    simulate,
    sinks,
    tls,
    zones,
)
from .output import Exit, fail, say

app = typer.Typer(
    name="nameplate",
    help="Identity and access control for robots, bots, agents and machines.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for commands in (server, login, manifests, backup, doctor, demo, plans):
    commands.add_to(app)
app.add_typer(access.check_app, name="access", help="Ask whether an actor may do something.")
app.add_typer(access.decision_app, name="decision", help="Look at decisions that were made.")
app.add_typer(actors.app, name="actor", help="Actors and their lives.")
app.add_typer(cards.app, name="card", help="Card numbers, by which existing panels know units.")
app.add_typer(alarms.app, name="alarm", help="What somebody has to look at.")
app.add_typer(badges.app, name="badge", help="Badges of people at our readers.")
zones.site_app.command("plan")(plans.give)
app.add_typer(zones.site_app, name="site", help="Sites, their threat levels and plans.")
app.add_typer(zones.app, name="zone", help="Zones, and who may enter them now.")
app.add_typer(rules.app, name="rule", help="What is forbidden beyond contracts.")
app.add_typer(panels.app, name="panel", help="Existing access panels.")
app.add_typer(points.app, name="point", help="Enforcement points.")
app.add_typer(bridges.app, name="bridge", help="The identity systems that the company has.")
app.add_typer(people.app, name="person", help="People who administer.")
app.add_typer(proposals.app, name="proposal", help="What waits until people approve it.")
app.add_typer(sinks.app, name="sink", help="Where events go.")
keys.app.add_typer(rotation.app, name="rotate", help="A new key in the place of one of our own.")
app.add_typer(keys.app, name="key", help="Credentials of other systems in the key store, and our own keys.")
app.add_typer(contracts.app, name="contract", help="Try contracts out before they are in force.")
app.add_typer(rollout.app, name="rollout", help="From observing to enforcing, step by step.")
app.add_typer(tls.app, name="tls", help="The certificate of the public listener.")
app.add_typer(journal.app, name="journal", help="The record.")
buildings.app.command("fleet")(fleets.fleet)
app.add_typer(buildings.app, name="import", help="Bring in what other systems know.")
app.add_typer(simulate.app, name="simulate", help="Doors and panels without steel, to try things on a bench.")
app.add_typer(bench.app, name="bench", help="Measure, beside this machine's own floors.")


def add_robot() -> None:
    """The commands that run on a robot. They bring cryptography along, which the others need not wait for."""
    from nameplate.entry.robot.cli import app as robot

    if all(group.name != "robot" for group in app.registered_groups):
        app.add_typer(robot, name="robot")


@cache
def _tree(*, robot: bool) -> Callable[[], None]:
    """All commands, put together once: whoever calls `main` again and again, as tests do, need not wait for it."""
    if robot:
        add_robot()
    return get_command(app)


def main() -> None:
    """Entry point of the `nameplate` command."""
    as_json = "--json" in sys.argv
    try:
        _tree(robot=sys.argv[1:2] in ([], ["robot"], ["--help"]))()
    except NameplateError as error:
        try:
            fail(error, as_json=as_json)
        except typer.Exit as done:
            sys.exit(done.exit_code)
    except BrokenPipeError:
        sys.exit(Exit.ERROR)
    except OSError as error:
        say(f"nameplate: {error.filename}: {error.strerror}.")
        sys.exit(Exit.ERROR)
