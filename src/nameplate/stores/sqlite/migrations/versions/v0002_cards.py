"""Card numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "cards",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("pool", sa.String, nullable=False),
        sa.Column("given_at", sa.BigInteger, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
    )
