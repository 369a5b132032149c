"""The desk's first tables. It states them as they were then and does not follow `tables.py`."""

from __future__ import annotations

from alembic import op
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Text, UniqueConstraint

from shop.database import UtcDateTime

revision = "desk_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "desk_conversations",
        Column("id", String(64), primary_key=True),
        Column("customer_id", String(200)),
        Column("signed_in_until", UtcDateTime),
        Column("began", UtcDateTime, nullable=False),
        Column("last", UtcDateTime, nullable=False),
        Column("pending", JSON),
    )
    op.create_table(
        "desk_turns",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("conversation_id", String(64), ForeignKey("desk_conversations.id", ondelete="CASCADE"), nullable=False),
        Column("number", Integer, nullable=False),
        Column("who", String(20), nullable=False),
        Column("text", Text, nullable=False),
        Column("about", JSON, nullable=False),
        Column("time", UtcDateTime, nullable=False),
        UniqueConstraint("conversation_id", "number"),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_table(
        "desk_memory",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("customer_id", String(200), nullable=False),
        Column("name", String(60), nullable=False),
        Column("value", Text, nullable=False),
        Column("conversation_id", String(64)),
        Column("time", UtcDateTime, nullable=False),
        UniqueConstraint("customer_id", "name", "value"),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_table(
        "desk_feedback",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("conversation_id", String(64), ForeignKey("desk_conversations.id", ondelete="CASCADE"), nullable=False),
        Column("number", Integer, nullable=False),
        Column("is_helpful", Boolean, nullable=False),
        Column("why", Text, nullable=False),
        Column("time", UtcDateTime, nullable=False),
        UniqueConstraint("conversation_id", "number"),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_table(
        "desk_tickets",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("conversation_id", String(64), nullable=False),
        Column("customer_id", String(200)),
        Column("status", String(20), nullable=False),
        Column("reason", String(40), nullable=False),
        Column("summary", Text, nullable=False),
        Column("facts", JSON, nullable=False),
        Column("opened", UtcDateTime, nullable=False),
        Column("answered", UtcDateTime),
        Column("answered_by", String(200)),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_table(
        "desk_codes",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("conversation_id", String(64), ForeignKey("desk_conversations.id", ondelete="CASCADE"), nullable=False),
        Column("asked_for", String(64), nullable=False),
        Column("customer_id", String(200)),
        Column("salt", String(64), nullable=False),
        Column("hash", String(128), nullable=False),
        Column("made", UtcDateTime, nullable=False),
        Column("expires", UtcDateTime, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("is_used", Boolean, nullable=False),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_table(
        "desk_actions",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("key", String(64), nullable=False, unique=True),
        Column("flow", String(40), nullable=False),
        Column("customer_id", String(200), nullable=False),
        Column("order_id", String(200)),
        Column("conversation_id", String(64), nullable=False),
        Column("what", JSON, nullable=False),
        Column("time", UtcDateTime, nullable=False),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_table(
        "desk_order_changes",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("action_id", Integer, ForeignKey("desk_actions.id", ondelete="CASCADE"), nullable=False),
        Column("customer_id", String(200), nullable=False),
        Column("order_id", String(200), nullable=False),
        Column("field", String(40), nullable=False),
        Column("value", Text, nullable=False),
        Column("time", UtcDateTime, nullable=False),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_table(
        "desk_entries",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("question", Text, nullable=False),
        Column("answer", Text, nullable=False),
        Column("category", String(200), nullable=False),
        Column("by", String(200), nullable=False),
        Column("ticket_id", Integer),
        Column("is_live", Boolean, nullable=False),
        Column("time", UtcDateTime, nullable=False),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_table(
        "desk_keys",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("name", String(200), nullable=False, unique=True),
        Column("kind", String(20), nullable=False),
        Column("hash", String(64), nullable=False, unique=True),
        Column("made", UtcDateTime, nullable=False),
        sqlite_autoincrement=True,  # the number of an erased ticket is never given again
    )
    op.create_index("desk_turns_time", "desk_turns", ["time"])
    op.create_index("desk_memory_customer", "desk_memory", ["customer_id"])
    op.create_index("desk_tickets_status", "desk_tickets", ["status"])
    op.create_index("desk_tickets_conversation", "desk_tickets", ["conversation_id"])
    op.create_index("desk_codes_conversation", "desk_codes", ["conversation_id"])
    op.create_index("desk_codes_asked_for", "desk_codes", ["asked_for"])
    op.create_index("desk_order_changes_order", "desk_order_changes", ["order_id"])
    op.create_index("desk_actions_customer", "desk_actions", ["customer_id"])
    op.create_index("desk_conversations_customer", "desk_conversations", ["customer_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("desk_keys")
    op.drop_table("desk_entries")
    op.drop_table("desk_order_changes")
    op.drop_table("desk_actions")
    op.drop_table("desk_codes")
    op.drop_table("desk_tickets")
    op.drop_table("desk_feedback")
    op.drop_table("desk_memory")
    op.drop_table("desk_turns")
    op.drop_table("desk_conversations")
