"""`python -m nameplate.entry.decide`: started by the supervisor."""

import sys

import uvloop

from nameplate.boot.children import die_with_parent
from nameplate.boot.command import child_arguments
from nameplate.boot.logs import configure_logs
from nameplate.domain.errors import NameplateError

from .run import run

SWITCH_S = 0.0002


def main() -> None:
    """Decide until told to end. A start that cannot succeed says why."""
    try:
        parent, settings = child_arguments()
        configure_logs(settings.log, "decide")
        die_with_parent(parent)
        # Everybody waits for the journal's thread. It may claim the interpreter only once it has waited for so long
        # without a break, and each moment for which the loop lets go of it begins that wait anew.
        sys.setswitchinterval(SWITCH_S)
        uvloop.run(run(settings))
    except NameplateError as error:
        sys.exit(f"nameplate: {error}")


main()
