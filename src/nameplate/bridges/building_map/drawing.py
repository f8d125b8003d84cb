"""The plan of a building as one SVG: zones by who may enter, doors by number, lifts. Light and dark; no script.

Every name comes from a map that a stranger may have drawn: all text is escaped, and what XML cannot hold is replaced.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from nameplate.bridges.building_map.labels import Label, place
from nameplate.bridges.building_map.model import Building, Cabin, Level, Point
from nameplate.bridges.building_map.plan import Plan, Zone, ZoneDoor
from nameplate.domain.floor_views import DoorView, ZoneView

WIDTH = 1200.0
MARGIN, HEAD, LINE = 32.0, 44.0, 20.0
COLUMN, WIDE = 380.0, 600.0
STYLE = """
.plan{--paper:#fff;--ink:#1b2430;--soft:#56616f;--wall:#3b4654;--public:#d5efdc;--granted:#cfe3ff;--locked:#eceef1;
--hatch:#c3c9d1;--door:#b3261e;--open:#176b38;--may:#0b57d0;--badge:#fff;
font-family:system-ui,"Segoe UI","DejaVu Sans",sans-serif}
@media (prefers-color-scheme:dark){.plan{--paper:#11161d;--ink:#eef2f6;--soft:#a9b4c0;--wall:#b6c0cc;--public:#1c4a2d;
--granted:#173f75;--locked:#252c36;--hatch:#3d4754;--door:#ff8a80;--open:#7fdc9f;--may:#8ab8ff;--badge:#11161d}}
.paper{fill:var(--paper)}.zone{stroke:none}.public{fill:var(--public)}.granted{fill:var(--granted)}
.locked{fill:var(--locked)}.hatch{stroke:var(--hatch);stroke-width:1.5}.wall{stroke:var(--wall);fill:none}
.wall{stroke-width:2;stroke-linecap:round}.leaf{stroke-width:5;stroke-linecap:round;stroke:var(--door)}
.leaf.public{stroke:var(--open)}.leaf.granted{stroke:var(--may)}.badge{fill:var(--badge);stroke:var(--door)}
.badge{stroke-width:1.5}.badge.public{stroke:var(--open)}.badge.granted{stroke:var(--may)}.cabin{fill:none}
.cabin{stroke:var(--soft);stroke-width:1.5}text{fill:var(--ink)}.soft{fill:var(--soft)}.number{font-size:10px}
.number{text-anchor:middle;font-weight:600}.name{text-anchor:middle}.h1{font-size:22px;font-weight:650}
.h2{font-size:16px;font-weight:600}.item{font-size:12px}.barred{stroke:var(--door);stroke-width:3}
.inside{font-size:10px;text-anchor:middle;font-weight:600}.trouble{stroke-dasharray:5 3}
"""


@dataclass(frozen=True, slots=True)
class View:
    """Whose view it is. `public`: zones open to all; `granted`: those that `actor` may enter beyond them.

    `zones`, `doors`: how they stand now, by id, where that is to be shown.
    """

    site: str
    public: Collection[str] = ()
    granted: Collection[str] = ()
    actor: str = ""
    zones: Mapping[str, ZoneView] = field(default_factory=dict)
    doors: Mapping[str, DoorView] = field(default_factory=dict)

    def kind(self, zone: str) -> str:
        """The class of a zone in the drawing."""
        return "public" if zone in self.public else "granted" if zone in self.granted else "locked"

    def standing(self, door: str) -> str:
        """How a door stands, in words; empty where nobody knows."""
        return ", ".join(self.doors[door].words) if door in self.doors else ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a level lies on the sheet."""

    level: Level
    left: float
    top: float
    scale: float
    width: float
    height: float
    offset: float

    def at(self, point: Point) -> tuple[float, float]:
        return (
            MARGIN + (point.x - self.left) * self.scale,
            self.offset + HEAD + (point.y - self.top) * self.scale,
        )


def draw(building: Building, plan: Plan, view: View, *, styled: bool = True) -> str:
    """The whole drawing as one SVG document. `styled`: with colours of its own, which a page may bring instead."""
    frames, parts, bottom = [], [], MARGIN + HEAD + 1.5 * LINE
    for level in building.levels:
        frame = _frame(level, plan, bottom)
        doors = [door for door in plan.doors if door.level == level.name]
        frames.append(frame)
        parts += [*_level(frame, building, plan, doors, view), *_list(frame, doors, view)]
        bottom = frame.offset + HEAD + frame.height + _list_height(doors, view) + MARGIN
    width, height = WIDTH + 2 * MARGIN, bottom
    head = [
        '<svg xmlns="http://www.w3.org/2000/svg" class="plan" role="img" aria-labelledby="t d"',
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">',
        f'<title id="t">{_text(_title(view))}</title><desc id="d">{_text(_summary(building, plan, view))}</desc>',
        f"<style>{STYLE}</style>" if styled else "",
        '<defs><pattern id="lines" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">',
        '<line class="hatch" x1="0" y1="0" x2="0" y2="7"/></pattern></defs>',
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>',
        f'<text class="h1" x="{MARGIN:.0f}" y="{MARGIN + 16:.0f}">{_text(_title(view))}</text>',
        *_legend(view),
    ]
    return "\n".join([*head, *parts, "</svg>"]) + "\n"


def _title(view: View) -> str:
    return f"{view.site}: where {view.actor} may go" if view.actor else f"{view.site}: zones and doors"


def _summary(building: Building, plan: Plan, view: View) -> str:
    levels = ", ".join(level.name for level in building.levels)
    kinds = [view.kind(zone.id) for zone in plan.zones]
    told = f"{len(plan.zones)} zones, {len(plan.doors)} doors and {len(plan.lifts)} lifts on {levels}. "
    granted = f", {kinds.count('granted')} granted to {view.actor}" if view.actor else ""
    return told + f"{kinds.count('public')} zones are public{granted}, {kinds.count('locked')} are not open to all."


def _frame(level: Level, plan: Plan, offset: float) -> _Frame:
    rings = [ring for zone in plan.zones if zone.level == level.name and not zone.outside for ring in zone.rings]
    points = [*(end for wall in level.walls for end in wall), *(point for ring in rings for point in ring)]
    points = points or [Point(0, 0), Point(1, 1)]
    left, right = (pick(point.x for point in points) for pick in (min, max))
    top, bottom = (pick(point.y for point in points) for pick in (min, max))
    scale = WIDTH / max(right - left, (bottom - top) * 0.8, 1.0)
    return _Frame(level, left, top, scale, (right - left) * scale, (bottom - top) * scale, offset)


def _level(frame: _Frame, building: Building, plan: Plan, doors: Sequence[ZoneDoor], view: View) -> Iterator[str]:
    name = frame.level.name
    yield f'<g><text class="h2" x="{MARGIN:.0f}" y="{frame.offset + 24:.1f}">{_text(name)}</text>'
    inside = [zone for zone in plan.zones if zone.level == name and not zone.outside]
    for zone in inside:
        yield from _zone(frame, zone, view)
    yield "".join(
        f'<path class="wall" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'
        for (x1, y1), (x2, y2) in ((frame.at(wall.a), frame.at(wall.b)) for wall in frame.level.walls)
    )
    for lift in building.lifts:
        yield from (_cabin(frame, cabin, lift.name) for cabin in lift.cabins if cabin.level == name)
    areas = {zone.id: zone.area for zone in plan.zones}
    badges = [_badge(frame, door, areas) for door in doors]
    for zone in inside:
        yield from _name(frame, zone, badges, view)
    for number, (door, badge) in enumerate(zip(doors, badges, strict=True), 1):
        yield _door(frame, number, door, badge, view)
    yield "</g>"


def _zone(frame: _Frame, zone: Zone, view: View) -> Iterator[str]:
    kind = view.kind(zone.id)
    path = "".join(f"M{'L'.join(_pair(frame.at(point)) for point in ring)}Z" for ring in zone.rings)
    now = view.zones.get(zone.id)
    words = ", ".join((kind, f"{zone.area:.0f} square metres", *(now.words if now else ())))
    told = f"<title>{_text(f'{zone.id}: {words}')}</title>"
    yield f'<path class="zone {kind}" fill-rule="evenodd" d="{path}">{told}</path>'
    if kind == "locked":
        yield f'<path fill="url(#lines)" fill-rule="evenodd" d="{path}" aria-hidden="true"/>'
    if now and now.locked:
        yield f'<path class="barred" fill="none" d="{path}" aria-hidden="true"/>'


def _name(frame: _Frame, zone: Zone, badges: Sequence[tuple[float, float]], view: View) -> Iterator[str]:
    rings = [[frame.at(point) for point in ring] for ring in zone.rings]
    label: Label | None = place(rings, zone.id, frame.level.name, badges)
    if label is None:
        return
    for row, line in enumerate(label.lines):
        y = label.y + (row - (len(label.lines) - 1) / 2) * label.size * 1.15 + label.size * 0.35
        yield f'<text class="name" x="{label.x:.1f}" y="{y:.1f}" font-size="{label.size:.1f}">{_text(line)}</text>'
    if (now := view.zones.get(zone.id)) and now.inside:
        y = label.y + len(label.lines) / 2 * label.size * 1.15 + 12
        yield f'<text class="inside" x="{label.x:.1f}" y="{y:.1f}">{_text(_inside(now.inside))}</text>'


def _inside(actors: Sequence[str]) -> str:
    """Few enough to be read where there is little room."""
    return " ".join(actors[:2]) + (f" +{len(actors) - 2}" if len(actors) > 2 else "")


def _badge(frame: _Frame, door: ZoneDoor, areas: Mapping[str, float]) -> tuple[float, float]:
    """Where the number of a door stands: on the side with more room. Going from `a` to `b`, `ahead` is on the right."""
    (x1, y1), (x2, y2) = frame.at(door.line.a), frame.at(door.line.b)
    away = 14 if areas.get(door.ahead, 0.0) >= areas.get(door.behind, 0.0) else -14
    length = math.dist((x1, y1), (x2, y2)) or 1.0
    return (x1 + x2) / 2 - (y2 - y1) / length * away, (y1 + y2) / 2 + (x2 - x1) / length * away


def _door(frame: _Frame, number: int, door: ZoneDoor, badge: tuple[float, float], view: View) -> str:
    (x1, y1), (x2, y2), (x, y), kind = frame.at(door.line.a), frame.at(door.line.b), badge, _door_kind(door, view)
    words = ", ".join(
        filter(None, (f"{door.id}, between {door.behind} and {door.ahead}, {kind}", view.standing(door.id)))
    )
    told = f"<title>{_text(f'{number}: {words}')}</title>"
    trouble = " trouble" if door.id in view.doors and view.doors[door.id].trouble else ""
    return (
        f'<g>{told}<path class="leaf {kind}{trouble}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'
        f'<circle class="badge {kind}" cx="{x:.1f}" cy="{y:.1f}" r="8"/>'
        f'<text class="number" x="{x:.1f}" y="{y + 3.6:.1f}">{number}</text></g>'
    )


def _door_kind(door: ZoneDoor, view: View) -> str:
    """A door is as open as the stricter of its two sides: it is passed both ways."""
    sides = {view.kind(door.ahead), view.kind(door.behind)}
    return next(kind for kind in ("locked", "granted", "public") if kind in sides)


def _cabin(frame: _Frame, cabin: Cabin, name: str) -> str:
    corners = [frame.at(corner) for corner in cabin.corners]
    path = f"M{'L'.join(map(_pair, corners))}Z"
    cross = f"M{_pair(corners[0])}L{_pair(corners[2])}M{_pair(corners[1])}L{_pair(corners[3])}"
    return f'<path class="cabin" d="{path}{cross}"><title>{_text(f"lift {name}")}</title></path>'


def _list(frame: _Frame, doors: Sequence[ZoneDoor], view: View) -> Iterator[str]:
    """Every door in words: nobody has to tell colours apart."""
    columns = _columns(view)
    for place_, door in enumerate(doors):
        x = MARGIN + place_ % columns * (WIDE if view.doors else COLUMN)
        y = frame.offset + HEAD + frame.height + LINE * (2.4 + place_ // columns)
        words = f"{place_ + 1}  {door.id}"
        yield f'<text class="item" x="{x:.0f}" y="{y:.1f}">{_text(words)} '
        told = ", ".join(filter(None, (_door_kind(door, view), view.standing(door.id))))
        yield f'<tspan class="soft">{_text(told)}</tspan></text>'


def _columns(view: View) -> int:
    return int(WIDTH // (WIDE if view.doors else COLUMN))


def _list_height(doors: Sequence[ZoneDoor], view: View) -> float:
    return LINE * (2 + math.ceil(len(doors) / _columns(view)))


def _legend(view: View) -> Iterator[str]:
    kinds = [("public", "public: open to every active actor")]
    if view.actor:
        kinds += [("granted", f"in the contract of {view.actor}"), ("locked", f"not open to {view.actor}")]
    else:
        kinds += [("locked", "only with a contract")]
    x, y = MARGIN, MARGIN + HEAD
    for kind, words in kinds:
        yield f'<rect class="{kind}" x="{x:.0f}" y="{y - 11:.0f}" width="22" height="14" rx="3"/>'
        if kind == "locked":
            yield f'<rect fill="url(#lines)" x="{x:.0f}" y="{y - 11:.0f}" width="22" height="14" rx="3"/>'
        yield f'<text class="item" x="{x + 30:.0f}" y="{y:.0f}">{_text(words)}</text>'
        x += 60 + 7 * len(words)


def _pair(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _text(words: str) -> str:
    return escape("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in words))
