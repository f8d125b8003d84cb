"""What is wrong with a manifest, where, and what to do about it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from nameplate.domain.errors import Invalid

MAX_SHOWN = 20
MAX_KEPT = 500

Positions = Mapping[str, tuple[int, int]]
"""Field path (`grants[0].rate`, the empty path for the document itself) -> line and column, both from 1."""

_NOWHERE: Positions = MappingProxyType({})


class Document(NamedTuple):
    """One manifest as it was read, unchecked. `kind` is empty where none was given; `line` is where it starts."""

    kind: str
    mapping: Mapping[str, object]
    positions: Positions = _NOWHERE
    file: str = ""
    line: int = 0

    @classmethod
    def of(cls, mapping: Mapping[str, object]) -> "Document":
        """A document that comes from no file."""
        kind = mapping.get("kind")
        return cls(kind if isinstance(kind, str) else "", mapping)


class Problem(NamedTuple):
    """One fault or warning. `where` is the path of the field, empty for the whole document."""

    where: str
    message: str
    remedy: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """`FILE:LINE:COLUMN: FIELD: MESSAGE REMEDY`, as far as known."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return " ".join(
            part for part in (place and f"{place}:", self.where and f"{self.where}:", self.message, self.remedy) if part
        )

    def within(self, document: Document) -> "Problem":
        """The same problem with the place of its field in the file."""
        line, column = _nearest(document.positions, self.where) or (document.line, 0)
        return self._replace(file=document.file, line=line, column=column)


class InvalidManifests(Invalid):
    """Manifests that cannot be taken. `problems` holds all that was found (at most `MAX_KEPT`)."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)[:MAX_KEPT]
        lines = [str(problem) for problem in self.problems[:MAX_SHOWN]]
        if len(self.problems) > MAX_SHOWN:
            lines.append(f"... and {len(self.problems) - MAX_SHOWN} more.")
        super().__init__("manifest_invalid", "\n".join(lines), "Nothing was applied.")

    def __str__(self) -> str:
        """One problem a line."""
        return self.message


def _nearest(positions: Positions, where: str) -> tuple[int, int] | None:
    """The position of the field, or of the closest thing around it that has one."""
    while where and where not in positions:
        where = where[: max(where.rfind("."), where.rfind("["), 0)]
    return positions.get(where)
