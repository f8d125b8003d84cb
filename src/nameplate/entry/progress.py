"""Words for people while something takes its time: on stderr, so that data on stdout stays clean."""

import sys


def say(message: str) -> None:
    """Words for people."""
    if sys.stderr is not None:  # closed by whoever started us: `print` would turn to stdout
        print(message, file=sys.stderr)  # noqa: T201 - this is what it is for
