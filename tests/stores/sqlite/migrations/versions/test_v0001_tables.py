from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from nameplate.stores.sqlite.schema import open_engine, upgrade
from nameplate.stores.sqlite.tables import METADATA


def test_the_migrations_end_at_the_tables_of_now(tmp_path):
    engine = open_engine(tmp_path / "tables.db")
    with engine.execution_options(writes=True).begin() as connection:
        upgrade(connection, tmp_path / "tables.db")
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        connection.exec_driver_sql("ALTER TABLE units ADD COLUMN more TEXT")
        assert compare_metadata(MigrationContext.configure(connection), METADATA) != []
    engine.dispose()
