"""The command line between the supervisor and its children."""

import argparse
from pathlib import Path

from .settings import Settings


def child_arguments() -> tuple[int, Settings]:
    """The parent that started us, and the settings."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    chosen = {name: value for name in ("data", "host", "port") if (value := getattr(given, name)) is not None}
    return given.parent, Settings.read(**chosen)
