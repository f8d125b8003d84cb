"""What rules can refer to, as a schema in Cedar's own form."""

import json
from collections.abc import Collection, Iterable

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
};
"""


def entity_type(kind: str) -> str:
    """`Zone` for `zone`."""
    return KINDS.get(kind, OTHER)


def schema(actions: Collection[str], kinds: Iterable[str] = (*KINDS, "")) -> str:
    """The schema for these actions on resources of these kinds."""
    plain = [name for name in (*KINDS.values(), OTHER) if name not in {"Zone", "Door"}]
    types = ", ".join(dict.fromkeys(entity_type(kind) for kind in kinds))
    names = ", ".join(json.dumps(action, ensure_ascii=False) for action in sorted(actions))
    applies = f"{{ principal: [Actor], resource: [{types}], context: Circumstances }}"
    return f"{_HEAD % ', '.join(plain)}\naction {names}\n  appliesTo {applies};\n"
