"""From a template and what it shows to an answer, with the headers that a page needs to be safe."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from nameplate.domain.acts import act_of

from .viewer import Viewer

STATIC = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, nothing inline: what a stranger gets into a page stays text."""

SAFE = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "publickey-credentials-get=(self), publickey-credentials-create=(self)",
}
SECTIONS = (
    ("", "Overview"),
    ("actors", "Actors"),
    ("decisions", "Decisions"),
    ("plan", "Plan"),
    ("alarms", "Alarms"),
    ("people", "People"),
    ("approvals", "Approvals"),
    ("bridges", "Bridges"),
    ("sinks", "Sinks"),
    ("journal", "Journal"),
)


def page(template: str, viewer: Viewer | None, section: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page for `viewer`. `section`: which entry of the menu it belongs to. `shown`: what the template asks for."""
    text = _templates().get_template(template).render(viewer=viewer, section=section, sections=_menu(viewer), **shown)
    # Who is signed in sees other things than who is not, and nobody sees them after signing out.
    return HTMLResponse(text, status, {**SAFE, "cache-control": "no-store"})


def _menu(viewer: Viewer | None) -> list[tuple[str, str]]:
    """The sections that somebody may look at: no entry leads to a refusal."""
    return [each for each in SECTIONS if viewer and viewer.may(act_of("GET", f"/console/{each[0]}"))]


def asset(name: str) -> Response | None:
    """A file of `static`, to be kept for ever: its address changes with its content. None for what is not there."""
    known = _assets().get(name)
    if known is None:
        return None
    body, kind, _ = known
    return Response(body, media_type=kind, headers={**SAFE, "cache-control": "public, max-age=31536000, immutable"})


def address(name: str) -> str:
    """Where a page finds a file of `static`."""
    return f"/console/static/{_assets()[name][2]}/{name}"


@cache
def _assets() -> Mapping[str, tuple[bytes, str, str]]:
    found = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix in KINDS}
    return {
        name: (body, KINDS[Path(name).suffix], hashlib.sha256(body).hexdigest()[:12]) for name, body in found.items()
    }


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("nameplate.entry.manage.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["address"] = address
    made.filters["words"] = words
    made.filters["moment"] = moment
    return made


def words(code: str) -> str:
    """`not_in_contract` as people write it."""
    return str(code).replace("_", " ")


def moment(text: str) -> str:
    """`2026-11-22 19:04:05` of an RFC 3339 time in UTC; a dash for none."""
    return f"{text[:10]} {text[11:19]}" if text else "-"
