"""Journal records as we write them, for property tests: any order, few ids, so that they meet."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from nameplate.domain.lifecycle import TRANSITIONS

Record = dict[str, Any]

START = datetime(2026, 1, 1, tzinfo=UTC)
ACTORS = ["amr-1", "amr-2", "bot"]
actors = st.sampled_from([*ACTORS, "stranger"])
numbers = st.integers(0, 3)


def at(minute: int) -> str:
    return (START + timedelta(minutes=minute)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def unit(number: int) -> dict[str, str]:
    return {"manufacturer": "Acme", "model": "T3", "serial": f"T3-{number}"}


def put(doc: Record, **more: object) -> Record:
    return {"op": "put", "doc": doc} | more


def actor(ident: str, **fields: object) -> Record:
    kind = {"type": "bot"} if ident == "bot" else {"type": "robot", "unit": unit(len(ident))}
    return {"kind": "Actor", "id": ident, "site": "default"} | kind | fields


door = {"kind": "Door", "id": "d", "site": "default", "joins": ["hall", "ward"]}
puts = st.one_of(
    st.builds(lambda ident: put(actor(ident)), st.sampled_from(ACTORS)),
    st.builds(lambda ident: put(actor(ident, owner="o", purpose="p", state="active")), st.sampled_from(ACTORS)),
    st.builds(lambda revision: put({"kind": "Contract", "id": "c"}, revision=revision), st.integers(1, 9)),
    st.builds(
        lambda ident, public: put({"kind": "Zone", "id": ident, "public": public}),
        st.sampled_from(["hall", "ward"]),
        st.booleans(),
    ),
    st.just(put(door)),
    st.sampled_from([{}, {"fire_input": 3}]).map(
        lambda more: put(
            {"kind": "Point", "id": "p", "type": "osdp", "channels": [{"door": "d", "to": "pty:/x"} | more]}
        )
    ),
    st.builds(lambda ident: put({"kind": "Badge", "id": ident, "holder": "t"}), st.sampled_from(["b1", "b2"])),
)
deletes = st.sampled_from(
    [
        ("Contract", "c"),
        ("Zone", "hall"),
        ("Door", "d"),
        ("Actor", "amr-1"),
        ("Site", "never"),
        ("Badge", "b1"),
        ("Point", "p"),
    ]
).map(lambda named: {"op": "delete", "kind": named[0], "id": named[1]})
declared = st.lists(puts | deletes, min_size=1, max_size=4).map(
    lambda changes: {"kind": "declared", "by": "uid:0", "changes": changes}
)


def order(name: str, idents: list[str], minute: int) -> Record:
    transition = TRANSITIONS[name]
    cut_off = {"cut_off": at(minute), "stop": "s1"} if transition.stop else {}
    entries = [{"id": ident, "from": "staged"} for ident in idents]
    return {
        "kind": "state",
        "order": name,
        "to": str(transition.target),
        "actors": entries,
        "by": "uid:0",
        "reason": "r",
    } | cut_off


orders = st.builds(
    order, st.sampled_from(list(TRANSITIONS)), st.lists(actors, min_size=1, max_size=2, unique=True), st.integers(0, 60)
)


def key(ident: str, number: int, card: int = 0) -> Record:
    given = {"pool": "p", "format": "wiegand-26", "facility": 7, "number": card}
    return ({"card": given} if card else {}) | {
        "kind": "key_bound",
        "actor": ident,
        "handle": f"{ident}-{number}",
        "public": f"02{number:064x}",
        "unit": "Acme/T3/T3-1",
    }


def decision(ident: str, number: int, counter: int | None, *, simulated: bool = False) -> Record:
    named = {} if counter is None else {"key": f"{ident}-{number}", "counter": counter}
    said = {"simulated": True} if simulated else {}
    return (
        {"kind": "decision", "decision": "permit", "actor": ident, "resource": "door:d", "action": "enter"}
        | named
        | said
    )


def passage(ident: str, zones: tuple[str, str], minute: int) -> Record:
    told = {"door": "d", "actor": ident, "from_zone": zones[0], "to_zone": zones[1], "point_at": at(minute)}
    return {"kind": "outcome", "point": "p", "happening": "passage", "detail": {}} | told


others = st.one_of(
    st.builds(key, actors, numbers, st.integers(0, 3)),
    st.builds(decision, actors, numbers, st.none() | st.integers(0, 9), simulated=st.booleans()),
    st.builds(
        passage,
        actors,
        st.sampled_from([("hall", "ward"), ("ward", "hall"), ("hall", "moon"), ("hall", "hall")]),
        st.integers(0, 99),
    ),
    st.builds(
        lambda name, n: {"kind": "caller", "name": name, "token_hash": f"{n:064x}", "simulate": n > 1},
        st.sampled_from(["p", "q"]),
        numbers,
    ),
    st.builds(
        lambda happening: {"kind": "outcome", "point": "p", "happening": happening, "door": "d"},
        st.sampled_from(["tamper", "door_opened"]),
    ),
    st.sampled_from(
        [
            {"kind": "restored", "former": "n", "node": "m"},
            {"kind": "started", "node": "n"},
            {"kind": "receipt", "stop": "s1"},
            {"kind": "of the future", "x": 1},
        ]
    ),
)
badges = st.sampled_from(["b1", "b2", "b3"])
numbers_of_badges = st.builds(
    lambda badge, n: {"kind": "badge_bound", "badge": badge, "number_hash": f"{n:064x}", "by": "uid:0"}, badges, numbers
) | st.builds(lambda badge: {"kind": "badge_withdrawn", "badge": badge, "by": "uid:0", "reason": "r"}, badges)
successions = st.builds(
    lambda ident, former: {"kind": "succession_approved", "actor": ident, "succeeds": former, "by": "uid:0"},
    actors,
    actors,
)
alarms = (
    st.builds(
        lambda n, name: {
            "kind": "alarm",
            "alarm": f"a{n}",
            "state": "raised",
            "name": name,
            "severity": "high",
            "door": "d",
        },
        numbers,
        st.sampled_from(["tamper", "relay"]),
    )
    | st.builds(
        lambda n, state: {"kind": "alarm", "alarm": f"a{n}", "state": state, "by": "uid:0", "reason": "r"},
        numbers,
        st.sampled_from(["acknowledged", "cleared"]),
    )
    | st.sampled_from(["tamper", "tamper_cleared", "fire", "fire_cleared"]).map(
        lambda happening: {"kind": "outcome", "point": "p", "happening": happening, "door": "d"}
    )
)
offers = st.builds(
    lambda ident, minute: {"kind": "enrolment_offered", "actor": ident, "expires_at": at(minute), "by": "uid:0"},
    actors,
    st.integers(0, 99),
)


upstreams = st.builds(
    lambda bridge, ident, status, version, minute: {
        "kind": "upstream",
        "bridge": bridge,
        "key": f"k-{ident}",
        "actor": ident,
        "status": status,
        "version": version,
        "cut_off": at(minute),
    },
    st.sampled_from(["iam", "ldap"]),
    actors,
    st.sampled_from(["active", "disabled", "retired"]),
    numbers,
    st.integers(0, 60),
)
orders_of_bridges = st.builds(
    lambda name, ident: order(name, [ident], 5) | {"by": "bridge:iam"}, st.sampled_from(["suspend", "activate"]), actors
)
persons = st.builds(
    lambda n, active, groups: {
        "kind": "person",
        "person": f"p-{n}",
        "bridge": "iam",
        "active": active,
        "manager": f"p-{n + 1}",
        "addresses": [f"{n:032x}"],
        "groups": groups,
    },
    numbers,
    st.booleans(),
    st.lists(st.sampled_from(["admins", "ops"]), unique=True),
)
sessions = st.builds(
    lambda kind, n, minute: (
        {"kind": kind, "session": f"{n:064x}", "person": f"p-{n}"}
        | ({"client": "console", "until": at(minute)} if kind == "session_started" else {})
    ),
    st.sampled_from(["session_started", "session_proved", "session_ended"]),
    numbers,
    st.integers(0, 60),
)
passkeys = st.builds(
    lambda kind, n: {"kind": kind, "passkey": f"k{n}", "person": f"p-{n}", "public": "aa", "counter": n},
    st.sampled_from(["passkey_bound", "passkey_used", "passkey_removed"]),
    numbers,
)
tokens = st.builds(lambda n: {"kind": "bridge_token", "bridge": "iam", "token_hash": f"{n:064x}"}, numbers)
handovers = st.builds(
    lambda ident, state, n: (
        {"kind": "sponsorship", "actor": ident, "state": state}
        | ({"former": f"p-{n}", "successor": f"p-{n + 1}", "until": at(n)} if state == "offered" else {})
    ),
    actors,
    st.sampled_from(["offered", "accepted", "lapsed", "ended"]),
    numbers,
)
reviews = st.builds(lambda ident: {"kind": "reviewed", "actor": ident, "by": "uid:0", "reason": "r"}, actors)
charges = st.builds(lambda n: {"kind": "in_charge", "person": f"p-{n}"}, numbers)
proposals = st.builds(
    lambda kind, n, minute, outcome: (
        {"kind": kind, "proposal": f"pr-{n}", "act": "declare", "method": "POST", "path": "/v1/apply"}
        | {"digest": f"{n:064x}", "summary": "Apply", "by": "uid:0", "needed": 1 + n % 2, "expires_at": at(minute)}
        | {"person": f"p-{n}", "outcome": outcome, "status": 200}
    ),
    st.sampled_from(["proposed", "proposal_approved", "proposal_closed"]),
    numbers,
    st.integers(0, 60),
    st.sampled_from(["done", "withdrawn", "expired"]),
)
plans = st.builds(
    lambda n, scale: {"kind": "floor_plan", "site": "default", "sha256": f"{n:064x}", "scale": scale, "by": "uid:0"},
    numbers,
    st.sampled_from([None, 0.05]),
)
people = st.one_of(persons, sessions, passkeys, charges, proposals)
iam = st.one_of(handovers, reviews, upstreams, orders_of_bridges, people, tokens, plans)


@st.composite
def histories(draw: st.DrawFn, most: int = 25) -> list[Record]:
    """A journal: numbered, dated, each enrolment code used once."""
    kinds = (declared, orders, others, offers, numbers_of_badges, successions, alarms, iam)
    bodies = draw(st.lists(st.one_of(*kinds), max_size=most))
    return [
        {"seq": seq, "at": at(seq)}
        | body
        | ({"code_hash": f"{seq:064x}"} if body["kind"] == "enrolment_offered" else {})
        for seq, body in enumerate(bodies, 1)
    ]
