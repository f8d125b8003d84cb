from contextlib import closing

from alembic import command
from alembic.config import Config

from nameplate.domain.places import Zone
from nameplate.domain.registry import Registry, Touched
from nameplate.stores.sqlite import SqliteStore
from nameplate.stores.sqlite.schema import open_engine


def test_former_tables_are_read_anew_from_the_journal(tmp_path):
    path = tmp_path / "tables.db"
    engine = open_engine(path)
    with engine.execution_options(writes=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", "nameplate.stores.sqlite:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql("INSERT INTO meta VALUES ('applied_seq', 41)")
        connection.exec_driver_sql(
            'INSERT INTO objects VALUES (\'Zone\', \'hall\', \'{"kind":"Zone","id":"hall"}\', 0)'
        )
    engine.dispose()
    with closing(SqliteStore(path)) as store:
        loaded = store.load()
        assert (loaded.seq, loaded.zones) == (0, {})
        assert store.refused(0, "", None, 1) == []
        registry = Registry(zones={"hall": Zone("hall", "default")}, seq=42)
        store.save(registry, [Touched("Zone", "hall")], 42)
        assert store.load() == registry
