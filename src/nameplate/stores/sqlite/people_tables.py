"""The tables of the file of people as they are now; see `people_migrations`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, String, Table

METADATA = MetaData()

NAMES = Table(
    "names",
    METADATA,
    Column("person", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("mail", String, nullable=False),
)

# What bridges have provisioned. `body`: JSON.
RESOURCES = Table(
    "resources",
    METADATA,
    Column("bridge", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("key", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("made", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("resources_by_kind", "bridge", "kind", "id"),
    Index("resources_by_actor", "bridge", "actor"),
)

# By which they are found: `value` in the form in which it is compared.
LOOKUPS = Table(
    "lookups",
    METADATA,
    Column("bridge", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("attribute", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("id", String, primary_key=True),
    Index("lookups_by_id", "bridge", "id"),
)

MEMBERS = Table(
    "members",
    METADATA,
    Column("bridge", String, primary_key=True),
    Column("group", String, primary_key=True),
    Column("member", String, primary_key=True),
    Index("members_by_member", "bridge", "member"),
)
