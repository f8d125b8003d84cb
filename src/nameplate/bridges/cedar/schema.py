"""What rules can refer to, as a schema in Cedar's own form."""

import json
import re
from collections.abc import Collection, Iterable, Iterator

from nameplate.domain.supplies import NO_SUPPLIES, ROOTS, Supplies, Type

KINDS = {
    "zone": "Zone",
    "door": "Door",
    "lift": "Lift",
    "app": "App",
    "api": "Api",
    "tool": "Tool",
    "register": "Register",
    "node": "Node",
    "topic": "Topic",
    "secret": "Secret",
    "database": "Database",
    "host": "Host",
}
"""Resource kinds with an entity type of their own; every other kind is a `Resource`."""
OTHER = "Resource"

_HEAD = """\
// A manufacturer's plate; `supplier` is the manufacturer unless another company delivered the unit.
type Unit = {
  manufacturer: String,
  model: String,
  serial: String,
  supplier: String,
  firmware?: String,
};

// Who acts, as the registry knows it. `zone`: where its last passage ended.
entity Team;
entity Actor in [Team] = {
  id: String,
  type: String,
  site: String,
  tier: String,
  owner?: String,
  contract?: String,
  environment?: String,
  unit?: Unit,
  zone?: String,
};

// What it acts on. `kind` and `id` are the two parts of `zone:pharmacy`.
entity Zone = { kind: String, id: String, site?: String, public: Bool };
entity Door = { kind: String, id: String, site?: String };
entity %s = { kind: String, id: String };

// The request. Local time of the actor's site: `minute` after midnight (0 to 1439), `weekday` from 1 for Monday to 7,
// `date` as 20261224. `presence`: "reader" or "remote". `door`: id of the door through which a zone is entered.
type Circumstances = {
  minute: Long,
  weekday: Long,
  date: Long,
  presence: String,
  payload: String,
  task?: String,
  environment?: String,
  ip?: ipaddr,
  distance_cm?: Long,
  reader?: String,
  door?: String,
  sent: Sent,
};

// What callers send, as points declare it (`supplies`). None of it need be there: `context.sent.resource has status`.
"""
_TYPES = {
    Type.TEXT: "String",
    Type.INTEGER: "Long",
    Type.DECIMAL: "decimal",
    Type.BOOLEAN: "Bool",
    Type.TEXTS: "Set<String>",
}


CIRCUMSTANCES = frozenset(re.findall(r"(?m)^  (\w+)\??: ", _HEAD.partition("type Circumstances")[2]))
"""What `context` has."""


def entity_type(kind: str) -> str:
    """`Zone` for `zone`."""
    return KINDS.get(kind, OTHER)


def schema(actions: Collection[str], kinds: Iterable[str] = (*KINDS, ""), supplies: Supplies = NO_SUPPLIES) -> str:
    """The schema for these actions on resources of these kinds, where callers send `supplies`."""
    plain = [name for name in (*KINDS.values(), OTHER) if name not in {"Zone", "Door"}]
    types = ", ".join(dict.fromkeys(entity_type(kind) for kind in kinds))
    names = ", ".join(json.dumps(action, ensure_ascii=False) for action in sorted(actions))
    applies = f"{{ principal: [Actor], resource: [{types}], context: Circumstances }}"
    sent = "\n".join(_sent(supplies))
    return f"{_HEAD % ', '.join(plain)}{sent}\n\naction {names}\n  appliesTo {applies};\n"


def _sent(supplies: Supplies) -> Iterator[str]:
    yield "type Sent = {"
    for root in ROOTS:
        named = sorted((name, kind) for (each, name), kind in supplies.items() if each == root)
        own = (f"{json.dumps(name)}?: {_TYPES[kind]}" for name, kind in named)
        yield f"  {root}: {{ {', '.join(own)} }},"
    yield "};"
