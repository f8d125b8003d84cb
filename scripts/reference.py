"""Write the generated pages of `docs/reference` from the program itself: commands, settings, reasons.

`python scripts/reference.py` writes them; `tests/docs/test_reference.py` fails while they differ.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from nameplate.boot.settings import Settings
from nameplate.domain.verdicts import Reason
from nameplate.entry.cli.app import add_robot, app
from nameplate.entry.cli.output import Exit

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
GENERATED = "<!-- Written by scripts/reference.py: change the program, then run it again. -->\n"

COMMANDS = """\
Data goes to stdout, words for people to stderr. Every command takes `--json`: one document, or one a line for streams.
Those that talk to a server take `--data DIR` (or `NAMEPLATE_DATA`; `nameplate-data` if neither is given) and call the
control socket in it. No command takes a secret as an argument.
"""
SETTINGS = """\
The command line wins over the environment, which wins over `nameplate.toml` in the data directory. In the file a dot is
a table:

```toml
[journal]
checkpoint_seconds = 10

[log]
json_lines = true
```

Lists stand in the environment as JSON. `data`, `host` and `port` come from the command line or the environment only.
A change counts from the next start of `nameplate serve`.
"""
CODES = """\
Codes are stable: programs may rely on them. `reason` is the first of `reasons`; what follows is finer. The sentence for
one decision, with what would have allowed it: `nameplate decision explain ID`.
"""
CHECKS = """\
## Refusals by the rules

In the order of the checks: the first that fails refuses. From `window` on they belong to one grant. Where several
grants could match, the reason is the check at which the best of them failed, and `reasons` lists those of the others.
"""
EARLY = """\
## Refusals on the way to a decision

From `malformed` on they come from a reader, where nobody is identified yet: the record names an actor only where its
signature verified. An AuthZEN batch says `malformed` of an item that it cannot read, without a record.
"""
DOORS = """\
## Refusals at the door

