"""Headers of every answer, and errors of Kefen as a page in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from kefen.domain.errors import CallError, KefenError
from kefen.workspace.runs.queries import one_copy
from kefen.workspace.shell.programs import is_for_programs, told_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class SecurityHeaders:
    """Nothing but the workspace's own files may run or be loaded, and no page is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "DENY"
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


class OneCopy:
    """Whatever a page reads of the customers, it reads from one and the same copy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as before."""
        with one_copy():
            return self.get_response(request)


class ErrorsInWords:
    """Shows what Kefen says is wrong, and the mend, instead of a bare failure."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as before."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page that says what is wrong; other errors go their way."""
        if not isinstance(error, KefenError):
            return None
        status = 404 if isinstance(error, CallError) else 409
        if is_for_programs(request):
            return told_program(status, error.what, error.mend, error.where)
        return render(request, "shell/wrong.html", {"error": error}, status=status)
