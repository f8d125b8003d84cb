from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from nameplate.stores.sqlite.schema import open_engine, upgrade
from nameplate.stores.sqlite.tables import CARDS


def test_older_tables_get_the_table_of_cards(tmp_path):
    path = tmp_path / "tables.db"
    engine = open_engine(path)
    with engine.execution_options(writes=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", "nameplate.stores.sqlite:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        assert not inspect(connection).has_table("cards")
        upgrade(connection, path)
        assert {column["name"] for column in inspect(connection).get_columns("cards")} == set(CARDS.columns.keys())
    engine.dispose()
