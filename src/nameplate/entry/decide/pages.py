"""What went wrong, as a page for a person with a browser. It needs nothing else: the console may be what is away."""

import hashlib
from base64 import b64encode
from html import escape
from http import HTTPStatus

from .replies import Headers, Problem, Scope, header

STYLE = (
    ":root{color-scheme:light dark;background:Canvas;font:16px/1.5 system-ui,sans-serif}"
    "body{max-width:36rem;margin:14vh auto;padding:0 1.5rem}"
    "a{color:inherit}h1{font-size:1.5rem;line-height:1.25}form,p{margin:0 0 1rem}"
    "button{font:inherit;min-height:44px;padding:0 1rem}"
)
"""The colours are those of the reader's own system, in light and in dark."""

POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Headers = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY.encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
AGAIN = '<p><a href="">Try again</a></p>'
BACK = '<p><a href="/console/">To the overview</a></p>'
LEAVE = '<form method="post" action="/console/sign-out"><button>Sign out</button></form>'


def wants_page(scope: Scope) -> bool:
    """Whether a browser shows the answer to a person."""
    return scope["method"] == "GET" and b"text/html" in header(scope, b"accept")


def problem_page(problem: Problem) -> tuple[int, bytes, Headers]:
    """The page: status, body, headers. What came from outside stays text."""
    ways = AGAIN + BACK if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else BACK + LEAVE
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(problem.title.capitalize())} · Nameplate</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(problem.detail or problem.title)}</h1><p>{escape(problem.remedy)}</p>"
        f"{ways}</main></body></html>"
    )
    return problem.status, body.encode(), [*HEADERS]
