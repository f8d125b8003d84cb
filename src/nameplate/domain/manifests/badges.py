"""Badges."""

from nameplate.domain.badges import Badge

from .fields import Fields


def read_badge(fields: Fields, ident: str, _site: str) -> Badge:
    """A badge. Its number is bound by a command, and stands in no manifest."""
    return Badge(ident, fields.name("holder", required=True), fields.flag("escort"), fields.flag("custody"))


def write_badge(badge: Badge) -> dict[str, object]:
    """The inverse of `read_badge`."""
    return {"holder": badge.holder, "escort": badge.escort, "custody": badge.custody}
