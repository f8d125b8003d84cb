"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create them. Written out: a migration must never change when `tables` does."""
    op.create_table(
        "objects",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("doc", sa.LargeBinary),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "standings",
        sa.Column("actor", sa.String, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("cut_off", sa.BigInteger),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.Column("zone", sa.String, nullable=False),
        sa.Column("zone_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("handle", sa.String, primary_key=True),
        sa.Column("public", sa.LargeBinary, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("bound_at", sa.BigInteger, nullable=False),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    _create_small_tables()


def _create_small_tables() -> None:
    op.create_table(
        "callers",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("token_hash", sa.String, nullable=False),
        sa.Column("simulate", sa.Boolean, nullable=False),
        sa.Column("public_key", sa.String, nullable=False),
    )
    op.create_table(
        "enrolments",
        sa.Column("code_hash", sa.String, primary_key=True),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "units",
        sa.Column("unit", sa.String, primary_key=True),
        sa.Column("actor", sa.String, nullable=False),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
