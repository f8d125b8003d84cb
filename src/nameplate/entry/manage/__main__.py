"""`python -m nameplate.entry.manage`: started by the supervisor."""

import os
import sys

import uvloop

from nameplate.boot.children import die_with_parent
from nameplate.boot.command import child_arguments
from nameplate.boot.logs import configure_logs
from nameplate.domain.errors import NameplateError

from .run import run

NICENESS = 10


def main() -> None:
    """Manage until told to end. A start that cannot succeed says why."""
    try:
        parent, settings = child_arguments()
        configure_logs(settings.log, "manage")
        die_with_parent(parent)
        # Decisions come first where both want the processor.
        os.nice(NICENESS)
        uvloop.run(run(settings))
    except NameplateError as error:
        sys.exit(f"nameplate: {error}")


main()
