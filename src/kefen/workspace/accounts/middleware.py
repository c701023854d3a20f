"""The gate before every view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from kefen.domain.text import Text
from kefen.workspace.accounts.access import EVERYBODY, SIGNED_IN, access_of
from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.queries import anybody
from kefen.workspace.accounts.roles import Ability
from kefen.workspace.shell.programs import is_for_programs, told_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


class WhoMayCallWhat:
    """Asks each view who may call it, and turns everybody else away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as before."""
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Any,  # noqa: ARG002
        kwargs: Any,  # noqa: ARG002
    ) -> HttpResponse | None:
        """Return the way to the sign-in page, or None to go on.

        Raises:
            PermissionDenied: The role may not, or the view does not say who may.
        """
        access = access_of(view)
        if access == EVERYBODY:
            return None
        if not isinstance(request.user, User):
            if is_for_programs(request):
                return _not_signed_in()
            if not anybody():
                return redirect("accounts:first_run")
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Redirect": reverse("accounts:sign_in")})
            return redirect_to_login(request.get_full_path())
        request.user = person = request.user.itself()
        verified = getattr(person, "is_verified", None)
        if person.second_factor and not (verified is not None and verified()):
            if is_for_programs(request):
                return _not_signed_in()
            if request.headers.get("HX-Request"):
                return HttpResponse(headers={"HX-Redirect": reverse("accounts:second_factor")})
            return redirect_to_login(request.get_full_path(), reverse("accounts:second_factor"))
        if access == SIGNED_IN:
            return None
        if isinstance(access, Ability) and person.can(access):
            return None
        raise PermissionDenied


def _not_signed_in() -> HttpResponse:
    return told_program(
        401,
        Text("Nobody is signed in.", "尚未登录。"),
        Text(
            "Sign in as people do, with the second factor where it is on, and send the cookie "
            "sessionid.",
            "请像使用者一样登录（已启用两步验证的也要完成），并随请求发送 cookie sessionid。",
        ),
    )
