"""A copy of the file of people for a backup: it cannot be built again from the journal."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def people_copied(path: Path) -> Iterator[Path | None]:
    """A copy as of one moment, without what was forgotten; gone afterwards. None where there is no such file.

    It is private, and beside the file itself. A server may go on writing meanwhile.
    """
    if not path.is_file():
        yield None
        return
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        copy = Path(folder) / path.name
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA busy_timeout=5000")
            connection.execute("VACUUM INTO ?", (str(copy),))
        yield copy
