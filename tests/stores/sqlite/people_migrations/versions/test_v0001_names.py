from sqlalchemy import inspect

from nameplate.stores.sqlite.schema import PEOPLE, open_engine, upgrade


def test_a_file_from_before_versions_keeps_its_names(tmp_path):
    path = tmp_path / "people.db"
    engine = open_engine(path)
    with engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE names (person VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, mail VARCHAR NOT NULL)"
        )
        connection.exec_driver_sql("INSERT INTO names VALUES ('p-1', 'Ada', '')")
        upgrade(connection, path, PEOPLE)
        assert connection.exec_driver_sql("SELECT person FROM names").scalar() == "p-1"
        assert inspect(connection).has_table("resources")
    engine.dispose()
