"""What bridges have provisioned."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "resources",
        *(sa.Column(name, sa.String, primary_key=True) for name in ("bridge", "id")),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("key", "actor")),
        sa.Column("made", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("created", "modified")),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "lookups",
        *(sa.Column(name, sa.String, primary_key=True) for name in ("bridge", "kind", "attribute", "value", "id")),
    )
    op.create_table(
        "members", *(sa.Column(name, sa.String, primary_key=True) for name in ("bridge", "group", "member"))
    )
    op.create_index("resources_by_kind", "resources", ["bridge", "kind", "id"])
    op.create_index("resources_by_actor", "resources", ["bridge", "actor"])
    op.create_index("lookups_by_id", "lookups", ["bridge", "id"])
    op.create_index("members_by_member", "members", ["bridge", "member"])
