"""Signing in and out, people and teams."""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.core.cache import cache
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as otp_login

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts import services
from kefen.workspace.accounts.access import needs, open_to_everybody, open_to_signed_in
from kefen.workspace.accounts.forms import (
    AddPersonForm,
    ChangePersonForm,
    CodeForm,
    FirstRunForm,
    OwnPasswordForm,
    PasswordForm,
    SignInForm,
    TeamForm,
)
from kefen.workspace.accounts.models import User
from kefen.workspace.accounts.queries import anybody, locked_names, visible_people, visible_teams
from kefen.workspace.accounts.roles import ROLES, Ability
from kefen.workspace.accounts.second_factor import (
    begin_second_factor,
    checked_device,
    confirm_second_factor,
    new_recovery_codes,
    picture_of,
    recovery_codes_left,
    switch_off_second_factor,
)
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.ownership.queries import number_owned
from kefen.workspace.ownership.services import rename_owner
from kefen.workspace.runs.services import publish_latest
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_BACKEND = "kefen.workspace.accounts.backends.People"
_THIS_MACHINE = ("127.0.0.1", "::1")

_sign_in = LoginView.as_view(
    template_name="accounts/sign_in.html",
    authentication_form=SignInForm,
    redirect_authenticated_user=True,
)


@open_to_everybody
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in; before there is anybody, make the first administrator."""
    if not anybody():
        return redirect("accounts:first_run")
    return _sign_in(request)


sign_out = open_to_everybody(LogoutView.as_view())


def locked_out(request: HttpRequest, response: HttpResponse, credentials: Any) -> HttpResponse:  # noqa: ARG001
    """Say that a name is locked for a while; called by the lock-out package."""
    return render(request, "accounts/locked.html", status=429)


@open_to_everybody
@require_http_methods(["GET", "POST"])
def first_run(request: HttpRequest) -> HttpResponse:
    """Make the first administrator, with the key that the server printed."""
    if anybody():
        return redirect("accounts:sign_in")
    given = request.POST.get("key") or request.GET.get("key", "")
    wanted = settings.FIRST_RUN_KEY
    if not wanted or not secrets.compare_digest(given.encode(), wanted.encode()):
        return render(request, "accounts/first_run_key.html", status=403)
    form = FirstRunForm(request.POST or None, initial={"key": given})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        user = services.make_first_administrator(
            values["username"], values["name"], values["password"]
        )
        login(request, user, backend=_BACKEND)
        publish_latest(user)
        return redirect("overview:overview")
    return render(request, "accounts/first_run.html", {"form": form})


@open_to_everybody
def demo(request: HttpRequest) -> HttpResponse:
    """Sign the demo user in: once, from this machine, with the key that the server printed."""
    given, wanted = request.GET.get("key", ""), settings.DEMO_KEY
    known = bool(wanted) and secrets.compare_digest(given.encode(), wanted.encode())
    here = request.META.get("REMOTE_ADDR") in _THIS_MACHINE
    # `add` keeps what is there, so that of two requests at once one gets in.
    if not (known and here and cache.add(f"demo:{wanted}", True, None)):
        return render(request, "accounts/demo_over.html", status=403)
    login(request, services.demo_user(), backend=_BACKEND)
    return redirect("overview:overview")


@open_to_everybody
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the app after the password, where the person has a second factor."""
    if not isinstance(request.user, User):
        return redirect("accounts:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = checked_device(request.user, form.cleaned_data["code"])
        if device is not None:
            otp_login(request, device)
            return redirect(_next(request))
        form.add_error(
            "code",
            said(
                Text(
                    "This code is wrong or was used. Wrong codes make the next one wait.",
                    "验证码错误或已使用；连续出错后须等待更久。",
                )
            ),
        )
    return render(request, "accounts/second_factor.html", {"form": form, "next": _next(request)})


@open_to_signed_in
def security(request: HttpRequest) -> HttpResponse:
    """Show how one signs in: the second factor, and what is left of recovery codes."""
    user = signed_in(request)
    context = {"left": recovery_codes_left(user), "form": OwnPasswordForm(user)}
    return render(request, "accounts/security.html", context)


@open_to_signed_in
@require_http_methods(["GET", "POST"])
def set_up_factor(request: HttpRequest) -> HttpResponse:
    """Set up the second factor: show the picture for the app, then take its first code."""
    user = signed_in(request)
    if user.second_factor:
        return redirect("accounts:security")
    device = begin_second_factor(user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = confirm_second_factor(user, form.cleaned_data["code"].replace(" ", ""))
        if codes is not None:
            device.refresh_from_db()
            otp_login(request, device)
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
        form.add_error("code", said(Text("This code is wrong.", "验证码不正确。")))
    secret = b32encode(device.bin_key).decode()
    context = {
        "form": form,
        "picture": mark_safe(picture_of(device)),  # noqa: S308  made here, of a key made here
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
    }
    return render(request, "accounts/set_up_factor.html", context)


@open_to_signed_in
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes, with the password."""
    user = signed_in(request)
    form = OwnPasswordForm(user, request.POST)
    if not user.second_factor:
        return redirect("accounts:security")
    if not form.is_valid():
        context = {"left": recovery_codes_left(user), "form": form}
        return render(request, "accounts/security.html", context)
    codes = new_recovery_codes(user)
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@open_to_signed_in
@require_POST
def factor_off(request: HttpRequest) -> HttpResponse:
    """Switch one's own second factor off, with the password."""
    user = signed_in(request)
    form = OwnPasswordForm(user, request.POST)
    if not form.is_valid():
        context = {"left": recovery_codes_left(user), "form": form}
        return render(request, "accounts/security.html", context)
    switch_off_second_factor(user, user)
    messages.success(request, said(Text("The second factor is off.", "两步验证已关闭。")))
    return redirect("accounts:security")


@needs(Ability.MANAGE_PEOPLE)
@require_POST
def person_factor_off(request: HttpRequest, number: int) -> HttpResponse:
    """Switch off the second factor of who has lost the phone and the recovery codes."""
    user = signed_in(request)
    person = get_object_or_404(visible_people(user), pk=number)
    switch_off_second_factor(user, person)
    messages.success(
        request,
        said(
            Text("{p} signs in with the password alone.", "{p}现在只需密码即可登录。").filled(
                p=person.shown_name
            )
        ),
    )
    return redirect("accounts:change_person", number=number)


@needs(Ability.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def change_team(request: HttpRequest, number: int) -> HttpResponse:
    """Give a team another name; its customers follow it."""
    user = signed_in(request)
    team = get_object_or_404(visible_teams(user), pk=number)
    form = TeamForm(request.POST or None, initial={"name": team.name}, team=team)
    if request.method == "POST" and form.is_valid():
        services.rename_team(user, team, form.cleaned_data["name"])
        messages.success(request, said(Text("Saved.", "已保存。")))
        return redirect("accounts:people")
    return render(request, "accounts/change_team.html", {"form": form, "team": team})


def _next(request: HttpRequest) -> str:
    given = request.POST.get("next") or request.GET.get("next") or ""
    inside = url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if given.startswith("/") and inside else "/"


@open_to_signed_in
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    user = signed_in(request)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.change_own_password(user, form.cleaned_data["new"])
        update_session_auth_hash(request, user)
        messages.success(request, said(Text("Your password is changed.", "密码已修改。")))
        return redirect("overview:overview")
    return render(request, "accounts/password.html", {"form": form})


@needs(Ability.MANAGE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """List people, teams and what each role may do."""
    user = signed_in(request)
    context = {
        "people": visible_people(user),
        "teams": visible_teams(user),
        "locked": locked_names(user),
        "roles": ROLES.values(),
    }
    return render(request, "accounts/people.html", context)


@needs(Ability.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def add_person(request: HttpRequest) -> HttpResponse:
    """Add a person."""
    form = AddPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        services.add_person(
            signed_in(request),
            username=values["username"],
            name=values["name"],
            password=values["password"],
            role=ROLES[values["role"]],
            team=values["team"],
        )
        messages.success(
            request,
            said(Text("{p} can sign in now.", "{p}现在可以登录。").filled(p=values["username"])),
        )
        return redirect("accounts:people")
    return render(request, "accounts/add_person.html", {"form": form})


@needs(Ability.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def change_person(request: HttpRequest, number: int) -> HttpResponse:
    """Change a person's name, role or team, or switch the person off."""
    user = signed_in(request)
    person = get_object_or_404(visible_people(user), pk=number)
    start = {
        "name": person.name,
        "role": person.role,
        "team": person.team_id,
        "is_active": person.is_active,
    }
    form = ChangePersonForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            with transaction.atomic():
                services.change_person(
                    user,
                    person,
                    name=values["name"],
                    role=ROLES[values["role"]],
                    team=values["team"],
                    active=values["is_active"],
                )
                rename_owner(user, person.name, values["name"])
        except CallError as error:
            form.add_error(None, f"{said(error.what)} {said(error.mend)}")
        else:
            messages.success(request, said(Text("Saved.", "已保存。")))
            person.refresh_from_db()
            if not person.is_active and number_owned(person):
                messages.warning(
                    request,
                    said(
                        Text(
                            "{p} still owns customers; hand them over.",
                            "{p}名下仍有客户，请交接。",
                        ).filled(p=person.shown_name)
                    ),
                )
                return redirect("ownership:hand_over", number=person.pk)
            return redirect("accounts:people")
    context = {"form": form, "person": person, "locked": locked_names(user)}
    return render(request, "accounts/change_person.html", context)


@needs(Ability.MANAGE_PEOPLE)
@require_POST
def unlock_person(request: HttpRequest, number: int) -> HttpResponse:
    """Unlock a person after too many wrong passwords."""
    user = signed_in(request)
    person = get_object_or_404(visible_people(user), pk=number)
    services.unlock_person(user, person)
    messages.success(
        request,
        said(Text("{p} may try again.", "{p}可以重新尝试登录。").filled(p=person.shown_name)),
    )
    return redirect("accounts:people")


@needs(Ability.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def add_team(request: HttpRequest) -> HttpResponse:
    """Add a team."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.add_team(signed_in(request), form.cleaned_data["name"])
        return redirect("accounts:people")
    return render(request, "accounts/add_team.html", {"form": form})
