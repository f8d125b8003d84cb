"""The version of the data directory. Old ones are brought up once, at a start; newer ones are refused."""

import os
import re

import structlog

from nameplate.domain.errors import Unavailable

from .paths import Paths

VERSION = 2
"""1: without the file `format`, segments of `nameplate-journal/1`. 2: restored and pruned journals."""

log = structlog.get_logger()
_LINE = re.compile(r"nameplate-data/([1-9][0-9]{0,8})\n", re.ASCII)


def require_layout(paths: Paths) -> int:
    """Make sure that this program understands the data directory, and bring it up to date; returns what it was.

    The journal goes on in a file of the new version when it is next opened. Raises Unavailable for a newer directory.
    """
    found = _version(paths)
    if found > VERSION:
        raise Unavailable(
            "data_newer",
            f"{paths.data} was written by a newer version of Nameplate (data {found}, known here {VERSION}).",
            "Start that version. To go back, restore a backup that was made before the upgrade.",
        )
    if found < VERSION:
        log.info("the data directory is brought up to date", version=found, to=VERSION)
    if found != VERSION or not paths.format.exists():
        _write(paths)
    return found


def _version(paths: Paths) -> int:
    try:
        text = paths.format.read_text("ascii")
    except FileNotFoundError:
        return 1 if any(paths.journal.glob("*.journal")) else VERSION
    except UnicodeDecodeError:
        text = ""
    match = _LINE.fullmatch(text)
    if match is None:
        raise Unavailable(
            "data_unknown",
            f"{paths.format} does not say which version the data directory has.",
            f"If this version of Nameplate wrote it, put `nameplate-data/{VERSION}` and a line end there.",
        )
    return int(match[1])


def _write(paths: Paths) -> None:
    fresh = paths.format.with_suffix(".new")
    with fresh.open("w", encoding="ascii") as file:
        file.write(f"nameplate-data/{VERSION}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(paths.format)
