"""`python -m nameplate.entry.decide`: started by the supervisor."""

import sys

import uvloop

from nameplate.boot.children import die_with_parent
from nameplate.boot.command import child_arguments
from nameplate.boot.logs import configure_logs
from nameplate.domain.errors import NameplateError

from .run import run

SWITCH_S = 0.0005


def main() -> None:
    """Decide until told to end. A start that cannot succeed says why."""
    try:
        parent, settings = child_arguments()
        configure_logs(settings.log, "decide")
        die_with_parent(parent)
        # After a sync the journal's thread must get the interpreter soon: everybody waits for it.
        sys.setswitchinterval(SWITCH_S)
        uvloop.run(run(settings))
    except NameplateError as error:
        sys.exit(f"nameplate: {error}")


main()
