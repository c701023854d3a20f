"""The notices of a person, and where they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from kefen.domain.text import Text
from kefen.workspace.accounts.access import open_to_signed_in
from kefen.workspace.accounts.users import signed_in
from kefen.workspace.notices import services
from kefen.workspace.notices.forms import MailForm
from kefen.workspace.notices.mail import is_configured
from kefen.workspace.notices.queries import letters_that_fail, mail_choice, visible_notices
from kefen.workspace.shell.language import current_language, said
from kefen.workspace.work.queries import customers_called

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_ON_A_PAGE = 50


@open_to_signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """List what a person was told of, newest first."""
    user = signed_in(request)
    found = visible_notices(user).order_by("-pk")
    after = request.GET.get("after", "")
    if after.isdecimal():
        found = found.filter(pk__lt=int(after))
    page = list(found[: _ON_A_PAGE + 1])
    shown = page[:_ON_A_PAGE]
    called = customers_called(user, {one.customer_id for one in shown} - {""})
    choice = mail_choice(user)
    start = {
        "address": choice.address if choice else "",
        "language": choice.language if choice else current_language(),
    }
    context = {
        "notices": [(one, *called.get(one.customer_id, (one.customer_id, None))) for one in shown],
        "after": shown[-1].pk if len(page) > _ON_A_PAGE else None,
        "any_unread": any(one.read_at is None for one in shown),
        "form": MailForm(initial=start),
        "may_mail": is_configured(),
        "choice": choice,
        "failing": letters_that_fail(user).exclude(person=user) if is_configured() else (),
    }
    return render(request, "notices/notices.html", context)


@open_to_signed_in
@require_POST
def open_notice(request: HttpRequest, number: int) -> HttpResponse:
    """Mark a notice as read, and go to what it is about."""
    notice = services.mark_read(signed_in(request), number)
    if notice is None:
        raise Http404
    return redirect(notice.address or "notices:list")


@open_to_signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    services.mark_all_read(signed_in(request))
    return redirect("notices:list")


@open_to_signed_in
@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Keep where notices are sent."""
    user = signed_in(request)
    form = MailForm(request.POST)
    if form.is_valid():
        services.choose_mail(user, form.cleaned_data["address"], form.cleaned_data["language"])
        messages.success(request, said(Text("Saved.", "已保存。")))
    else:
        messages.error(request, said(Text("That is no e-mail address.", "邮箱格式不正确。")))
    return redirect("notices:list")
