"""Errors as problem documents (RFC 9457): ours, and those of the framework."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from nameplate.domain.errors import NameplateError
from nameplate.entry.decide.replies import status_of

_SEE = "See /v1/openapi.json."
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def add_to(app: FastAPI) -> None:
    """Whatever goes wrong in `app` is told in one form."""
    app.add_exception_handler(NameplateError, _ours)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(Exception, _unforeseen)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NameplateError)  # noqa: S101 - registered for these alone
    errors = [_fields(each) for each in getattr(error, "problems", ())]
    return problem(status_of(error), error.code, error.message, error.remedy, errors)


async def _unreadable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these alone
    # Where and what, but never the value: it may be a secret.
    errors = [
        {"field": ".".join(str(part) for part in each["loc"][1:]), "message": each["msg"]} for each in error.errors()
    ]
    return problem(400, "malformed", "The request cannot be understood.", _SEE, errors)


async def _of_the_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for these alone
    if error.status_code == 404:
        return problem(404, "not_found", f"There is nothing at {request.url.path}.", _SEE)
    headers = _allowed(request) if error.status_code == 405 else error.headers
    return problem(error.status_code, f"http_{error.status_code}", str(error.detail), _SEE, headers=headers)


def _allowed(request: Request) -> dict[str, str]:
    """Every method that the path answers (RFC 9110, section 10.2.1): the framework knows those of one route alone."""
    scopes = {method: {**request.scope, "method": method} for method in _METHODS}
    fitting = [
        method
        for method, scope in scopes.items()
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
    ]
    return {"allow": ", ".join(fitting)}


async def _unforeseen(request: Request, error: Exception) -> JSONResponse:
    return problem(500, "internal", "The request failed.", "See the log of the server.")


def problem(
    status: int,
    code: str,
    detail: str,
    remedy: str = "",
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer that is a problem document."""
    body = {
        "type": f"urn:nameplate:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        "remedy": remedy,
        "errors": errors or [],
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _fields(each: Any) -> dict[str, Any]:
    return {
        "file": each.file,
        "line": each.line,
        "column": each.column,
        "field": each.where,
        "message": each.message,
        "remedy": each.remedy,
    }
