from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from nameplate.stores.sqlite.schema import HEAD, open_engine, upgrade
from nameplate.stores.sqlite.tables import METADATA


def migrated(connection):
    """Through all migrations, from none."""
    config = Config()
    config.set_main_option("script_location", "nameplate.stores.sqlite:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def shape(connection):
    """All tables, with their version: columns with type, NULL, default and place in the key."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'").scalars()
    return {name: connection.exec_driver_sql(f"PRAGMA table_info({name})").fetchall() for name in names}


def made(path, how):
    engine = open_engine(path)
    with engine.execution_options(writes=True).begin() as connection:
        how(connection)
        found = shape(connection), MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return found


def test_the_migrations_end_at_the_tables_of_now(tmp_path):
    engine = open_engine(tmp_path / "tables.db")
    with engine.execution_options(writes=True).begin() as connection:
        migrated(connection)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        connection.exec_driver_sql("ALTER TABLE units ADD COLUMN more TEXT")
        assert compare_metadata(MigrationContext.configure(connection), METADATA) != []
    engine.dispose()


def test_a_new_file_is_as_the_migrations_would_have_made_it(tmp_path):
    path = tmp_path / "new.db"
    tables, version = made(path, lambda connection: upgrade(connection, path))
    assert version == HEAD
    assert len(tables) == len(METADATA.tables) + 1
    assert (tables, version) == made(tmp_path / "migrated.db", migrated)
