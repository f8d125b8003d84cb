"""Pages of a list by keyset: the address of the next page names the last row of this one, not a number of rows.

So nothing is shown twice or left out when rows come or go meanwhile.
"""

from bisect import bisect_right
from collections.abc import Iterable
from operator import itemgetter
from typing import TypeVar

T = TypeVar("T")
_FAR_US = 10**17


def page_of(keyed: Iterable[tuple[str, T]], after: str, size: int) -> tuple[list[T], str]:
    """The rows behind key `after`, in the order of their keys, and the key to go on with, empty at the end."""
    rows = sorted(keyed, key=itemgetter(0))
    start = bisect_right(rows, after, key=itemgetter(0)) if after else 0
    part = rows[start : start + size]
    following = part[-1][0] if start + size < len(rows) else ""
    return [row for _, row in part], following


def newest_first(at: int, ident: str) -> str:
    """A key that sorts by time (microseconds, UTC), the newest first; no two are alike."""
    return f"{_FAR_US - at:017d} {ident}"
