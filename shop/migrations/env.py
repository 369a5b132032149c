"""Where alembic enters: runs the event store's scripts on the connection it was given. It opens no database itself."""

from shop.database import run_migrations

run_migrations()
