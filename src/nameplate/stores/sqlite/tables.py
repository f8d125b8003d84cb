"""The tables as they are now. How older ones become these is told in `migrations`."""

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, MetaData, String, Table

METADATA = MetaData()

# `doc`: the manifest document as JSON, or a small fact (kinds in lower case). A deleted contract keeps its row without
# one, for its revision.
OBJECTS = Table(
    "objects",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("doc", LargeBinary),
    Column("revision", BigInteger, nullable=False),
)

STANDINGS = Table(
    "standings",
    METADATA,
    Column("actor", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("cut_off", BigInteger),
    Column("key", String, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("zone", String, nullable=False),
    Column("zone_at", BigInteger, nullable=False),
)

KEYS = Table(
    "keys",
    METADATA,
    Column("handle", String, primary_key=True),
    Column("public", LargeBinary, nullable=False),
    Column("actor", String, nullable=False),
    Column("bound_at", BigInteger, nullable=False),
    Column("revoked", Boolean, nullable=False),
)

# `number`: format, facility and number as a JSON list.
CARDS = Table(
    "cards",
    METADATA,
    Column("id", String, primary_key=True),
    Column("number", LargeBinary, nullable=False),
    Column("actor", String, nullable=False),
    Column("pool", String, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
)

CALLERS = Table(
    "callers",
    METADATA,
    Column("name", String, primary_key=True),
    Column("token_hash", String, nullable=False),
    Column("simulate", Boolean, nullable=False),
    Column("public_key", String, nullable=False),
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("code_hash", String, primary_key=True),
    Column("actor", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

UNITS = Table(
    "units",
    METADATA,
    Column("unit", String, primary_key=True),
    Column("actor", String, nullable=False),
)

# Permits that enforcing would have refused, by the hour; see `domain.rollouts`. Times in microseconds, UTC.
REFUSALS = Table(
    "rollout_refusals",
    METADATA,
    Column("hour", BigInteger, primary_key=True),
    Column("point", String, primary_key=True),
    Column("actor", String, primary_key=True),
    Column("action", String, primary_key=True),
    Column("resource", String, primary_key=True),
    Column("target", String, primary_key=True),
    Column("mode", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("times", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("decision_id", String, nullable=False),
)

# What was declared of each point and when. `doc` is empty where it was deleted.
POINT_HISTORY = Table(
    "rollout_points",
    METADATA,
    Column("point", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("doc", LargeBinary),
)

META = Table("meta", METADATA, Column("name", String, primary_key=True), Column("value", BigInteger, nullable=False))

APPLIED_SEQ, RESTORED_AT = "applied_seq", "restored_at"
