"""What alembic runs before the revisions: the connection it was given. It knows no table."""

from shop.database import run_migrations

run_migrations()