An enforcement point has reasons of its own, after a decision or without one. They stand in the outcome `refusal_shown`,
and the robot is told.
"""

EXITS: Mapping[Exit, str] = {
    Exit.OK: "Done. A permit, for `access check` and `robot present`.",
    Exit.ERROR: "It could not be done; what is wrong and what to do next stands on stderr.",
    Exit.USAGE: "The command line is wrong. `robot` also ends so when the request itself is invalid.",
    Exit.NOT_FOUND: "What was named does not exist.",
    Exit.DENIED: "Refused: a denial, for `access check` and `robot present`; else an order that the rules forbid.",
    Exit.CONFLICT: "It collides with what is there: look, then try again. `rollout promote`: it is too early.",
    Exit.UNREACHABLE: "The server, or a part of it, does not answer.",
    Exit.CHECK_FAILED: "`journal verify`: altered, cut off, or nothing to tell by. `contract test`: not as expected. "
    "`doctor`: something fails.",
}

NOBODY = "Nothing in this version gives it."
REASONS: Mapping[Reason, tuple[str, str]] = {
    Reason.GRANTED: ("A grant of the contract allows it.", "-"),
    Reason.PUBLIC_ZONE: ("The zone beyond the door is public, and the actor stood at a reader.", "-"),
    Reason.WAY_OUT: (
        "The actor stood inside and leaves towards a zone granted to it, though another condition fails.",
        "-",
    ),
    Reason.OBSERVED: (
        "It would have been refused, for the reason that follows in the record, but the point only observes there.",
        "See `nameplate rollout report`.",
    ),
    Reason.WARNED: (
        "It would have been refused, for the reason that follows, but the point only warns there.",
        "Mend the contract or the request before the point enforces.",
    ),
    Reason.UNKNOWN_ACTOR: ("No actor of that name is declared.", "Correct the name, or declare the actor."),
    Reason.STATE: (
        "Not active (the state follows in `reasons`), or `past_retire_by`, or a stop overtook the permit.",
        "See `nameplate actor show`; activate it if it may act again.",
    ),
    Reason.CREDENTIAL: (
        "The key that signed was replaced by a newer one.",
        "Use the unit's new key. If nobody enrolled one, find out who did.",
    ),
    Reason.CUT_OFF: ("The key was bound at or before the last stop.", "Enrol the unit again: `nameplate actor enrol`."),
    Reason.CONTRACT_MISSING: (
        "The actor has no contract, or it is not declared.",
        "Name or declare the contract and apply.",
    ),
    Reason.CONTRACT_EXPIRED: ("The day `expires` of the contract has come.", "Renew the contract and apply."),
    Reason.LOCKDOWN: (
        "The zone is locked down (`zone` follows), or no grant holds at the site's threat level (`threat_LEVEL`).",
        "`nameplate zone list` and `nameplate site list` say since when and why; a person lifts it.",
    ),
    Reason.INTERLOCK: (
        "Another door of an interlock is open, in use or out of sight; it follows in `reasons`.",
        "Wait until that door has closed. If its reader is away, bring it back.",
    ),
    Reason.ANTI_PASSBACK: (
        "By its last passage the actor is inside already. After a permit in `reasons`: noted by soft anti-passback.",
        "`nameplate actor place` corrects where it is.",
    ),
    Reason.FIRE: (
        "A fire alarm releases a door of that site: robots may leave (into a public zone, or where they stand inside).",
        "Wait until the fire alarm is over. See [life safety](../life-safety.md).",
    ),
    Reason.NOT_IN_CONTRACT: ("No grant names that action on that resource.", "Add a grant, if it is meant."),
    Reason.WINDOW: ("Outside the hours of `during`.", "`nameplate decision explain` says when it opens next."),
    Reason.NETWORK: (
        "The address is outside `networks`, or unknown.",
        "Check the address, or that the caller sends `ip`.",
    ),
    Reason.ENVIRONMENT: (
        "The execution environment is not in `environments`, or unknown.",
        "Check where the actor runs, or that the caller sends `environment`.",
    ),
    Reason.TASK: ("The grant asks for a task, and none was named.", "Have the caller send `task`."),
    Reason.PAYLOAD: ("What is carried is not in `payloads`.", "Unload it, or add its class to the grant."),
    Reason.PRESENCE: (
        "The grant, or a public zone, asks for presence at a reader.",
        "Have the unit prove itself at the reader; grant `presence: remote` only where that is meant.",
    ),
    Reason.NEARNESS: ("Farther away than `near`, or the distance is unknown.", "Move closer, or send `distance_m`."),
    Reason.DUAL_CUSTODY: (
        "The grant takes two, and nobody else was at this reader in the time before. Who asked now waits.",
        "Have the second one present within that time.",
    ),
    Reason.ESCORT: (
        "The grant asks for an escort at this reader within the time before, and there was none.",
        "Have the escort show its badge, or go first.",
    ),
    Reason.RATE: ("The permits of `rate` are used up.", "Wait. If it should need so many, raise the rate."),
    Reason.WHERE: ("A line of `where` does not hold.", "`nameplate decision explain` names what was asked."),
    Reason.UNLESS: ("A line of `unless` holds.", "Wait until the circumstance is over."),
    Reason.RULE_FORBIDS: (
        "Rules forbid what the contract permits. Their names follow, and `rule_error` if one could not be evaluated.",
        "See `nameplate rule list`; correct a rule that errs.",
    ),
    Reason.APPROVAL_REQUIRED: (
        "The grant needs approval. In this version nobody can give it: such a grant never permits.",
        "Grant it without `approval`, or do it by hand.",
    ),
    Reason.STALE_SNAPSHOT: (
        "A bridge that governs the actor was not heard for its `lease`, or its word is over; its name follows.",
        "See `nameplate bridge status`, and mend the connection; or let the other side say anew what holds.",
    ),
    Reason.UNKNOWN_READER: (
        "The door has no reader of that name. Checked right after `cut_off`.",
        "Correct `reader`, or declare the reader with its side.",
    ),
    Reason.SIMULATED_EFFECT: (
        "A caller made with `--simulate` asked about a door or lift at a time of its own.",
        "Ask without `time`, or use a token without `--simulate`.",
    ),
    Reason.JOURNAL_UNAVAILABLE: (
        "The decision could not be recorded.",
        "See [operating](../howto/operate.md): mostly the disk is full.",
    ),
    Reason.MALFORMED: (
        "What came cannot be read, or does not open under the challenge of this reader.",
        "Compare with the [presence protocol](../protocols/presence.md); look at the reader's line.",
    ),
    Reason.NO_CHALLENGE: ("No challenge was open at this reader.", "Present again."),
    Reason.LATE: ("The answer came more than 5 seconds after the challenge.", "Present again; see why it is slow."),
    Reason.REPLAYED: ("This answer was seen before.", "Look at the reader and its line: somebody recorded it."),
    Reason.RELAYED: (
        "The answer was made for another place. A finding `relay` names both.",
        "Go to both readers: somebody carries messages between them.",
    ),
    Reason.UNKNOWN_KEY: ("No key of that handle is on record.", "Enrol the unit, or find out whose it is."),
    Reason.WRONG_KEY: ("The signature is not that of the key it names.", "Treat the unit as suspect."),
    Reason.CLONED_KEY: (
        "The key has answered from two bodies. A finding `cloned_key`; the actor is quarantined at once.",
        "Find both bodies. Activate the right one and enrol it with a new key.",
    ),
}

AT_THE_POINT: Mapping[str, str] = {
    "unavailable": "Nobody could decide: the deciding process is away. New presentations are denied.",
    "door_in_use": "Somebody else's grant stands at this door. Try again when the door has closed.",
    "expired": "The permit came too late to be used.",
    "stopped": "A stop of this actor arrived while the decision was under way.",
    "no_secure_channel": "The reader is not reached over its Secure Channel now.",
    "nameless": "A permit without an actor. It is never used; report it as a fault.",
    "strike_failed": "The reader did not acknowledge the strike in time. See the line and the lock.",
    "no_card": "Behind a panel: the unit has no card number. Declare a CardPool for its site and enrol it again.",
    "panel_offline": "The panel does not ask at this reader's port, or not over a Secure Channel with the port's key.",
    "panel_refused": "We permitted; the panel showed that it did not. See its card list and its own rules.",
    "panel_silent": "Told with a permit: the panel has the card and showed nothing. The door may be open.",
}


def commands_page() -> str:
    """All commands, with arguments, options and exit codes."""
    parts = [
        f"# Commands\n\n{GENERATED}",
        COMMANDS,
        _table(("exit code", "when"), [(f"{code.value}", EXITS[code]) for code in Exit]),
    ]
    add_robot()
    walked = _walk(typer.main.get_command(app), "nameplate")
    return "\n".join([*parts, *(_command(name, command) for name, command in walked)])


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "commands"):
        yield name, command
        return
    for child, inner in command.commands.items():
        if not inner.hidden:
            yield from _walk(inner, f"{name} {child}")


def _command(name: str, command: Any) -> str:
    rows = [_parameter(each) for each in command.params if not _is_usual(each)]
    usual = [f"`{each.opts[0]}`" for each in command.params if _is_usual(each)]
    usage = " ".join([name, *(each.name.upper() for each in command.params if not each.opts[0].startswith("-"))])
    parts = [f"## `{name}`\n", f"{command.help}\n", f"    {usage} [OPTIONS]\n" if rows else ""]
    parts += [_table(("argument", "meaning", "default"), rows) if rows else "", f"Also {', '.join(usual)}.\n"]
    return "\n".join(part for part in parts if part)


def _is_usual(parameter: Any) -> bool:
    """Whether it is one of the options that the head of the page explains."""
    return parameter.name == "as_json" or (parameter.name == "data" and parameter.default is None)


def _parameter(parameter: Any) -> tuple[str, str, str]:
    option, kind = parameter.opts[-1].startswith("-"), parameter.type_descriptor.annotation
    names = [*parameter.opts, *parameter.secondary_opts] if option else [parameter.name.upper()]
    value = "" if not option or kind is bool else f" {_placeholder(kind)}"
    shown = ", ".join(f"`{name}{value}`" for name in names)
    return shown, parameter.help, "required" if parameter.required else _default(parameter)


def _placeholder(kind: Any) -> str:
    if kind in {int, float}:
        return "NUMBER"
    return "PATH" if "Path" in str(kind) else "TEXT"


def _default(parameter: Any) -> str:
    if isinstance(parameter.default, bool):
        return "yes" if parameter.default else "no"
    return "-" if parameter.default in (None, "") else f"`{parameter.default}`"


def settings_page() -> str:
    """All settings with their environment variables."""
    schema = Settings.model_json_schema()
    rows = [
        (f"`{name}`", f"`NAMEPLATE_{name.upper().replace('.', '__')}`", _type(field), _set(field), field["description"])
        for name, field in _fields(schema, schema["$defs"])
    ]
    return "\n".join(
        [
            f"# Settings\n\n{GENERATED}",
            SETTINGS,
            _table(("setting", "environment variable", "type", "default", "meaning"), rows),
        ]
    )


def _fields(schema: Mapping[str, Any], definitions: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in schema["properties"].items():
        if "$ref" in field:
            yield from _fields(definitions[field["$ref"].rpartition("/")[2]], definitions, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def _type(field: Mapping[str, Any]) -> str:
    kind: Mapping[str, Any] = field.get("anyOf", [field])[0]
    if "pattern" in kind:
        return ", ".join(f"`{word}`" for word in kind["pattern"].strip("^()$").split("|"))
    name = "path" if kind.get("format") == "path" else _TYPES[kind["type"]]
    limits = [f"{word} {kind[key]}" for key, word in _LIMITS.items() if key in kind]
    return ", ".join([name, *limits])


_TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no", "array": "list"}
_LIMITS = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most"}


def _set(field: Mapping[str, Any]) -> str:
    return "-" if field.get("default") is None else f"`{json.dumps(field['default'])}`"


def reasons_page() -> str:
    """All reason codes in the order in which they are checked."""
    rows = [(f"`{reason}`", *REASONS[reason]) for reason in Reason]
    permits, checks, early = rows[:3], rows[3:-11], rows[-11:]
    head = ("reason", "meaning", "what to do next")
    return "\n".join(
        [
            f"# Reasons\n\n{GENERATED}",
            f"{CODES}\n## Permits\n\n{_table(head, permits)}",
            f"{CHECKS}\n{_table(head, checks)}",
            f"{EARLY}\n{_table(head, early)}",
            f"{DOORS}\n{_table(head[:2], [(f'`{code}`', text) for code, text in AT_THE_POINT.items()])}",
        ]
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


PAGES = {"commands.md": commands_page, "settings.md": settings_page, "reasons.md": reasons_page}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
