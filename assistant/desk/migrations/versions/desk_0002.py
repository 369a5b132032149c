"""Other ways a page is asked for. It states the table as it was then and does not follow `tables.py`."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, String, Text

from shop.database import UtcDateTime

revision = "desk_0002"
down_revision = "desk_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "desk_asked_as",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("key", String(64), nullable=False, unique=True),
        Column("title", Text, nullable=False),
        Column("question", Text, nullable=False),
        Column("origin", String(200), nullable=False),
        Column("times", Integer, nullable=False),
        Column("status", String(20), nullable=False),
        Column("by", String(200), nullable=False),
        Column("why", Text, nullable=False),
        Column("made", UtcDateTime, nullable=False),
        Column("decided", UtcDateTime),
        sqlite_autoincrement=True,
    )
    op.create_index("desk_asked_as_status", "desk_asked_as", ["status"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("desk_asked_as")
