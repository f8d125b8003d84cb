"""What is kept of the rollout: refusals by the hour, and what was declared of each point."""

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, tuple_, update

from nameplate.domain.manifests.documents import from_document, to_document
from nameplate.domain.points import Point
from nameplate.domain.rollouts import HOUR_US, Declared, Noted, Place, Tally
from nameplate.ports.store import KEPT_DAYS, Refused

from .tables import POINT_HISTORY, REFUSALS

_KEY = tuple(REFUSALS.c[name] for name in Place._fields)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def add(connection: Connection, noted: Noted) -> None:
    """Add what was noted to what is kept, and forget what is older than KEPT_DAYS."""
    for (hour, place), tally in noted.refusals.items():
        _count(connection, hour, place, tally)
    if noted.refusals:
        newest = max(hour for hour, _ in noted.refusals)
        connection.execute(delete(REFUSALS).where(REFUSALS.c.hour < newest - KEPT_DAYS * 24 * HOUR_US))
    for each in noted.declared:
        doc = None if each.spec is None else _encode(to_document(each.spec))
        # Several changes of one record: the last one counts.
        mine = (POINT_HISTORY.c.point == each.point) & (POINT_HISTORY.c.seq == each.seq)
        connection.execute(delete(POINT_HISTORY).where(mine))
        connection.execute(insert(POINT_HISTORY), {"point": each.point, "seq": each.seq, "at": each.at, "doc": doc})


def _count(connection: Connection, hour: int, place: Place, tally: Tally) -> None:
    key = {"hour": hour, **place._asdict()}
    mine = tuple_(REFUSALS.c.hour, *_KEY) == tuple(key.values())
    counted = update(REFUSALS).where(mine)
    counted = counted.values(times=REFUSALS.c.times + tally.times, last=tally.last, decision_id=tally.decision_id)
    if connection.execute(counted).rowcount == 0:
        connection.execute(insert(REFUSALS), {**key, **tally._asdict()})


def refused(connection: Connection, since: int, point: str, after: Place | None, limit: int) -> list[Refused]:
    """See `ports.store.RolloutTables`."""
    sums = (func.sum(REFUSALS.c.times), func.min(REFUSALS.c.first), func.max(REFUSALS.c.last))
    wanted = select(*_KEY, *sums).where(REFUSALS.c.hour >= since - since % HOUR_US)
    if point:
        wanted = wanted.where(REFUSALS.c.point == point)
    if after is not None:
        wanted = wanted.where(tuple_(*_KEY) > tuple(after))
    rows = connection.execute(wanted.group_by(*_KEY).order_by(*_KEY).limit(limit)).all()
    return [_refused(connection, tuple(row)) for row in rows]


def _refused(connection: Connection, row: tuple[str | int, ...]) -> Refused:
    place = Place(*(str(text) for text in row[: len(Place._fields)]))
    times, first, last = (int(number) for number in row[len(Place._fields) :])
    named = select(REFUSALS.c.decision_id).where(tuple_(*_KEY) == tuple(place), REFUSALS.c.last == last)
    return Refused(place, Tally(times, first, last, connection.execute(named).scalar() or ""))


def declared(connection: Connection, point: str) -> list[Declared]:
    """See `ports.store.RolloutTables`."""
    wanted = select(POINT_HISTORY).where(POINT_HISTORY.c.point == point).order_by(POINT_HISTORY.c.seq)
    return [Declared(row.point, row.seq, row.at, _spec(row.doc)) for row in connection.execute(wanted)]


def _spec(doc: bytes | None) -> Point | None:
    value = None if doc is None else from_document(_decode(doc))
    return value if isinstance(value, Point) else None
