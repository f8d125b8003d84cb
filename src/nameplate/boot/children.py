"""What every child process of the supervisor does first."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
FIRST_USER, USERS = 61_184, 4_336
"""The user ids that Linux keeps for services that are made up at start: 61184 to 65519."""


def die_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends (prctl(2)). Exits at once if that has happened already.

    The kernel takes for its parent the thread that started it: start children from one that stays. A change of user
    clears it: call it again then.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:
        sys.exit(0)


def become_own_user(number: int) -> int:
    """Give up root for the user id of this `number` (0 to USERS - 1) for good; returns it.

    The group that owns serial lines stays, so that a reader can be opened again. Raises ValueError beyond the range.
    """
    if not 0 <= number < USERS:
        raise ValueError(f"there is no user id for point number {number}")
    uid = FIRST_USER + number
    os.setgroups(_serial_groups())
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    return uid


def _serial_groups() -> list[int]:
    import grp

    return [group.gr_gid for group in grp.getgrall() if group.gr_name == "dialout"]
