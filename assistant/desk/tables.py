"""The tables of the desk: conversations, what was said, asked of the shop, changed and added. They hold no row of the shop's own files.

Only `assistant.desk.store` and its neighbours load this file: `import assistant` never does.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from shop.database import UtcDateTime

desk = MetaData()

conversations = Table(
    "desk_conversations",
    desk,
    Column("id", String(64), primary_key=True),  # long and random: whoever holds it may speak in it
    Column("customer_id", String(200)),  # who signed in; null before
    Column("signed_in_until", UtcDateTime),
    Column("began", UtcDateTime, nullable=False),
    Column("last", UtcDateTime, nullable=False),
    Column("pending", JSON),  # the flow under way: what it still needs
)
turns = Table(
    "desk_turns",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), ForeignKey("desk_conversations.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),  # 1 first
    Column("who", String(20), nullable=False),  # customer, shop or staff
    Column("text", Text, nullable=False),
    Column("about", JSON, nullable=False),  # decision, flow, citations, choices, facts, why; who of the staff
    Column("time", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "number"),
    sqlite_autoincrement=True,
)
memory = Table(
    "desk_memory",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("customer_id", String(200), nullable=False),
    Column("name", String(60), nullable=False),
    Column("value", Text, nullable=False),  # in the customer's own words
    Column("conversation_id", String(64)),
    Column("time", UtcDateTime, nullable=False),
    UniqueConstraint("customer_id", "name", "value"),
    sqlite_autoincrement=True,
)
feedback = Table(
    "desk_feedback",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), ForeignKey("desk_conversations.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),  # of the turn
    Column("is_helpful", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("time", UtcDateTime, nullable=False),
    UniqueConstraint("conversation_id", "number"),
    sqlite_autoincrement=True,
)
tickets = Table(
    "desk_tickets",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), nullable=False),
    Column("customer_id", String(200)),
    Column("status", String(20), nullable=False),  # open, answered or closed
    Column("reason", String(40), nullable=False),  # the flow or decision that made it
    Column("summary", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("opened", UtcDateTime, nullable=False),
    Column("answered", UtcDateTime),
    Column("answered_by", String(200)),
    sqlite_autoincrement=True,
)
codes = Table(
    "desk_codes",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("conversation_id", String(64), ForeignKey("desk_conversations.id", ondelete="CASCADE"), nullable=False),
    Column("asked_for", String(64), nullable=False),  # hash of what was typed: counts requests, names nobody
    Column("customer_id", String(200)),  # null where nobody is known by it
    Column("salt", String(64), nullable=False),
    Column("hash", String(128), nullable=False),
    Column("made", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("is_used", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
actions = Table(
    "desk_actions",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),  # one confirmation writes once
    Column("flow", String(40), nullable=False),
    Column("customer_id", String(200), nullable=False),
    Column("order_id", String(200)),
    Column("conversation_id", String(64), nullable=False),
    Column("what", JSON, nullable=False),
    Column("time", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
order_changes = Table(
    "desk_order_changes",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("action_id", Integer, ForeignKey("desk_actions.id", ondelete="CASCADE"), nullable=False),
    Column("customer_id", String(200), nullable=False),
    Column("order_id", String(200), nullable=False),
    Column("field", String(40), nullable=False),  # status, address, return or exchange
    Column("value", Text, nullable=False),
    Column("time", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
entries = Table(
    "desk_entries",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("category", String(200), nullable=False),
    Column("by", String(200), nullable=False),  # the person who answers for it
    Column("ticket_id", Integer),
    Column("is_live", Boolean, nullable=False),
    Column("time", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
asked_as = Table(
    "desk_asked_as",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),  # hash of title and question: one line is offered once
    Column("title", Text, nullable=False),  # of the page
    Column("question", Text, nullable=False),
    Column("origin", String(200), nullable=False),  # clicks, a ticket, a model's name, a person
    Column("times", Integer, nullable=False),  # conversations it came from
    Column("status", String(20), nullable=False),  # waiting, approved, refused or withdrawn
    Column("by", String(200), nullable=False),  # the person who decided; empty while it waits
    Column("why", Text, nullable=False),
    Column("made", UtcDateTime, nullable=False),
    Column("decided", UtcDateTime),
    sqlite_autoincrement=True,
)
keys = Table(
    "desk_keys",
    desk,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),  # site: the chat alone; server: everything
    Column("hash", String(64), nullable=False, unique=True),
    Column("made", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
INDEXES = (
    Index("desk_asked_as_status", asked_as.c.status),
    Index("desk_turns_time", turns.c.time),
    Index("desk_memory_customer", memory.c.customer_id),
    Index("desk_tickets_status", tickets.c.status),
    Index("desk_tickets_conversation", tickets.c.conversation_id),
    Index("desk_codes_conversation", codes.c.conversation_id),
    Index("desk_codes_asked_for", codes.c.asked_for),
    Index("desk_order_changes_order", order_changes.c.order_id),
    Index("desk_actions_customer", actions.c.customer_id),
    Index("desk_conversations_customer", conversations.c.customer_id),
)
