"""How the desk's tables came to be, revision by revision; alembic runs the scripts. It knows no row."""
