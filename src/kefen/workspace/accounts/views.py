"""Signing in and out, people and teams."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.core.cache import cache
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.workspace.accounts import services
from kefen.workspace.accounts.access import needs, open_to_everybody, open_to_signed_in
from kefen.workspace.accounts.forms import (
    AddPersonForm,
    ChangePersonForm,
    FirstRunForm,
    PasswordForm,
    SignInForm,
    TeamForm,
)
from kefen.workspace.accounts.queries import anybody, locked_names, visible_people, visible_teams
from kefen.workspace.accounts.roles import ROLES, Ability
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.runs.services import publish_latest
from kefen.workspace.shell.language import said

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_BACKEND = "django.contrib.auth.backends.ModelBackend"
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
            services.change_person(
                user,
                person,
                name=values["name"],
                role=ROLES[values["role"]],
                team=values["team"],
                active=values["is_active"],
            )
        except CallError as error:
            form.add_error(None, f"{said(error.what)} {said(error.mend)}")
        else:
            messages.success(request, said(Text("Saved.", "已保存。")))
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
