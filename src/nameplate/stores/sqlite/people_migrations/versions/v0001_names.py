"""The names of people."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "names",
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("mail", sa.String, nullable=False),
        if_not_exists=True,
    )
