import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from nameplate.domain.errors import Unavailable
from nameplate.stores.sqlite.people_tables import METADATA
from nameplate.stores.sqlite.schema import PEOPLE, open_engine, upgrade


def test_the_steps_end_at_the_tables_of_now(tmp_path):
    path = tmp_path / "people.db"
    engine = open_engine(path)
    with engine.execution_options(writes=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", PEOPLE.scripts)
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        assert not inspect(connection).has_table("resources")
        upgrade(connection, path, PEOPLE)
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_a_newer_file_is_refused_and_not_called_derivable(tmp_path):
    path = tmp_path / "people.db"
    engine = open_engine(path)
    with engine.execution_options(writes=True).begin() as connection:
        upgrade(connection, path, PEOPLE)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(Unavailable, match="restore a backup") as refused:
            upgrade(connection, path, PEOPLE)
        assert "delete" not in str(refused.value)
    engine.dispose()
