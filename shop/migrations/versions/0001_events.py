"""Events, product changes and what was shown. The first tables of the store; nothing was there before."""

import sqlalchemy as sa
from alembic import op

from shop.database import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.String, nullable=False, unique=True),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("product_id", sa.String),
        sa.Column("customer_id", sa.String),
        sa.Column("session", sa.String),
        sa.Column("quantity", sa.Double, nullable=False),
        sa.Column("unit_price", sa.Double),
        sa.Column("order_id", sa.String),
        sa.Column("channel", sa.String),
    )
    op.create_index("events_of_customer", "events", ["customer_id", "position"])
    op.create_table(
        "product_changes",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("change_id", sa.String, nullable=False, unique=True),
        sa.Column("product_id", sa.String, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("category", sa.String),
        sa.Column("brand", sa.String),
        sa.Column("price", sa.Double),
        sa.Column("stock", sa.BigInteger),
        sa.Column("image", sa.Text),
        sa.Column("blocked", sa.Boolean),
    )
    op.create_table(
        "shown",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("list_id", sa.String, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("product_id", sa.String, nullable=False),
        sa.Column("propensity", sa.Double, nullable=False),
        sa.Column("time", UtcDateTime, nullable=False),
        sa.Column("customer_id", sa.String),
        sa.Column("session", sa.String),
        sa.Column("explored", sa.Boolean, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.UniqueConstraint("list_id", "rank", name="one_product_a_place"),
    )
