"""The rollout: refusals that were only observed, and since when each mode holds."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_FORMER = ("objects", "standings", "keys", "callers", "enrolments", "units", "cards", "meta")


def upgrade() -> None:
    """Create the tables and empty the others: the journal alone knows what was declared when, and is read again."""
    op.create_table(
        "rollout_refusals",
        sa.Column("hour", sa.BigInteger, primary_key=True),
        *(
            sa.Column(name, sa.String, primary_key=True)
            for name in ("point", "actor", "action", "resource", "target", "mode", "reason")
        ),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("times", "first", "last")),
        sa.Column("decision_id", sa.String, nullable=False),
    )
    op.create_table(
        "rollout_points",
        sa.Column("point", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary),
    )
    for name in _FORMER:
        op.execute(sa.delete(sa.table(name)))
