from sqlalchemy import inspect

from nameplate.stores.sqlite.schema import open_engine, upgrade
from nameplate.stores.sqlite.tables import CARDS


def test_older_tables_get_the_table_of_cards(tmp_path):
    path = tmp_path / "tables.db"
    engine = open_engine(path)
    with engine.execution_options(writes=True).begin() as connection:
        upgrade(connection, path)
        CARDS.drop(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        upgrade(connection, path)
        assert {column["name"] for column in inspect(connection).get_columns("cards")} == set(CARDS.columns.keys())
    engine.dispose()
